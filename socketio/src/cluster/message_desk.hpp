#pragma once
// What sharded and streams adapters do with messages, whichever way these come: carries out what others ask for,
// asks them in turn and keeps account of who answers. Lives on shard 0, from Adapter::start() to stop(). WIRE.md
// B14.
//
// Node's adapters of today send no heartbeats, so a server is known by what it says, and its silence is found when
// a question waits: then all are asked who is in a room that nobody is in, which every server answers at once with
// its name, and who has not said anything a second later is gone. Our own servers tell each other more: those of a
// streams adapter send heartbeats.

#include "cluster/message_port.hpp"
#include "cluster/open_questions.hpp"
#include "cluster/peer_table.hpp"
#include "socketio/adapter.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace socketio::cluster {

struct DeskOptions {
    /// Sent after so much silence of our own; zero: none.
    std::chrono::milliseconds heartbeat_interval{0};
    /// A server that has sent heartbeats and stopped is dropped after this.
    std::chrono::milliseconds heartbeat_timeout{10'000};
    /// How long clients have whom another server asks without saying how long.
    std::chrono::milliseconds client_timeout{5'000};
    /// After a question for signs of life.
    std::chrono::milliseconds probe_wait{1'000};
};

class MessageDesk {
public:
    /// All of them outlive the desk. `uid` is this server's name.
    MessageDesk(AdapterHost& host, ClusterStatus& status, MessagePort& port, std::string uid,
                DeskOptions options = {});
    MessageDesk(const MessageDesk&) = delete;
    MessageDesk& operator=(const MessageDesk&) = delete;

    // ---- Namespaces of this server -------------------------------------------------------------
    void open(const std::string& nsp);
    void close(const std::string& nsp);
    /// Says in every namespace that this server goes, so that nobody waits for it.
    void leave();
    /// Everything is subscribed, again: tells the others, and asks who is there, where that was not done since the
    /// last outage.
    void on_ready();

    // ---- Questions to the others, as Adapter's ---------------------------------------------------
    void ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
             const std::shared_ptr<BroadcastQuestion>& question);
    void fetch(const std::string& nsp, const Audience& audience,
               const std::shared_ptr<FetchQuestion>& question);
    void server_side_emit(const ServerSideEvent& event,
                          const std::shared_ptr<ServerSideQuestion>& question);

    /// One of another server, for a namespace that the host wants. `offset` is that of a broadcast, if it has one.
    void on_message(ClusterMessage message, std::string offset = {});

private:
    using Clock = std::chrono::steady_clock;

    // One for each kind of message.
    void take(const ClusterMessage& from, const message::InitialHeartbeat&);
    void take(const ClusterMessage& from, const message::Heartbeat&);
    void take(const ClusterMessage& from, const message::AdapterClose&);
    void take(const ClusterMessage& from, message::Broadcast& broadcast);
    void take(const ClusterMessage& from, ClusterSurgery& surgery);
    void take(const ClusterMessage& from, message::FetchSockets& fetch);
    void take(const ClusterMessage& from, message::FetchedSockets& fetched);
    void take(const ClusterMessage& from, message::ServerSideEmit& emit);
    void take(const ClusterMessage& from, message::ServerSideAnswer& answer);
    void take(const ClusterMessage& from, message::ClientCount& count);
    void take(const ClusterMessage& from, message::ClientAnswer& answer);

    /// Remembers the question, sends it and asks how many there are who can answer.
    void open_question(const std::string& nsp, const std::string& id,
                       OpenQuestions::Question question, MessageBody body);
    /// How many other servers have the namespace; `done` is called unless the desk is gone by then.
    void count_others(const std::string& nsp,
                      std::function<void(boost::system::error_code, std::size_t)> done);
    void send(const std::string& nsp, MessageBody body);
    /// Sends the answer to `uid`, now or later, unless the desk is gone by then.
    [[nodiscard]] std::function<void(MessageBody)> answerer(std::string uid, std::string nsp);
    void note_answer(bool is_awaited);

    void probe(const std::string& nsp, Clock::time_point now);
    void judge_probes(Clock::time_point now);
    /// Those that said they are new want to know who is there.
    void answer_new_servers(Clock::time_point now);
    void keep_heart_beating(Clock::time_point now);
    /// How many servers there are, for the status.
    void recount(Clock::time_point now);
    void arm();
    void on_tick();

    AdapterHost& host_;
    ClusterStatus& status_;
    MessagePort& port_;
    const std::string uid_;
    const DeskOptions options_;
    PeerTable peers_;
    OpenQuestions questions_;
    struct Own {
        Clock::time_point sent;
        /// The others were told of this server since the last outage.
        bool is_announced = false;
        /// A new server waits for a heartbeat.
        bool is_asked = false;
    };
    /// Those that are open here, and when each last sent something to all.
    std::map<std::string, Own, std::less<>> namespaces_;
    struct Probe {
        Clock::time_point asked;
        /// Of ClusterStatus, then.
        std::uint64_t outages = 0;
        /// When Redis had it; until then nobody can have answered.
        std::optional<Clock::time_point> sent = std::nullopt;
    };
    /// Signs of life that are waited for, by namespace.
    std::map<std::string, Probe, std::less<>> probes_;
    boost::asio::steady_timer timer_;
    Clock::time_point next_recount_;
    /// Of ClusterStatus, when the namespaces were last announced.
    std::uint64_t outages_ = 0;
    bool is_armed_ = false;
    /// Callbacks that come later hold it weakly.
    std::shared_ptr<const char> life_ = std::make_shared<const char>('\0');
};

}  // namespace socketio::cluster
