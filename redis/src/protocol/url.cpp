// Redis URLs <-> Options. Any thread. RFC 3986 for the parts; errors never quote the URL, since it may hold a
// password.
#include <redis/options.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace redis {
namespace {

using boost::system::error_code;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Result<std::string> decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return make_error_code(errc::url_escape);
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
    Number number{};
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc() || end != text.data() + text.size() || text.empty() || text[0] == '-') {
        return std::nullopt;
    }
    return number;
}

error_code parse_database(std::string_view text, Options& options) {
    const auto database = parse_whole<std::int32_t>(text);
    if (!database) {
        return errc::url_database;
    }
    if (options.kind == Kind::cluster && *database != 0) {
        return errc::url_cluster_database;
    }
    options.database = *database;
    return {};
}

/// Without a colon it would be a user for some clients and a password for others: refused.
error_code parse_credentials(std::string_view text, Options& options) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return errc::url_credentials;
    }
    const Result<std::string> user = decode(text.substr(0, colon));
    const Result<std::string> password = decode(text.substr(colon + 1));
    if (user.has_error() || password.has_error()) {
        return errc::url_escape;
    }
    if (password->empty()) {
        return errc::url_credentials;
    }
    options.user = *user;
    options.password = *password;
    return {};
}

bool is_host(std::string_view host, bool literal) {
    for (const char c : host) {
        const bool alphanumeric =
            (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (!alphanumeric && c != '-' && c != '.' && c != '_' &&
            !(literal && (c == ':' || c == '%'))) {
            return false;
        }
    }
    return !host.empty();
}

/// Without a port it keeps the one that `server` has.
error_code parse_server(std::string_view text, Seed& server) {
    std::string_view host = text;
    std::string_view port;
    const bool literal = !text.empty() && text.front() == '[';
    if (literal) {
        const std::size_t bracket = text.find(']');
        if (bracket == std::string_view::npos) {
            return errc::url_host;
        }
        host = text.substr(1, bracket - 1);
        port = text.substr(bracket + 1);
        if (!port.empty() && port.front() != ':') {
            return errc::url_host;
        }
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (!is_host(host, literal)) {
        return errc::url_host;
    }
    server.host = host;
    if (!port.empty()) {
        const auto number = parse_whole<std::uint16_t>(port.substr(1));
        if (!number || *number == 0) {
            return errc::url_port;
        }
        server.port = *number;
    }
    return {};
}

error_code apply_parameter(std::string_view name, const std::string& value, Options& options) {
    if (name == "db") {
        return parse_database(value, options);
    }
    if (options.kind == Kind::sentinel && name == "sentinel_user") {
        options.sentinel_user = value;
        return {};
    }
    if (options.kind == Kind::sentinel && name == "sentinel_password") {
        options.sentinel_password = value;
        return {};
    }
    if (!options.tls.enabled) {
        return errc::url_parameter;
    }
    if (name == "ca_file") {
        options.tls.ca_file = value;
    } else if (name == "certificate_file") {
        options.tls.certificate_file = value;
    } else if (name == "key_file") {
        options.tls.key_file = value;
    } else if (name == "server_name") {
        options.tls.server_name = value;
    } else if (name == "insecure" && (value == "true" || value == "false")) {
        options.tls.insecure = value == "true";
    } else {
        return errc::url_parameter;
    }
    return {};
}

error_code parse_query(std::string_view query, Options& options) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) {
            return errc::url_parameter;
        }
        const Result<std::string> value = decode(pair.substr(equals + 1));
        if (value.has_error()) {
            return value.error();
        }
        if (const error_code ec = apply_parameter(pair.substr(0, equals), *value, options); ec) {
            return ec;
        }
    }
    return {};
}

struct Scheme {
    std::string_view name;
    Kind kind = Kind::single;
    bool tls = false;
    bool unix_socket = false;
};

constexpr std::array<Scheme, 7> schemes{{
    {"redis", Kind::single, false, false},
    {"rediss", Kind::single, true, false},
    {"unix", Kind::single, false, true},
    {"redis-sentinel", Kind::sentinel, false, false},
    {"rediss-sentinel", Kind::sentinel, true, false},
    {"redis-cluster", Kind::cluster, false, false},
    {"rediss-cluster", Kind::cluster, true, false},
}};

constexpr std::uint16_t redis_port = 6379;
constexpr std::uint16_t sentinel_port = 26'379;

/// Takes the credentials off an authority.
error_code take_credentials(std::string_view& authority, Options& options) {
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view credentials = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    return parse_credentials(credentials, options);
}

error_code parse_unix_path(std::string_view authority, std::string_view path, Options& options) {
    const Result<std::string> decoded = decode(path);
    if (decoded.has_error()) {
        return decoded.error();
    }
    if (decoded->size() < 2 || !authority.empty() || decoded->find('\0') != std::string::npos) {
        return errc::url_host;
    }
    options.unix_path = *decoded;
    return {};
}

/// One host, or several with commas between them.
error_code parse_servers(std::string_view authority, Options& options) {
    std::vector<Seed> servers;
    while (true) {
        const std::size_t comma = std::min(authority.find(','), authority.size());
        Seed server{{}, options.kind == Kind::sentinel ? sentinel_port : redis_port};
        if (const error_code ec = parse_server(authority.substr(0, comma), server); ec) {
            return ec;
        }
        servers.push_back(std::move(server));
        if (comma == authority.size()) {
            break;
        }
        authority.remove_prefix(comma + 1);
    }
    options.host = servers.front().host;
    options.port = servers.front().port;
    if (options.kind != Kind::single) {
        options.seeds = std::move(servers);
    } else if (servers.size() > 1) {
        return errc::url_host;
    }
    return {};
}

error_code parse_master_name(std::string_view path, Options& options) {
    const Result<std::string> name = decode(path.substr(std::min<std::size_t>(1, path.size())));
    if (name.has_error()) {
        return name.error();
    }
    if (name->empty() || name->find('/') != std::string::npos) {
        return errc::url_master_name;
    }
    options.master_name = *name;
    return {};
}

/// What stands between :// and the query.
error_code parse_place(std::string_view place, bool unix_socket, Options& options) {
    // An unescaped '/' in a password is refused as a broken host rather than guessed at.
    const std::size_t slash = std::min(place.find('/'), place.size());
    const std::string_view path = place.substr(slash);
    std::string_view authority = place.substr(0, slash);
    if (const error_code ec = take_credentials(authority, options); ec) {
        return ec;
    }
    if (unix_socket) {
        return parse_unix_path(authority, path, options);
    }
    if (const error_code ec = parse_servers(authority, options); ec) {
        return ec;
    }
    if (options.kind == Kind::sentinel) {
        return parse_master_name(path, options);
    }
    return path.size() > 1 ? parse_database(path.substr(1), options) : error_code();
}

std::string scheme_of(const Options& options) {
    if (!options.unix_path.empty()) {
        return "unix";
    }
    const std::string_view suffix = options.kind == Kind::sentinel  ? "-sentinel"
                                    : options.kind == Kind::cluster ? "-cluster"
                                                                    : "";
    return (options.tls.enabled ? "rediss" : "redis") + std::string(suffix);
}

}  // namespace

Result<Options> parse_url(std::string_view url) {
    const std::size_t scheme_end = url.find("://");
    const auto* const scheme = std::find_if(
        schemes.begin(), schemes.end(),
        [&](const Scheme& candidate) { return candidate.name == url.substr(0, scheme_end); });
    if (scheme_end == std::string_view::npos || scheme == schemes.end()) {
        return make_error_code(errc::url_scheme);
    }
    Options options;
    options.kind = scheme->kind;
    options.tls.enabled = scheme->tls;
    const std::string_view rest = url.substr(scheme_end + 3);
    const std::size_t question = std::min(rest.find('?'), rest.size());
    if (const error_code ec = parse_place(rest.substr(0, question), scheme->unix_socket, options);
        ec) {
        return ec;
    }
    if (question < rest.size()) {
        if (const error_code ec = parse_query(rest.substr(question + 1), options); ec) {
            return ec;
        }
    }
    return options;
}

std::string address_of(const Seed& server) {
    const bool literal = server.host.find(':') != std::string::npos;
    return (literal ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

std::string address_of(const Options& options) {
    if (!options.unix_path.empty()) {
        return options.unix_path;
    }
    if (options.kind == Kind::single || options.seeds.empty()) {
        return address_of(Seed{options.host, options.port});
    }
    std::string out;
    for (const Seed& seed : options.seeds) {
        out += (out.empty() ? "" : ",") + address_of(seed);
    }
    return out;
}

std::string to_string(const Options& options) {
    std::string out = scheme_of(options) + "://";
    if (!options.password.empty()) {
        out += options.user + ":***@";
    }
    out += address_of(options);
    if (options.kind == Kind::sentinel) {
        out += "/" + options.master_name;
    }
    if (options.database != 0) {
        const bool in_path = options.unix_path.empty() && options.kind != Kind::sentinel;
        out += (in_path ? "/" : "?db=") + std::to_string(options.database);
    }
    return out;
}

}  // namespace redis
