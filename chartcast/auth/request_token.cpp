#include "auth/request_token.hpp"

#include <socketio/http.hpp>

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>

namespace chartcast::auth {
namespace {

constexpr std::string_view scheme = "Bearer ";

std::string_view bearer_token(std::string_view authorization) {
    if (!boost::algorithm::istarts_with(authorization, scheme)) return {};
    authorization.remove_prefix(scheme.size());
    const auto begin = std::min(authorization.find_first_not_of(' '), authorization.size());
    const auto end = authorization.find_last_not_of(' ') + 1;
    return begin < end ? authorization.substr(begin, end - begin) : std::string_view();
}

bool carries_token(std::string_view pair) {
    for (const auto& [name, value] : socketio::parse_query(pair)) {
        if (boost::algorithm::iequals(name, "token")) return true;
        if (boost::algorithm::iequals(name, "access_token")) return true;
    }
    return false;
}

}  // namespace

std::string_view token_of(const socketio::FieldList& headers, const socketio::FieldList& query) {
    const auto bearer = bearer_token(headers.get("authorization"));
    if (!bearer.empty()) return bearer;
    const auto token = query.get("token");
    return token.empty() ? query.get("access_token") : token;
}

std::string_view token_of(const socketio::Handshake& handshake) {
    const auto* payload = handshake.auth.if_object();
    const auto* member = payload ? payload->find("token") : nullptr;
    const auto* token = member ? member->if_string() : nullptr;
    if (token && !token->empty()) return *token;
    return token_of(handshake.headers(), handshake.query);
}

std::string redacted(std::string_view url) {
    const auto question = url.find('?');
    if (question == url.npos) return std::string(url);
    std::string shown(url.substr(0, question + 1));
    auto rest = url.substr(question + 1);
    while (true) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto pair = rest.substr(0, end);
        const bool secret = carries_token(pair);
        shown += secret ? pair.substr(0, pair.find('=')) : pair;
        if (secret) shown += "=***";
        if (end == rest.size()) return shown;
        shown += '&';
        rest.remove_prefix(end + 1);
    }
}

}  // namespace chartcast::auth
