// Tokens for pages that embed charts.

#include "api/routes/access.hpp"
#include "api/routes/handlers.hpp"
#include "auth/permission.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::api {
namespace {

using auth::Authenticator;

constexpr std::size_t charts_max = 1'000;

Problem invalid_request(std::string detail) {
    return {422, "invalid_token_request", std::move(detail)};
}

std::optional<Problem> read_charts(const config::Settings& settings, const socketio::Value* value,
                                   Authenticator::EmbedRequest& wanted) {
    const auto* charts = value ? value->if_array() : nullptr;
    if (!charts || charts->empty() || charts->size() > charts_max) {
        return invalid_request("\"charts\" has to be a list of ids.");
    }
    for (const auto& chart : *charts) {
        const auto* id = chart.if_string();
        if (!id) return invalid_request("\"charts\" has to be a list of ids.");
        if (!find_chart(settings, *id))
            return invalid_request("There is no chart \"" + *id + "\".");
        wanted.charts.push_back(*id);
    }
    return std::nullopt;
}

std::optional<Problem> read_rows(socketio::Value* value, Authenticator::EmbedRequest& wanted) {
    if (!value) return std::nullopt;
    auto* rows = value->if_object();
    if (!rows)
        return invalid_request("\"rows\" has to be an object: values by the names of claims.");
    wanted.rows = std::move(*rows);
    return std::nullopt;
}

/// Seconds, as JSON Web Tokens count.
std::optional<Problem> read_ttl(const socketio::Value* value, Authenticator::EmbedRequest& wanted) {
    if (!value) return std::nullopt;
    constexpr std::int64_t year = 366LL * 24 * 3600;
    const auto* seconds = value->if_int64();
    if (!seconds || *seconds < 1) return invalid_request("\"ttl\" has to be a number of seconds.");
    wanted.ttl = std::chrono::seconds(std::min(*seconds, year));
    return std::nullopt;
}

}  // namespace

void post_token(const Services& services, const Call& call, socketio::Value body) {
    const auto settings = services.charts->settings();
    if (!auth::may_issue_tokens(*settings, call.who)) {
        return call.answer(forbidden(call.who, "make tokens"));
    }
    const auto& embed = settings->auth.embed;
    if (!embed) {
        return call.refuse({409, "embed_not_configured", "auth.embed has no secret."});
    }
    auto* members = body.if_object();
    if (!members) return call.refuse(invalid_request("The body has to be an object."));
    Authenticator::EmbedRequest wanted;
    wanted.ttl = embed->max_ttl;
    if (const auto* name = members->find("name"); name && name->if_string()) {
        wanted.name = *name->if_string();
    }
    auto problem = read_charts(*settings, members->find("charts"), wanted);
    if (!problem) problem = read_rows(members->find("rows"), wanted);
    if (!problem) problem = read_ttl(members->find("ttl"), wanted);
    if (problem) return call.refuse(*problem);
    wanted.ttl = std::min(wanted.ttl, embed->max_ttl);
    const auto token = services.issue(wanted);
    if (!token) return call.refuse(invalid_request("The token would be too long."));
    auto response = socketio::HttpResponse::json(
        201,
        socketio::Object{{"token", *token}, {"expires_at", services.now() + wanted.ttl.count()}});
    response.headers.add("cache-control", "no-store");
    call.answer(std::move(response));
}

}  // namespace chartcast::api
