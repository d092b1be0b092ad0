#include "live/resume_ring.hpp"

#include <utility>

namespace chartcast::live {

void ResumeRing::push(Delta batch) {
    const auto bytes = delta_bytes(batch);
    batches_.push_back({std::move(batch), bytes});
    bytes_ += bytes;
    while (batches_.size() > batches_max || (bytes_ > bytes_max && batches_.size() > 1)) {
        bytes_ -= batches_.front().bytes;
        batches_.pop_front();
    }
}

void ResumeRing::clear() {
    batches_.clear();
    bytes_ = 0;
}

std::optional<Delta> ResumeRing::since(const Schema& schema, const Position& now,
                                       const Position& seen) const {
    if (seen.epoch != now.epoch || seen.v > now.v) return std::nullopt;
    Delta nothing;
    nothing.from = nothing.to = seen.v;
    if (seen.v == now.v) return nothing;
    if (batches_.empty() || seen.v < batches_.front().delta.from) return std::nullopt;
    Conflation missed(schema);
    // Each batch is one version.
    for (auto at = seen.v - batches_.front().delta.from; at < batches_.size(); ++at) {
        missed.add(batches_[at].delta);
    }
    return missed.take();
}

}  // namespace chartcast::live
