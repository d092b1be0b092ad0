// redis://, rediss:// and unix:// URLs <-> Options. Any thread. RFC 3986 for the parts; errors
// never quote the URL, since it may hold a password.
#include <redis/options.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

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

error_code parse_host_and_port(std::string_view text, Options& options) {
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
    options.host = host;
    if (!port.empty()) {
        const auto number = parse_whole<std::uint16_t>(port.substr(1));
        if (!number || *number == 0) {
            return errc::url_port;
        }
        options.port = *number;
    }
    return {};
}

error_code apply_parameter(std::string_view name, const std::string& value, Options& options) {
    if (name == "db") {
        return parse_database(value, options);
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

/// What stands between :// and the query.
error_code parse_place(std::string_view place, bool unix_socket, Options& options) {
    // An unescaped '/' in a password is refused as a broken host rather than guessed at.
    const std::size_t slash = std::min(place.find('/'), place.size());
    const std::string_view path = place.substr(slash);
    std::string_view authority = place.substr(0, slash);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        if (const error_code ec = parse_credentials(authority.substr(0, at), options); ec) {
            return ec;
        }
        authority.remove_prefix(at + 1);
    }
    if (unix_socket) {
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
    if (const error_code ec = parse_host_and_port(authority, options); ec) {
        return ec;
    }
    return path.size() > 1 ? parse_database(path.substr(1), options) : error_code();
}

}  // namespace

Result<Options> parse_url(std::string_view url) {
    Options options;
    const std::size_t scheme_end = url.find("://");
    const std::string_view scheme = url.substr(0, std::min(scheme_end, url.size()));
    if (scheme_end == std::string_view::npos ||
        (scheme != "redis" && scheme != "rediss" && scheme != "unix")) {
        return make_error_code(errc::url_scheme);
    }
    options.tls.enabled = scheme == "rediss";
    const std::string_view rest = url.substr(scheme_end + 3);
    const std::size_t question = std::min(rest.find('?'), rest.size());
    if (const error_code ec = parse_place(rest.substr(0, question), scheme == "unix", options);
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

std::string address_of(const Options& options) {
    if (!options.unix_path.empty()) {
        return options.unix_path;
    }
    const bool literal = options.host.find(':') != std::string::npos;
    return (literal ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

std::string to_string(const Options& options) {
    std::string out = !options.unix_path.empty() ? "unix://"
                      : options.tls.enabled      ? "rediss://"
                                                 : "redis://";
    if (!options.password.empty()) {
        out += options.user + ":***@";
    }
    out += address_of(options);
    if (options.database != 0) {
        out += (options.unix_path.empty() ? "/" : "?db=") + std::to_string(options.database);
    }
    return out;
}

}  // namespace redis
