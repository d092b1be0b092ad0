#include "api/parameters.hpp"

#include "decode/row_decoder.hpp"
#include "decode/text.hpp"
#include "live/iso_time.hpp"

#include <charconv>
#include <memory>
#include <utility>

namespace chartcast::api {
namespace {

constexpr std::string_view merge_patch = "application/merge-patch+json";

Problem invalid_parameter(std::string_view name, std::string_view admitted) {
    return {400, "invalid_parameter",
            '"' + std::string(name) + "\" has to be " + std::string(admitted) + '.'};
}

Problem unsupported(std::string detail) {
    Problem problem{415, "unsupported_media_type", std::move(detail)};
    problem.more.append("accepted", socketio::Array{"application/json", "application/x-ndjson",
                                                    "text/csv", "application/msgpack"});
    return problem;
}

std::optional<Problem> encoded(const socketio::HttpRequest& request) {
    const auto encoding = request.headers.get("content-encoding");
    if (encoding.empty() || encoding == "identity") return std::nullopt;
    return unsupported("A body cannot be compressed (Content-Encoding).");
}

std::string_view without_parameters(std::string_view content_type) noexcept {
    content_type = content_type.substr(0, content_type.find(';'));
    while (content_type.ends_with(' ')) content_type.remove_suffix(1);
    return content_type;
}

}  // namespace

Checked<std::optional<live::Operation>> operation_of(const socketio::FieldList& query) {
    const auto name = query.find("op");
    if (!name) return std::optional<live::Operation>();
    const auto operation = live::operation_of(*name);
    if (!operation) {
        return invalid_parameter("op", "append, upsert, replace, patch, remove or clear");
    }
    return operation;
}

Checked<viewers::Durability> durability_of(const socketio::FieldList& query) {
    const auto name = query.find("durability");
    if (!name || *name == "disk") return viewers::Durability::disk;
    if (*name == "memory") return viewers::Durability::memory;
    return invalid_parameter("durability", "disk or memory");
}

Checked<std::size_t> limit_of(const socketio::FieldList& query, std::size_t without,
                              std::size_t most) {
    const auto text = query.find("limit");
    if (!text) return without;
    const auto limit = whole_number(*text);
    if (!limit || *limit > most) {
        return invalid_parameter("limit", "a number from 0 to " + std::to_string(most));
    }
    return static_cast<std::size_t>(*limit);
}

Checked<std::optional<std::int64_t>> time_of(const socketio::FieldList& query,
                                             std::string_view name) {
    const auto text = query.find(name);
    if (!text) return std::optional<std::int64_t>();
    if (const auto iso = live::parse_iso_time(*text)) return std::optional(*iso);
    const auto milliseconds = whole_number(*text);
    if (!milliseconds || *milliseconds > std::uint64_t{live::time_milliseconds_max}) {
        return invalid_parameter(name, "an ISO 8601 time or milliseconds since 1970");
    }
    return std::optional(static_cast<std::int64_t>(*milliseconds));
}

Checked<bool> flag_of(const socketio::FieldList& query, std::string_view name, bool without) {
    const auto text = query.find(name);
    if (!text) return without;
    if (*text == "true" || *text == "false") return *text == "true";
    return invalid_parameter(name, "true or false");
}

std::optional<std::uint64_t> whole_number(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

Checked<decode::Format> format_of(const socketio::HttpRequest& request) {
    if (auto refused = encoded(request)) return std::move(*refused);
    const auto type = request.headers.get("content-type");
    if (const auto format = decode::format_of_content_type(type)) return *format;
    return unsupported(type.empty() ? std::string("The body needs a Content-Type.")
                                    : "Rows do not come as " + std::string(type) + '.');
}

Checked<socketio::Value> json_body(const socketio::HttpRequest& request) {
    if (auto refused = encoded(request)) return std::move(*refused);
    const auto type = without_parameters(request.headers.get("content-type"));
    if (type != merge_patch && decode::format_of_content_type(type) != decode::Format::json) {
        auto refused = unsupported("The body has to be JSON.");
        refused.more["accepted"] = socketio::Array{"application/json", merge_patch};
        return refused;
    }
    auto parsed = decode::parse_text(request.body, decode::DecoderLimits{}.depth_max);
    if (!parsed) return problem_of(parsed.error());
    return std::move(*parsed);
}

bool is_merge_patch(const socketio::HttpRequest& request) noexcept {
    return without_parameters(request.headers.get("content-type")) == merge_patch;
}

std::string locale_of(const socketio::HttpRequest& request) {
    if (const auto locale = request.query.find("locale")) return std::string(*locale);
    const auto accepted = request.headers.get("accept-language");
    return std::string(accepted.substr(0, accepted.find_first_of(",; ")));
}

}  // namespace chartcast::api
