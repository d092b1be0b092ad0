#include "decode/json_decoder.hpp"

#include "decode/text.hpp"

namespace chartcast::decode {

std::optional<Fault> JsonDecoder::end() {
    std::string_view text = text_;
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    auto parsed = parse_text(text, limits_.depth_max);
    if (!parsed) return parsed.error();
    text_ = {};
    if (auto* rows = parsed->if_array()) {
        std::size_t line = 0;
        for (auto& row : *rows) push(std::move(row), ++line);
        return std::nullopt;
    }
    if (!parsed->if_object()) {
        return Fault{FaultCode::not_rows, 1, 0,
                     "Neither an object nor a list of rows, but " +
                         std::string(to_string(parsed->kind())) + '.'};
    }
    push(std::move(*parsed), 1);
    return std::nullopt;
}

}  // namespace chartcast::decode
