#include "decode/row_decoder.hpp"

#include "decode/csv_decoder.hpp"
#include "decode/json_decoder.hpp"
#include "decode/msgpack_decoder.hpp"
#include "decode/ndjson_decoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chartcast::decode {
namespace {

struct Name {
    std::string_view text;
    Format format;
};

constexpr std::array content_types{Name{"application/json", Format::json},
                                   Name{"text/json", Format::json},
                                   Name{"application/x-ndjson", Format::ndjson},
                                   Name{"application/ndjson", Format::ndjson},
                                   Name{"application/jsonl", Format::ndjson},
                                   Name{"application/x-jsonlines", Format::ndjson},
                                   Name{"text/csv", Format::csv},
                                   Name{"application/csv", Format::csv},
                                   Name{"application/msgpack", Format::msgpack},
                                   Name{"application/x-msgpack", Format::msgpack},
                                   Name{"application/vnd.msgpack", Format::msgpack}};

constexpr std::array endings{Name{"json", Format::json},       Name{"ndjson", Format::ndjson},
                             Name{"jsonl", Format::ndjson},    Name{"csv", Format::csv},
                             Name{"msgpack", Format::msgpack}, Name{"mpk", Format::msgpack}};

char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

template <std::size_t Count>
std::optional<Format> find(const std::array<Name, Count>& names, std::string_view text) noexcept {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    for (const auto& name : names) {
        if (std::equal(name.text.begin(), name.text.end(), text.begin(), text.end(), same)) {
            return name.format;
        }
    }
    return std::nullopt;
}

}  // namespace

socketio::Array DecoderBase::take(std::size_t most) {
    const auto count = std::min(most, rows_.size());
    socketio::Array rows;
    rows.reserve(count);
    for (std::size_t taken = 0; taken < count; ++taken) {
        rows.push_back(std::move(rows_.front().first));
        lines_taken_ = rows_.front().second;
        rows_.pop_front();
    }
    return rows;
}

std::string_view to_string(FaultCode code) noexcept {
    switch (code) {
        case FaultCode::invalid_json: return "invalid_json";
        case FaultCode::invalid_msgpack: return "invalid_msgpack";
        case FaultCode::invalid_csv: return "invalid_csv";
        case FaultCode::cell_count: return "cell_count";
        case FaultCode::invalid_utf8: return "invalid_utf8";
        case FaultCode::too_deep: return "too_deep";
        case FaultCode::line_too_long: return "line_too_long";
        case FaultCode::no_header: return "no_header";
        case FaultCode::not_rows: return "not_rows";
        case FaultCode::truncated: return "truncated";
    }
    return "unknown";
}

std::unique_ptr<RowDecoder> make_decoder(Format format, const live::Schema* schema,
                                         const DecoderLimits& limits) {
    switch (format) {
        case Format::json: return std::make_unique<JsonDecoder>(limits);
        case Format::ndjson: return std::make_unique<NdjsonDecoder>(limits);
        case Format::csv: return std::make_unique<CsvDecoder>(schema, limits);
        case Format::msgpack: return std::make_unique<MsgpackDecoder>(limits);
    }
    return nullptr;
}

std::optional<Format> format_of_content_type(std::string_view content_type) noexcept {
    auto type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) type.remove_prefix(1);
    return find(content_types, type);
}

std::optional<Format> format_of_name(std::string_view name) noexcept {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    return find(endings, name.substr(dot + 1));
}

}  // namespace chartcast::decode
