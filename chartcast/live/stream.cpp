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

std::optional<StreamSet::Frame> StreamSet::frame(const DatasetState& state, const Delta& delta) {
    auto body = dataset_changes(state, delta, access_);
    const bool unseen = body && body->find("ops")->as_array().empty();
    if (unseen) return std::nullopt;
    const auto from = std::min(delta.from, std::exchange(sent_v_, delta.to));
    if (!body) return Frame{true, dataset_snapshot(state, access_)};
    // Between the two these viewers saw no change, so it holds for who has the older version, too.
    (*body)["from"] = from;
    return Frame{false, *std::move(body)};
}

}  // namespace chartcast::live
