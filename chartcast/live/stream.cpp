#include "live/stream.hpp"

#include "live/answer.hpp"

#include <algorithm>

namespace chartcast::live {

std::optional<std::int64_t> Stream::next_send(std::int64_t now) const noexcept {
    if (pending_.empty()) return std::nullopt;
    return clock_.next_send(now);
}

std::optional<Delta> Stream::take(std::int64_t now) {
    if (pending_.empty() || !clock_.may_send(now)) return std::nullopt;
    clock_.sent(now);
    return pending_.take();
}

std::optional<socketio::Object> StreamSet::frame(const DatasetState& state, const Delta& delta) {
    auto body = dataset_changes(state, delta, access_);
    if (!body) body = dataset_replacement(state, delta, access_);
    if (body->find("ops")->as_array().empty()) return std::nullopt;
    // Since then these viewers saw no change, so it holds for who has the older version, too.
    (*body)["from"] = std::min(delta.from, std::exchange(sent_v_, delta.to));
    return body;
}

}  // namespace chartcast::live
