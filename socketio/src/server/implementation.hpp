#pragma once
// Behind Server: sets up namespaces and routes, then holds shards and network together while they run.
// The one place where emits meet shards and the adapter.

#include "base/deadline_queue.hpp"
#include "base/log.hpp"
#include "hub/namespace_port.hpp"
#include "hub/offset_counter.hpp"
#include "server/drain.hpp"
#include "server/namespace_registry.hpp"
#include "server/server_side_desk.hpp"
#include "shard/once.hpp"
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
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
    void fetch(std::string nsp, Audience audience, FetchHandler handler) override;
    void request_namespace(std::string name, Value auth, std::function<void(bool)> answer) override;
    void post_to_hub(unsigned shard, std::function<void(hub::Hub&)> work) override;
    void keep_session(const StoredSession& session, std::chrono::milliseconds duration) override;
    void restore_session(const std::string& nsp, const std::string& pid, const std::string& offset,
                         RestoreHandler done) override;
    void server_side_emit(ServerSideEvent event) override;
    void server_side_ask(ServerSideEvent event, std::chrono::milliseconds timeout,
                         ServerSideAnswersHandler handler) override;
    void on_child_presence(const std::string& name, bool present) override;
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
    template <class Visit>
    void for_each_child(std::string_view parent, Visit visit);
    void require_no_parent(std::string_view nsp) const;
    [[nodiscard]] bool on_first_shard() noexcept;
    /// The adapter gives broadcasts that can be sent again their offsets. Any thread.
    [[nodiscard]] bool adapter_keeps_sessions() const noexcept {
        return options_.connection_state_recovery && options_.adapter &&
               options_.adapter->keeps_sessions();
    }
    /// To the adapter, too, unless it is for this process alone.
    void send_everywhere(hub::Delivery delivery, std::string_view event, Args args);
    /// Calls `publish` with an offset of the calling thread's, whose events reach every shard in the offsets'
    /// order; with none for what is never sent again.
    template <class Publish>
    void with_offset(const EmitFlags& flags, Publish publish);
    void open_everywhere(const Namespace& nsp);
    [[nodiscard]] bool passes(const std::vector<RemoteBroadcastFilter>& filters,
                              const ClusterBroadcast& broadcast);

    // ---- AdapterHost ---------------------------------------------------------------------------
    [[nodiscard]] boost::asio::io_context& context() noexcept override;
    void deliver(ClusterBroadcast broadcast) override;
    void deliver_server_side(const ServerSideEvent& event, const ServerSideReply& reply) override;
    [[nodiscard]] std::vector<std::string> namespaces() const override;
    [[nodiscard]] bool wants_every_namespace() const override;
    void log(LogEvent event) override;

    [[nodiscard]] bool is_mounted() const noexcept { return shards_[0].is_mounted(); }
    void choose_writer();
    void add_socketio_route();
    /// All that is done before the first shard runs; then begin() lets the world in.
    void prepare();
    void begin();
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
    ServerSideDesk server_side_;
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
