#include "server/cluster_questions.hpp"

#include "hub/answer_count.hpp"
#include "hub/event_contents.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace socketio {

namespace {

/// No server has more clients: larger counts are a peer's invention, and sums of them stay in their type.
constexpr std::uint64_t clients_max = 1'000'000'000;

/// Roughly the memory that they take.
std::size_t bytes_of(const FieldList& fields) {
    std::size_t sum = 0;
    for (const auto& [name, value] : fields) sum += 2 + name.size() + value.size();
    return sum;
}

std::size_t bytes_of(const std::vector<SocketDetails>& sockets) {
    std::size_t sum = 0;
    for (const auto& [id, handshake, rooms, data] : sockets) {
        sum += sizeof(SocketDetails) + id.size() + hub::bytes_of(rooms) + hub::bytes_of(data) +
               handshake.address.size() + bytes_of(handshake.query) + hub::bytes_of(handshake.auth);
        if (const auto& request = handshake.request) {
            sum += sizeof(OpeningRequest) + request->url.size() + bytes_of(request->headers);
        }
    }
    return sum;
}

}  // namespace

// ---- Events between servers --------------------------------------------------------------------------

void ServerSideAsked::add(std::string_view server, Value answer) {
    if (!is_open() || !roll_.may_answer(server)) return;
    if (!take_room(server, hub::bytes_of(answer))) return;
    (void)roll_.answer(server);
    answers_.values.push_back(std::move(answer));
    settle();
}

void ServerSideAsked::tell(boost::system::error_code ec, bool is_cut_short) {
    answers_.ec = ec;
    answers_.expected = roll_.expected();
    answers_.missing = is_cut_short ? roll_.missing() : roll_.gone();
    std::exchange(done_, nullptr)(answers_);
}

// ---- Sockets -----------------------------------------------------------------------------------------

void FetchAsked::add(std::string_view server, std::vector<SocketDetails> sockets) {
    if (!is_open() || !roll_.may_answer(server)) return;
    if (!take_room(server, bytes_of(sockets))) return;
    (void)roll_.answer(server);
    append(std::move(sockets));
    settle();
}

void FetchAsked::add_own(std::vector<SocketDetails> sockets) {
    append(std::move(sockets));
    end_own();
}

void FetchAsked::append(std::vector<SocketDetails> sockets) {
    std::move(sockets.begin(), sockets.end(), std::back_inserter(fetched_.sockets));
}

void FetchAsked::tell(boost::system::error_code ec, bool is_cut_short) {
    fetched_.ec = ec;
    fetched_.missing = is_cut_short ? roll_.missing() : roll_.gone();
    std::exchange(done_, nullptr)(fetched_);
}

// ---- Answers of clients ------------------------------------------------------------------------------

void BroadcastAsked::add_count(std::string_view server, std::size_t clients) {
    if (!is_open() || !roll_.may_answer(server) || !take_room(server, 0)) return;
    (void)roll_.answer(server);
    auto* tally = tally_of(server);
    if (tally == nullptr) return;
    const auto said = std::min<std::uint64_t>(clients, clients_max);
    if (server.empty()) {
        ++nameless_counts_;
        set_due(*tally, tally->due + said);
    } else {
        tally->is_gone = false;
        set_due(*tally, said);
    }
    settle();
}

void BroadcastAsked::add(std::string_view server, Value answer) {
    if (!is_open()) return;
    auto* tally = tally_of(server);
    if (tally == nullptr || tally->came >= clients_max) return;
    if (!take_room(server, hub::bytes_of(answer))) return;
    ++tally->came;
    ++came_;
    // It was given up, and is late.
    if (tally->is_gone) set_due(*tally, tally->came);
    answers_.values.push_back(std::move(answer));
    settle();
}

void BroadcastAsked::gone(std::string_view server) {
    if (!is_open()) return;
    const bool has_counted = server.empty() ? roll_.is_complete() : roll_.has_answered(server);
    if (!has_counted) {
        if (!roll_.gone(server)) return;
        auto* tally = server.empty() ? nullptr : tally_of(server);
        if (tally != nullptr) give_up(*tally);
        return settle();
    }
    if (server.empty()) {
        if (nameless_gone_ >= nameless_counts_) return;
        lost_.emplace_back();
        // Whose answers are missing is known when nobody else could give them.
        if (++nameless_gone_ == nameless_counts_) give_up(nameless_);
        return settle();
    }
    auto* tally = tally_of(server);
    if (tally == nullptr || tally->is_gone || tally->came >= tally->due) return;
    lost_.emplace_back(server);
    give_up(*tally);
    settle();
}

void BroadcastAsked::add_own(BroadcastAnswers own) {
    answers_.ec = hub::worse_of(answers_.ec, own.ec);
    std::move(own.values.begin(), own.values.end(), std::back_inserter(answers_.values));
    end_own();
}

BroadcastAsked::Tally* BroadcastAsked::tally_of(std::string_view server) {
    if (server.empty()) return &nameless_;
    const auto found = tallies_.find(server);
    if (found != tallies_.end()) return &found->second;
    if (tallies_.size() >= RollCall::servers_max) return nullptr;
    return &tallies_.emplace(std::string(server), Tally{}).first->second;
}

void BroadcastAsked::set_due(Tally& tally, std::uint64_t due) {
    due_ = due_ - tally.due + due;
    tally.due = due;
}

void BroadcastAsked::give_up(Tally& tally) {
    tally.is_gone = true;
    set_due(tally, tally.came);
}

void BroadcastAsked::tell(boost::system::error_code ec, bool is_cut_short) {
    answers_.ec = is_overfull() ? ec : hub::worse_of(answers_.ec, ec);
    answers_.missing = missing(is_cut_short);
    std::exchange(done_, nullptr)(answers_);
}

std::vector<std::string> BroadcastAsked::missing(bool is_cut_short) const {
    auto all = is_cut_short ? roll_.missing() : roll_.gone();
    all.insert(all.end(), lost_.begin(), lost_.end());
    if (!is_cut_short) return all;
    for (const auto& [name, tally] : tallies_) {
        if (roll_.has_answered(name) && tally.came < tally.due) all.push_back(name);
    }
    // At least one of those that did not say who they are, unless it is known to be gone.
    if (nameless_.came < nameless_.due && nameless_gone_ == 0) all.emplace_back();
    return all;
}

}  // namespace socketio
