#include "hub/event_contents.hpp"

#include <string>
#include <utility>
#include <vector>

namespace socketio::hub {

namespace {

[[nodiscard]] std::string text_of(wire::EventOffset offset, const PlainEvent& event) {
    if (offset == wire::EventOffset::none) return {};
    if (offset == wire::EventOffset::of_adapter) return std::string(event.adapter_offset);
    return wire::to_text(offset);
}

/// Of those values and all in them.
[[nodiscard]] std::size_t bytes_of_all(std::vector<const Value*> pending) {
    std::size_t sum = 0;
    // Not by recursion: an application may nest as deep as it likes.
    while (!pending.empty()) {
        const auto& value = *pending.back();
        pending.pop_back();
        sum += sizeof(Value);
        if (const auto* text = value.if_string()) {
            sum += text->size();
        } else if (const auto* binary = value.if_binary()) {
            sum += binary->size();
        } else if (const auto* array = value.if_array()) {
            for (const auto& element : *array) pending.push_back(&element);
        } else if (const auto* object = value.if_object()) {
            for (const auto& [key, member] : *object) {
                sum += sizeof(std::string) + key.size();
                pending.push_back(&member);
            }
        }
    }
    return sum;
}

}  // namespace

engine::ContentRef encode_event(ContentForm form, const PlainEvent& event) {
    const auto offset = form.with_offset ? event.offset : wire::EventOffset::none;
    const auto text = text_of(offset, event);
    auto packet = wire::packet_parser(form.format)
                      .encode_event({event.nsp, std::nullopt, event.name, event.args, text});
    return engine::make_content(std::move(packet), event.flags, offset);
}

std::optional<ContentForm> only_form(const Options& options, wire::EventOffset offset) noexcept {
    const bool has_offset = offset != wire::EventOffset::none;
    if (options.parser == Parser::by_client || (has_offset && options.allow_eio3)) {
        return std::nullopt;
    }
    return ContentForm{usual_format(options.parser), has_offset};
}

std::size_t bytes_of(const Args& args) {
    std::vector<const Value*> all;
    all.reserve(args.size());
    for (const auto& argument : args) all.push_back(&argument);
    return bytes_of_all(std::move(all));
}

std::size_t bytes_of(const Value& value) {
    return bytes_of_all({&value});
}

std::size_t bytes_of(const std::vector<std::string>& texts) noexcept {
    std::size_t sum = 0;
    for (const auto& text : texts) sum += sizeof(std::string) + text.size();
    return sum;
}

}  // namespace socketio::hub
