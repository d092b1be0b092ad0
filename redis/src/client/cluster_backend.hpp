#pragma once
// A Redis Cluster: which master has which slot is asked for, then each command goes to the master of its key,
// on one connection to each. What a node redirects is sent on; what nobody can take at the moment (no map yet,
// a master that is down, a slot on its way) waits here, within the bounds of Options, and goes when somebody
// can. Lives on the thread of its io_context.
// Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/

#include "client/cluster_subscriptions.hpp"
#include "client/scout.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace redis {

class ClusterBackend final : public Backend, public std::enable_shared_from_this<ClusterBackend> {
public:
    ClusterBackend(boost::asio::io_context& io, const Options& options,
                   std::shared_ptr<Listeners> listeners);

    void start() override;
    void stop() override;
    void discard() override;

    [[nodiscard]] bool connected() const noexcept override;
    [[nodiscard]] bool ready() const noexcept override;
    [[nodiscard]] std::size_t pending() const noexcept override;

    void command(std::string_view key, Arguments arguments, OnReply callback) override;
    void command_each(Arguments arguments, Deployment::OnReplies callback) override;
    void blocking_command(std::string_view key, Arguments arguments, OnReply callback) override;

    boost::system::error_code subscribe(Kind kind, std::string_view name) override;
    void unsubscribe(Kind kind, std::string_view name) override;

private:
    using Clock = std::chrono::steady_clock;

    /// A master, or who a command was redirected to.
    struct Node {
        Seed address;
        std::unique_ptr<Connection> connection;
    };

    enum class Lane : std::uint8_t {
        ordinary,
        blocking,  ///< On the connection for commands that wait at the server.
    };

    /// A command until its answer: it may have to be sent more than once.
    struct Request {
        std::vector<std::string> arguments;
        /// Nothing: any master.
        std::optional<std::uint16_t> slot;
        Lane lane = Lane::ordinary;
        OnReply callback;
        Clock::time_point issued_at;
        std::size_t bytes = 0;
        unsigned redirections = 0;
        /// Goes there after ASKING, the next time.
        std::optional<Seed> ask;
        /// What it fails with when it has waited for too long.
        errc refusal = errc::expired;
    };
    using RequestPointer = std::shared_ptr<Request>;

    // ---- cluster_backend.cpp: nodes and states
    void listen_to_subscriptions();
    [[nodiscard]] bool on_answers(const Seed& asked, const std::vector<Reply>& answers);
    void on_silence(const StateChange& last);
    void learn(std::uint16_t slot, const Seed& master);
    void follow_map();
    Node& ensure_node(const Seed& address);
    void retire_nodes();
    void choose_home();
    void on_node_state(const Seed& server, const StateChange& change);
    void on_subscriber_state(const Seed& server, const StateChange& change);
    void report(const std::string& server, const StateChange& change);
    void announce();

    // ---- cluster_commands.cpp: commands
    void issue(Lane lane, std::string_view key, Arguments arguments, OnReply callback);
    void route(const RequestPointer& request);
    void route_blocking(const RequestPointer& request);
    [[nodiscard]] Node* node_of(const Request& request);
    [[nodiscard]] Node* asked_node(const Seed& server);
    [[nodiscard]] Node* any_master();
    void send(const RequestPointer& request, Connection& connection, Seed server);
    void move_blocking_to(const Seed& server);
    void follow_blocking();
    void on_reply(const RequestPointer& request, const Seed& server, boost::system::error_code ec,
                  Reply reply);
    [[nodiscard]] boost::system::error_code failure_of(const boost::system::error_code& ec) const;
    [[nodiscard]] bool redirect(const RequestPointer& request, const Redirection& redirection);
    void park(const RequestPointer& request);
    void flush_parked();
    void wait_for_parked();
    void expire_parked();
    void fail_later(OnReply callback, errc code);

    boost::asio::io_context& io_;
    const Options options_;
    /// For logging in to a node.
    const Options node_options_;
    std::shared_ptr<Listeners> listeners_;
    SlotMap map_;
    /// Slots whose subscriptions were sent elsewhere since the map came: once each, since nodes that do not agree
    /// would send them to and fro.
    std::set<std::uint16_t> redirected_;
    /// By address.
    std::map<std::string, Node> nodes_;
    /// Where commands without a key go, and channels are heard.
    std::optional<Seed> home_;
    bool home_failed_ = false;
    std::shared_ptr<Scout> scout_;
    std::shared_ptr<ClusterSubscriptions> subscriptions_;
    std::unique_ptr<Connection> blocking_;
    std::optional<std::uint16_t> blocking_slot_;

    std::size_t in_flight_ = 0;
    std::deque<RequestPointer> parked_;
    std::size_t parked_bytes_ = 0;
    boost::asio::steady_timer parked_timer_;
    bool parked_timer_armed_ = false;

    /// What was last reported of each server.
    std::map<std::string, std::string> reported_;
    bool stopped_ = false;
    bool announcement_due_ = true;
    std::minstd_rand random_;
};

}  // namespace redis
