#pragma once
// What the API stands on, as functions, so that its routes are tried without any of it. One for
// the process, which outlives all requests; any thread.

#include "auth/audit.hpp"
#include "auth/authenticator.hpp"
#include "auth/identity.hpp"
#include "store/store.hpp"
#include "viewers/live_charts.hpp"
#include <socketio/http.hpp>

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace chartcast::api {

struct Services {
    using Work = std::function<void()>;
    using OnHistory = std::function<void(boost::system::result<store::Store::History>)>;
    using PastState = std::shared_ptr<const store::Store::PastState>;
    using OnPast = std::function<void(boost::system::result<PastState>)>;

    /// Lives on shard 0.
    viewers::LiveCharts* charts = nullptr;
    /// Who sends the request. Answers at once or later, on the shard that asks.
    std::function<void(const socketio::HttpRequest&, auth::OnVerdict)> identify;
    /// The Origin of the request when pages of it may read answers, else empty. May be left out.
    std::function<std::string(const socketio::HttpRequest&)> admitted_origin;
    /// Writes a refusal down, on a shard. May be empty.
    std::function<void(const auth::Refused&)> refused;
    /// An embed token; nothing when none can be made. On shard 0.
    std::function<std::optional<std::string>(const auth::Authenticator::EmbedRequest&)> issue;
    /// Both on shard 0; empty without a store.
    std::function<void(store::Store::HistoryQuery, OnHistory)> history;
    std::function<void(const std::string& dataset, std::int64_t ts, OnPast)> past;

    /// Runs work on a shard, in a later turn.
    std::function<void(unsigned shard, Work)> post;
    /// The one that calls.
    std::function<unsigned()> current_shard;
    /// Runs work later, on shard 0.
    std::function<void(std::chrono::milliseconds, Work)> after;
    /// Runs work that takes long, on a thread that nobody waits for.
    std::function<void(Work)> offload;
    /// Milliseconds since 1970.
    std::function<std::int64_t()> now;
    /// Of a body that is no stream of NDJSON.
    std::size_t body_bytes_max = 1024 * 1024;

    /// On shard 0, where the charts are.
    void at_charts(Work work) const { post(0, std::move(work)); }
};

}  // namespace chartcast::api
