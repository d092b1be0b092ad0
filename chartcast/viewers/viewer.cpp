#include "viewers/viewer.hpp"

#include <utility>

namespace chartcast::viewers {

using socketio::Object;

namespace {

Object verdict_of(Code code) {
    if (code == Code::ok) return Object{{"ok", true}};
    return Object{{"ok", false}, {"code", to_string(code)}};
}

}  // namespace

SubscribeRequest Viewer::ask(const std::string& chart, Asked asked) {
    auto& watched = charts_[chart];
    watched.request = ++requests_;
    watched.is_paused = false;
    if (asked.max_rate) watched.max_rate = asked.max_rate;
    // Where nobody waits for this answer, whoever waits for an earlier one is told what this one says.
    if (asked.ack.wanted()) {
        if (watched.ack.wanted()) watched.ack.reply(verdict_of(Code::ok));
        watched.ack = std::move(asked.ack);
    }

    SubscribeRequest request;
    request.viewer = number_;
    request.request = watched.request;
    request.nsp = &socket_.nsp();
    request.chart = chart;
    request.who = who_;
    request.delta = hello_.delta;
    // To be sent anew what it was never sent is to be sent it.
    request.again = asked.again && !watched.seen.empty();
    if (asked.unless_seen) request.seen = watched.seen;
    request.locale = hello_.locale;
    request.max_rate = watched.max_rate ? watched.max_rate : hello_.max_rate;
    request.since = std::move(asked.since);
    return request;
}

std::vector<std::string> Viewer::chart_ids() const {
    std::vector<std::string> ids;
    ids.reserve(charts_.size());
    for (const auto& [id, chart] : charts_) ids.push_back(id);
    return ids;
}

bool Viewer::paused(const std::string& chart) const {
    const auto found = charts_.find(chart);
    return found != charts_.end() && found->second.is_paused;
}

Viewer::Leases Viewer::take(SubscribeAnswer answer) {
    Leases back;
    const auto found = charts_.find(answer.chart);
    const bool current = found != charts_.end() && found->second.request == answer.request &&
                         !found->second.is_paused && !behind && !expired_;
    if (!current) {
        for (const auto& lease : answer.leases) back.push_back(lease.id);
        return back;
    }
    auto& watched = found->second;
    const auto before = std::exchange(watched.leases, std::move(answer.leases));
    for (const auto& lease : watched.leases) join(lease);
    leave(before, back);
    if (answer.first) socket_.emit(*answer.first);
    watched.seen = std::move(answer.shows);
    const auto ack = std::exchange(watched.ack, {});
    if (answer.code != Code::ok) charts_.erase(found);
    if (ack.wanted()) {
        ack.reply(verdict_of(answer.code));
    } else if (answer.code != Code::ok) {
        socket_.emit("chart:refused",
                     Object{{"chart", answer.chart}, {"code", to_string(answer.code)}});
    }
    return back;
}

Viewer::Leases Viewer::forget(const std::string& chart) {
    auto back = pause(chart);
    charts_.erase(chart);
    return back;
}

Viewer::Leases Viewer::pause(const std::string& chart) {
    Leases back;
    const auto found = charts_.find(chart);
    if (found == charts_.end()) return back;
    found->second.is_paused = true;
    // What was asked for is not wanted any more; whoever waits for the answer goes on.
    if (found->second.ack.wanted()) found->second.ack.reply(verdict_of(Code::ok));
    found->second.ack = {};
    leave(std::exchange(found->second.leases, {}), back);
    return back;
}

Viewer::Leases Viewer::leave_rooms() {
    Leases back;
    for (auto& [id, chart] : charts_) leave(std::exchange(chart.leases, {}), back);
    return back;
}

Viewer::Leases Viewer::expire() {
    expired_ = true;
    for (auto& [id, chart] : charts_) {
        const auto ack = std::exchange(chart.ack, {});
        if (ack.wanted()) ack.reply(verdict_of(Code::expired));
    }
    return leave_rooms();
}

void Viewer::join(const RoomLease& lease) {
    if (joined_[lease.id]++ == 0) (void)socket_.join(*lease.name);
}

void Viewer::leave(const std::vector<RoomLease>& leases, Leases& into) {
    for (const auto& lease : leases) {
        into.push_back(lease.id);
        const auto found = joined_.find(lease.id);
        if (--found->second > 0) continue;
        joined_.erase(found);
        socket_.leave(*lease.name);
    }
}

}  // namespace chartcast::viewers
