// See stream_reply.hpp.
#include "cluster/stream_reply.hpp"

namespace socketio::cluster {

std::optional<StreamEntry> stream_entry_of(const redis::Reply& element) {
    const std::vector<redis::Reply>& parts = element.items();
    if (parts.size() < 2) return std::nullopt;
    const std::optional<StreamId> id = parse_stream_id(parts[0].text());
    if (!id) return std::nullopt;
    StreamEntry entry{*id, parts[0].text(), {}};
    const std::vector<redis::Reply>& texts = parts[1].items();
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
        const std::string_view name = texts[i].text();
        const std::string_view value = texts[i + 1].text();
        if (name == "uid") entry.fields.uid = value;
        if (name == "nsp") entry.fields.nsp = value;
        if (name == "type") entry.fields.type = value;
        if (name == "data") entry.fields.data = value;
    }
    return entry;
}

const std::vector<redis::Reply>& entries_read(const redis::Reply& reply) {
    static const std::vector<redis::Reply> none;
    const std::vector<redis::Reply>& streams = reply.items();
    if (streams.empty()) return none;
    // RESP3 answers with a map, which lists name and entries one after the other.
    if (reply.kind() == redis::Reply::Kind::map) {
        return streams.size() > 1 ? streams[1].items() : none;
    }
    const std::vector<redis::Reply>& stream = streams.front().items();
    return stream.size() > 1 ? stream[1].items() : none;
}

std::size_t bytes_of(const EntryFields& fields) noexcept {
    return fields.uid.size() + fields.nsp.size() + fields.type.size() + fields.data.size();
}

}  // namespace socketio::cluster
