#pragma once
// A stream: a dataset at one rate. What changes is conflated until the rate lets it go; what then leaves
// depends on the set of rows that viewers see, each of which is a StreamSet. Live on one shard.

#include "live/conflate.hpp"
#include "live/dataset_state.hpp"
#include "live/rate.hpp"
#include "live/row_access.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace chartcast::live {

class Stream {
public:
    /// `schema` must outlive it.
    Stream(const Schema& schema, RateClass rate) : pending_(schema), clock_(rate) {}

    /// REQUIRES: every batch, in order.
    void add(const Delta& batch) { pending_.add(batch); }
    /// When there is something to send, and when it may leave; nothing when there is nothing.
    [[nodiscard]] std::optional<std::int64_t> next_send(std::int64_t now) const noexcept;
    /// What is to leave at `now`, or nothing yet.
    [[nodiscard]] std::optional<Delta> take(std::int64_t now);

private:
    Conflation pending_;
    RateClock clock_;
};

/// The viewers of a stream that see the same rows, and get the same frames.
class StreamSet {
public:
    /// `v` is the dataset's version, or a lower one from which on the stream has every batch.
    StreamSet(AccessSet access, std::uint64_t v) : access_(std::move(access)), sent_v_(v) {}

    /// What these viewers are sent of the delta that the stream just gave: `{epoch, from, to, ops}`, whose
    /// one op is a replace where the changes would be longer than the rows. Nothing when they see nothing
    /// of it: the next frame then counts from the last one.
    [[nodiscard]] std::optional<socketio::Object> frame(const DatasetState& state,
                                                        const Delta& delta);

    [[nodiscard]] const AccessSet& access() const noexcept { return access_; }
    /// What a beat says: who has less has missed a frame.
    [[nodiscard]] std::uint64_t sent_v() const noexcept { return sent_v_; }

private:
    AccessSet access_;
    std::uint64_t sent_v_;
};

}  // namespace chartcast::live
