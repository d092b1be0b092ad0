#pragma once
// This server's own questions to the others, by the classic adapter's requests. Lives on shard 0, beside its link.
// WIRE.md B10.
//
// The wire has no heartbeat, and Node's answers do not say whose they are: how many are asked is how many
// subscribe to the channel of requests. A server that is frozen does subscribe. So that nobody waits for one until
// the question's time is over, a probe goes out when answers are late: a request that every server of this kind
// answers at once, for the sockets of a room that nobody is in. As many as do not answer that either are gone.
//
//   question ── patience ──► probe ── its echo ── patience ──► gone(…) for those that are silent; or again later

#include "cluster/answer_tally.hpp"
#include "cluster/codec/classic_request.hpp"
#include "cluster/codec/classic_response.hpp"
#include "cluster/redis_link.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::cluster {

class ClassicQuestions {
public:
    struct Settings {
        std::string key;
        /// This server's name.
        std::string uid;
        /// After this long without all answers a probe goes out, and after as long again it is evaluated.
        std::chrono::milliseconds patience{};
        /// Open ones; those beyond fail with errc::too_large.
        std::size_t questions_max = 0;
        std::size_t message_bytes_max = 0;
    };
    /// `status` is counted up; both outlive it.
    ClassicQuestions(RedisLink& link, ClusterStatus& status, Settings settings);
    ~ClassicQuestions();
    ClassicQuestions(const ClassicQuestions&) = delete;
    ClassicQuestions& operator=(const ClassicQuestions&) = delete;

    // As Adapter's.
    void fetch(const std::string& nsp, const Audience& audience,
               const std::shared_ptr<FetchQuestion>& question);
    void server_side_emit(const ServerSideEvent& event,
                          const std::shared_ptr<ServerSideQuestion>& question);
    void ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
             const std::shared_ptr<BroadcastQuestion>& question);

    /// Everything is subscribed: questions that waited for that go out.
    void on_ready();
    /// Asks Redis how many other servers have the namespace, for ClusterStatus::servers.
    void count_servers(const std::string& nsp);
    /// One of this server's own requests came back.
    void on_echo(const std::string& nsp, std::string_view message);
    /// False when nobody waits for it.
    [[nodiscard]] bool on_response(ClassicResponse response);
    void forget(const std::string& nsp);

private:
    using TimePoint = std::chrono::steady_clock::time_point;
    using OnCount = std::function<void(boost::system::error_code ec, std::size_t others)>;
    /// What is to be told, and the names; empty ones where they are not known.
    using GoneServers = std::vector<std::pair<std::shared_ptr<ClusterQuestion>, std::string>>;

    /// A question that was sent. One of the last three is the same as `question`.
    struct Waiting {
        std::string nsp;
        std::shared_ptr<ClusterQuestion> question;
        std::shared_ptr<FetchQuestion> fetch;
        std::shared_ptr<ServerSideQuestion> server_side;
        std::shared_ptr<BroadcastQuestion> broadcast;
        TimePoint asked_at;
        /// How many other servers there were.
        std::optional<std::size_t> expected;
        AnswerTally tally;
        /// Declared gone without an answer, by name or without.
        std::size_t gone = 0;
        /// Declared gone by name, having answered or not.
        AnswerTally::Names gone_names;
        /// Of a broadcast: have said how many clients they ask, and are gone.
        std::size_t left_named = 0;
        std::size_t left_unnamed = 0;
    };
    using WaitingPtr = std::shared_ptr<Waiting>;

    struct Probe {
        std::string id;
        std::string message;
        TimePoint sent_at;
        /// Redis has passed it on to all.
        std::optional<TimePoint> echoed_at;
        std::optional<std::size_t> expected;
        AnswerTally tally;
    };
    /// Over a namespace in which questions wait.
    struct Watch {
        std::optional<Probe> probe;
        TimePoint next_at;
        /// Doubles with each probe, since what is still open then waits for clients or handlers.
        std::chrono::milliseconds pause{};
    };

    /// Calls `ask_now` now, or once everything is subscribed, since answers would be missed before.
    void when_ready(const std::shared_ptr<ClusterQuestion>& question,
                    std::function<void()> ask_now);
    /// Null when there are too many: the question has failed.
    [[nodiscard]] WaitingPtr open(const std::string& nsp, std::string& request_id,
                                  std::shared_ptr<ClusterQuestion> question);
    /// False when it cannot be sent: the question has failed.
    [[nodiscard]] bool send(const Waiting& waiting, const ClassicRequest& request);
    /// The question of that id ends.
    void fail(const std::string& request_id, boost::system::error_code ec);
    void count(const std::string& nsp, OnCount done);
    /// Asks how many there are to answer what was sent already.
    void expect_all(const std::string& request_id, const std::string& nsp);
    void expect(Waiting& waiting, std::size_t others);

    [[nodiscard]] bool take(Waiting& waiting, ClassicResponse& response);
    [[nodiscard]] bool take_sockets(Waiting& waiting, ClassicResponse& response);
    /// All have answered: their names are known, until others come or go.
    void note_if_complete(const std::string& nsp, const AnswerTally& tally,
                          const std::optional<std::size_t>& expected);

    void tick_later();
    void on_tick();
    void drop_closed();
    [[nodiscard]] bool is_late(const Waiting& waiting, TimePoint now) const;
    void watch(const std::string& nsp, TimePoint now, GoneServers& gone);
    void begin_probe(const std::string& nsp, Watch& watch, TimePoint now);
    [[nodiscard]] bool is_over(const Probe& probe, TimePoint now) const;
    void conclude(const std::string& nsp, const Probe& probe, GoneServers& gone);
    void conclude(Waiting& waiting, const Probe& probe, GoneServers& gone);
    void note_who_left(Waiting& waiting, const Probe& probe, GoneServers& gone);
    /// Of those that had names when all answered last, who has not answered since.
    [[nodiscard]] std::vector<std::string> silent_names(const Waiting& waiting,
                                                        const Probe& probe) const;

    RedisLink& link_;
    ClusterStatus& status_;
    const Settings settings_;
    /// Gone with this object, for handlers that come later.
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    boost::asio::steady_timer timer_;
    bool is_ticking_ = false;

    std::map<std::string, WaitingPtr, std::less<>> waiting_;
    std::vector<std::pair<std::shared_ptr<ClusterQuestion>, std::function<void()>>> deferred_;
    std::map<std::string, Watch, std::less<>> watches_;
    std::map<std::string, AnswerTally::Names, std::less<>> known_names_;
};

}  // namespace socketio::cluster
