// See classic_questions.hpp: who is alive of those that do not answer. Nothing runs while nothing waits.
#include "cluster/classic_questions.hpp"
#include "cluster/uid.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

/// Within this many patiences Redis has passed on what it was given, or it is Redis that is not well.
constexpr int echo_patiences = 5;
/// The pause between probes grows to this many patiences: a question of minutes costs little.
constexpr int pause_patiences = 8;

/// Nobody is in it, since nobody can guess it.
ClassicRequest probe_request(const std::string& uid, const std::string& id) {
    ClassicRequest request;
    request.type = ClassicType::sockets;
    request.uid = uid;
    request.request_id = id;
    request.audience.rooms.push_back(hex_uid());
    return request;
}

}  // namespace

void ClassicQuestions::tick_later() {
    if (std::exchange(is_ticking_, true)) return;
    timer_.expires_after(std::max(settings_.patience / 4, std::chrono::milliseconds(5)));
    timer_.async_wait([this, alive = std::weak_ptr<const bool>(alive_)](error_code ec) {
        if (ec || alive.expired()) return;
        is_ticking_ = false;
        on_tick();
    });
}

void ClassicQuestions::on_tick() {
    drop_closed();
    const TimePoint now = std::chrono::steady_clock::now();
    std::set<std::string> watched;
    for (const auto& [id, waiting] : waiting_) {
        if (is_late(*waiting, now)) watched.insert(waiting->nsp);
    }
    std::erase_if(watches_, [&](const auto& entry) { return !watched.contains(entry.first); });
    GoneServers gone;
    for (const std::string& nsp : watched) watch(nsp, now, gone);
    if (!waiting_.empty()) tick_later();
    // Last: who is told may ask again, or stop the adapter.
    for (const auto& [question, server] : gone) question->gone(server);
}

bool ClassicQuestions::is_late(const Waiting& waiting, TimePoint now) const {
    if (!waiting.expected || now - waiting.asked_at < settings_.patience) return false;
    // A server that has said how many clients it asks may leave before they answer.
    const std::size_t left = waiting.left_named + waiting.left_unnamed;
    if (waiting.broadcast && left < waiting.tally.answered()) return true;
    return waiting.tally.answered() + waiting.gone < *waiting.expected;
}

void ClassicQuestions::watch(const std::string& nsp, TimePoint now, GoneServers& gone) {
    const auto [found, is_new] = watches_.try_emplace(nsp);
    Watch& watch = found->second;
    if (is_new) {
        watch.next_at = now;
        watch.pause = settings_.patience;
    }
    if (!watch.probe) {
        if (now >= watch.next_at && link_.is_ready()) begin_probe(nsp, watch, now);
        return;
    }
    if (!is_over(*watch.probe, now)) return;
    const Probe probe = std::move(*watch.probe);
    watch.probe.reset();
    watch.next_at = now + watch.pause;
    watch.pause = std::min(watch.pause * 2, settings_.patience * pause_patiences);
    conclude(nsp, probe, gone);
}

void ClassicQuestions::begin_probe(const std::string& nsp, Watch& watch, TimePoint now) {
    Probe& probe = watch.probe.emplace();
    probe.id = short_uid();
    probe.message = encode_request(probe_request(settings_.uid, probe.id));
    probe.sent_at = now;
    link_.publish(request_channel(settings_.key, nsp), probe.message);
    count(nsp, [this, nsp, id = probe.id](error_code ec, std::size_t others) {
        const auto found = watches_.find(nsp);
        if (ec || found == watches_.end()) return;
        std::optional<Probe>& asked = found->second.probe;
        if (asked && asked->id == id) asked->expected = others;
    });
}

void ClassicQuestions::on_echo(const std::string& nsp, std::string_view message) {
    const auto found = watches_.find(nsp);
    if (found == watches_.end() || !found->second.probe) return;
    Probe& probe = *found->second.probe;
    if (probe.message == message) probe.echoed_at = std::chrono::steady_clock::now();
}

bool ClassicQuestions::is_over(const Probe& probe, TimePoint now) const {
    if (!probe.echoed_at || !probe.expected) {
        return now - probe.sent_at >= settings_.patience * echo_patiences;
    }
    return probe.tally.answered() >= *probe.expected ||
           now - *probe.echoed_at >= settings_.patience;
}

void ClassicQuestions::conclude(const std::string& nsp, const Probe& probe, GoneServers& gone) {
    // What Redis did not pass on says nothing of the servers.
    if (!probe.echoed_at || !probe.expected || !link_.is_ready()) return;
    note_if_complete(nsp, probe.tally, probe.expected);
    for (const auto& [id, waiting] : waiting_) {
        if (waiting->nsp != nsp || waiting->asked_at > probe.sent_at) continue;
        if (waiting->question->is_open() && waiting->expected) conclude(*waiting, probe, gone);
    }
}

void ClassicQuestions::conclude(Waiting& waiting, const Probe& probe, GoneServers& gone) {
    const std::size_t silent = silent_servers(*waiting.expected, waiting.tally, probe.tally);
    const std::size_t lost = silent > waiting.gone ? silent - waiting.gone : 0;
    const std::vector<std::string> names = silent_names(waiting, probe);
    // Only where the names fit the number is it certain who it is.
    const bool are_known = names.size() == lost;
    waiting.gone += lost;
    for (std::size_t i = 0; i < lost; ++i) {
        if (are_known) waiting.gone_names.insert(names[i]);
        gone.emplace_back(waiting.question, are_known ? names[i] : std::string());
    }
    if (waiting.broadcast) note_who_left(waiting, probe, gone);
}

void ClassicQuestions::note_who_left(Waiting& waiting, const Probe& probe, GoneServers& gone) {
    for (const std::string& name : waiting.tally.names()) {
        if (probe.tally.names().contains(name)) continue;
        if (!waiting.gone_names.insert(name).second) continue;
        ++waiting.left_named;
        gone.emplace_back(waiting.question, name);
    }
    // Before, it would be one of those that have not answered.
    if (waiting.tally.answered() + waiting.gone < *waiting.expected) return;
    for (std::size_t there = probe.tally.unnamed() + waiting.left_unnamed;
         there < waiting.tally.unnamed(); ++there) {
        ++waiting.left_unnamed;
        gone.emplace_back(waiting.question, std::string());
    }
}

std::vector<std::string> ClassicQuestions::silent_names(const Waiting& waiting,
                                                        const Probe& probe) const {
    std::vector<std::string> names;
    const auto known = known_names_.find(waiting.nsp);
    if (known == known_names_.end()) return names;
    for (const std::string& name : known->second) {
        if (!waiting.tally.names().contains(name) && !probe.tally.names().contains(name) &&
            !waiting.gone_names.contains(name)) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace socketio::cluster
