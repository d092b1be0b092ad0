#include "socketio/http.hpp"

#include <algorithm>
#include <charconv>

namespace socketio {

namespace {

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

/// Calls `each` with every trimmed part between `separator`s until it returns true.
template <class Each>
bool any_part(std::string_view list, char separator, Each each) {
    while (!list.empty()) {
        const auto end = list.find(separator);
        if (each(trim(list.substr(0, end)))) return true;
        if (end == std::string_view::npos) break;
        list.remove_prefix(end + 1);
    }
    return false;
}

bool is_refused(std::string_view parameters) {
    return any_part(parameters, ';', [](std::string_view parameter) {
        if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
        const auto number = parameter.substr(2);
        double quality = 1;
        std::from_chars(number.data(), number.data() + number.size(), quality);
        return quality == 0;
    });
}

/// RFC 9110, section 12.5.3. A name that does not stand there is not taken: every client takes identity.
bool accepts(std::string_view accept_encoding, std::string_view coding) {
    return any_part(accept_encoding, ',', [&](std::string_view entry) {
        const auto semicolon = entry.find(';');
        if (!equal_ignoring_case(trim(entry.substr(0, semicolon)), coding)) return false;
        return semicolon == std::string_view::npos || !is_refused(entry.substr(semicolon + 1));
    });
}

}  // namespace

// RFC 9110, section 13.1.2: the weak comparison.
bool has_etag(const HttpRequest& request, std::string_view etag) {
    return any_part(request.headers.get("if-none-match"), ',', [&](std::string_view candidate) {
        if (candidate.starts_with("W/")) candidate.remove_prefix(2);
        return candidate == etag || candidate == "*";
    });
}

HttpResponse serve_file(const HttpRequest& request, const StaticFile& file,
                        std::string_view cache_control) {
    HttpResponse response;
    response.headers.add("ETag", file.etag);
    response.headers.add("Cache-Control", cache_control);
    response.headers.add("Vary", "Accept-Encoding");
    if (has_etag(request, file.etag)) {
        response.status = 304;
        return response;
    }
    response.headers.add("Content-Type", file.content_type);
    const auto accepted = request.headers.get("accept-encoding");
    if (!file.brotli.empty() && accepts(accepted, "br")) {
        response.headers.add("Content-Encoding", "br");
        response.body = HttpBody::fixed(file.brotli);
    } else if (!file.gzip.empty() && accepts(accepted, "gzip")) {
        response.headers.add("Content-Encoding", "gzip");
        response.body = HttpBody::fixed(file.gzip);
    } else {
        response.body = HttpBody::fixed(file.identity);
    }
    return response;
}

}  // namespace socketio
