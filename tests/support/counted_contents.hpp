#pragma once
// What a server of one shard encodes when it is asked to, and how often it is asked: the hub asks once for each
// broadcast and form that somebody reads.

#include "hub/event_contents.hpp"
#include "socketio/options.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace socketio::test {

/// By format, whether with an offset or without.
using Encodings = std::array<std::size_t, wire::packet_formats>;

class CountedContents final : public hub::LazyContents {
public:
    CountedContents(Encodings& encodings, const hub::PlainEvent& event)
        : encodings_(encodings),
          nsp_(event.nsp),
          name_(event.name),
          args_(event.args),
          flags_(event.flags),
          offset_(event.offset),
          adapter_offset_(event.adapter_offset),
          bytes_(hub::bytes_of(args_)) {}

    [[nodiscard]] const engine::ContentRef& of(hub::ContentForm form) const override {
        ++encodings_[static_cast<std::size_t>(form.format)];
        // The same ever after, as for every LazyContents.
        auto& content = contents_[form.index()];
        if (!content) {
            content =
                hub::encode_event(form, {nsp_, name_, args_, flags_, offset_, adapter_offset_});
            bytes_ += content->data.size();
        }
        return content;
    }
    [[nodiscard]] std::size_t bytes() const noexcept override { return bytes_; }

private:
    Encodings& encodings_;
    const std::string nsp_;
    const std::string name_;
    const Args args_;
    const EmitFlags flags_;
    const wire::EventOffset offset_;
    const std::string adapter_offset_;
    mutable std::size_t bytes_;
    mutable std::array<engine::ContentRef, hub::content_forms> contents_;
};

/// What a server with these options makes of an event.
inline hub::EventContents encode_for(const Options& options, Encodings& encodings,
                                     const hub::PlainEvent& event) {
    if (const auto only = hub::only_form(options, event.offset)) {
        return hub::EventContents(hub::encode_event(*only, event));
    }
    return {std::make_shared<const CountedContents>(encodings, event), event.offset};
}

}  // namespace socketio::test
