#pragma once
// Behind Server: sets up namespaces and routes, then holds shards and network together while they run.
// The one place where emits meet shards and the adapter.

#include "base/deadline_queue.hpp"
#include "base/log.hpp"
#include "hub/answer_count.hpp"
#include "hub/namespace_port.hpp"
#include "hub/offset_counter.hpp"
#include "server/answer_relay.hpp"
#include "server/cluster_desk.hpp"
#include "server/drain.hpp"
#include "server/followed_rooms.hpp"
#include "server/namespace_registry.hpp"
#include "shard/one_at_a_time.hpp"
#include "shard/shard_group.hpp"
#include "socketio/adapter.hpp"
#include "socketio/server.hpp"
#include "transport/hand_over.hpp"
#include "transport/listener.hpp"
#include "transport/routes.hpp"
#include "transport/transport_shard.hpp"

#include <boost/asio/signal_set.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

class Server::Implementation final : public hub::NamespacePort, private AdapterHost {
public:
    /// On `mounted`, an event loop of the application's, or with threads of its own.
    explicit Implementation(Options given, boost::asio::io_context* mounted = nullptr);
    ~Implementation() override;

    [[nodiscard]] const Options& options() const noexcept { return options_; }
    [[nodiscard]] Namespace& of(std::string_view name, const NamespaceRegistry::SetUp& set_up);
    [[nodiscard]] Namespace& of_matching(NamespaceMatcher matches);
    void on_new_namespace(NamespaceHandler handler);
    void close_namespace(std::string_view name);
    void on_remote_broadcast(RemoteBroadcastFilter filter);
    void add_cluster_state_handler(ClusterStateHandler handler);
    void take_cluster_status(std::function<void(const ClusterStatus&)> done);
    [[nodiscard]] Namespace& root() noexcept { return *root_; }
    [[nodiscard]] transport::Routes& routes();
    [[nodiscard]] shard::ShardGroup& shards() noexcept { return shards_; }

    void listen();
    [[nodiscard]] std::string reload_certificates();
    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] std::vector<ListenAddress> addresses() const {
        return listening_ ? listener_.addresses() : std::vector<ListenAddress>();
    }
    void run(bool handle_signals);
    /// Of a mounted one, instead of run().
    void start();
    void on_stopped(std::function<void()> handler);
    void drain(base::Milliseconds window);
    /// Ends a mounted one that has not stopped, before it is destroyed.
    void abandon();
    [[nodiscard]] transport::HandOver& hand_over() noexcept { return hand_over_; }

    // ---- NamespacePort -------------------------------------------------------------------------
    [[nodiscard]] hub::EventContents encode(const hub::PlainEvent& event) const override;
    void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags, std::string_view event,
                   Args args) override;
    void deliver_everywhere(hub::Delivery delivery) override;
    void surgery(hub::RoomSurgery surgery) override;
    void ask(hub::Question question, BroadcastAckHandler handler) override;
    void fetch(hub::SocketQuery query, FetchHandler handler) override;
    void request_namespace(std::string name, Value auth, std::function<void(bool)> answer) override;
    void post_to_hub(unsigned shard, std::function<void(hub::Hub&)> work) override;
    void keep_session(const StoredSession& session, std::chrono::milliseconds duration) override;
    void restore_session(const std::string& nsp, const std::string& pid, const std::string& offset,
                         RestoreHandler done) override;
    void server_side_emit(ServerSideEvent event) override;
    void server_side_ask(ServerSideEvent event, std::chrono::milliseconds timeout,
                         ServerSideAnswersHandler handler) override;
    void on_child_presence(const std::string& name, bool present) override;
    void on_room(const std::string& nsp, std::string_view room, bool is_there,
                 bool is_own) override;
    void require_setup_phase(const Namespace& nsp) const override;

private:
    struct Parent {
        NamespaceMatcher matches;
        std::unique_ptr<Namespace> nsp;
    };

    void require_not_running() const;
    void tell_of(Namespace& nsp);
    void open(NamespaceRegistry::Entry& entry);
    /// On shard 0, all of them.
    [[nodiscard]] bool open_child(const std::string& name, const Value& auth);
    [[nodiscard]] const Parent* find_parent(const std::string& name, const Value& auth);
    void close_deserted(const std::string& name);
    [[nodiscard]] bool is_parent(std::string_view name) const noexcept;
    /// The open children of a parent of that name.
    void for_each_child(std::string_view parent,
                        const std::function<void(const Namespace&)>& visit);
    [[nodiscard]] bool on_first_shard() noexcept;
    /// The adapter gives broadcasts that can be sent again their offsets. Any thread.
    [[nodiscard]] bool adapter_keeps_sessions() const noexcept {
        return options_.connection_state_recovery && options_.adapter &&
               options_.adapter->keeps_sessions();
    }
    void open_everywhere(const Namespace& nsp);

    /// There are others that can be asked. Any thread.
    [[nodiscard]] bool has_requests() const noexcept {
        return options_.adapter && options_.adapter->has_requests();
    }
    [[nodiscard]] bool asks_others(std::string_view nsp, bool local) const noexcept;
    /// Throws std::logic_error where there are none, and for a parent.
    void require_others(std::string_view nsp) const;
    /// To the other servers.
    void publish(ClusterBroadcast broadcast);
    /// In this process alone.
    void deliver_here(ClusterBroadcast broadcast);
    void operate_here(hub::RoomSurgery surgery);
    void ask_here(std::shared_ptr<const hub::Question> question, BroadcastAckHandler done);
    void fetch_here(std::shared_ptr<const hub::SocketQuery> query,
                    std::function<void(std::vector<SocketDetails>)> done);
    /// What is called on shard 0, called on the shard that calls this, or on shard 0 when the caller is none.
    template <class Answers>
    [[nodiscard]] std::function<void(const Answers&)> at_home(
        std::function<void(const Answers&)> done);
    /// Calls `use` with an offset of the calling thread's, whose events reach every shard in the offsets'
    /// order; with none for what is never sent again.
    template <class Use>
    void with_offset(const EmitFlags& flags, Use use);
    /// Nobody keeps that broadcast of another server back.
    [[nodiscard]] bool lets_in(const ClusterBroadcast& broadcast);
    [[nodiscard]] bool passes(const std::vector<RemoteBroadcastFilter>& filters,
                              const ClusterBroadcast& broadcast);
    [[nodiscard]] hub::AnswerStream answers_for(const std::shared_ptr<AnswerRelay>& relay);

    // ---- AdapterHost ---------------------------------------------------------------------------
    [[nodiscard]] boost::asio::io_context& context() noexcept override;
    void deliver(ClusterBroadcast broadcast) override;
    void operate(ClusterSurgery surgery) override;
    void ask(ClusterBroadcast broadcast, std::chrono::milliseconds timeout,
             std::function<void(std::size_t)> on_count,
             std::function<void(Value)> on_answer) override;
    void fetch(std::string nsp, Audience audience,
               std::function<void(std::vector<SocketDetails>)> done) override;
    void rooms(std::string nsp, std::function<void(std::vector<std::string>)> done) override;
    void deliver_server_side(const ServerSideEvent& event, const ServerSideReply& reply) override;
    [[nodiscard]] std::vector<std::string> namespaces() const override;
    [[nodiscard]] bool wants_every_namespace() const override;
    [[nodiscard]] bool wants_every_room(const std::string& nsp) const override;
    void log(LogEvent event) override;
    void on_cluster_state(bool is_reached, const std::string& text) override;

    [[nodiscard]] bool is_mounted() const noexcept { return shards_[0].is_mounted(); }
    void choose_writer();
    void add_socketio_route();
    /// All that is done before the first shard runs; then begin() lets the world in.
    void prepare();
    void begin();
    /// False when it threw: the server ends.
    [[nodiscard]] bool start_adapter();
    void wait_for_signal();
    /// On shard 0, all of them.
    void begin_drain(base::Milliseconds window);
    void on_milestone(Drain::Milestone milestone);
    void end_when_sessions_are_stored();
    void look_at_sessions(base::TimePoint now);
    void end_connections();
    /// A mounted one has stopped.
    void on_end();

    Options options_;
    base::Log log_;
    NamespaceRegistry namespaces_{*this};
    /// For broadcasts to namespaces that are not open.
    std::vector<RemoteBroadcastFilter> remote_broadcast_filters_;
    std::vector<Parent> parents_;
    std::vector<NamespaceHandler> new_namespace_handlers_;
    std::size_t children_made_ = 0;  ///< Shard 0.
    Namespace* root_ = nullptr;
    transport::Routes routes_;
    shard::ShardGroup shards_;
    /// Threads that are no shard of ours publish what can be recovered one after the other.
    shard::OneAtATime others_turn_;
    hub::OffsetCounter others_offsets_;
    ClusterDesk desk_;
    FollowedRooms followed_rooms_;  ///< Shard 0.
    std::vector<ClusterStateHandler> cluster_state_handlers_;
    std::optional<bool> cluster_is_reached_;  ///< Shard 0; nothing before the adapter knows.
    std::exception_ptr start_failure_;        ///< Shard 0; after the end, of run().
    transport::Listener listener_;
    transport::HandOver hand_over_;
    std::unique_ptr<transport::Network> network_;
    std::vector<std::unique_ptr<Drain>> drains_;
    /// By milestone: how many shards have reached it. Shard 0.
    std::array<std::size_t, 2> milestones_{};
    base::TimePoint sessions_until_{};  ///< Shard 0, like the deadline.
    base::MemberDeadline<Implementation, &Implementation::look_at_sessions> sessions_deadline_{
        *this};
    boost::asio::signal_set signals_;
    std::vector<std::function<void()>> stopped_handlers_;  ///< Mounted.
    bool ended_ = false;                                   ///< Mounted; shard 0.
    bool draining_ = false;                                ///< Shard 0.
    bool listening_ = false;
    bool running_ = false;
    bool adapter_runs_ = false;  ///< Shard 0.
};

}  // namespace socketio
