#pragma once
// An AdapterHost with one namespace and no clients, that counts what its adapter hands it: what remains of a server
// is the adapter. One thread.

#include <socketio/adapter.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

class LoneHost final : public socketio::AdapterHost {
public:
    [[nodiscard]] boost::asio::io_context& context() noexcept override { return context_; }
    [[nodiscard]] std::vector<std::string> namespaces() const override { return {"/"}; }

    /// Runs until the adapter hears what is published.
    void run_until_ready();
    /// Runs until that many broadcasts were delivered.
    void run_until_delivered(std::uint64_t count);

    void deliver(socketio::ClusterBroadcast broadcast) override;
    void log(socketio::LogEvent event) override;
    void on_cluster_state(bool is_reached, const std::string& text) override;

    // Nobody asks a server without clients.
    void operate(socketio::ClusterSurgery /*surgery*/) override {}
    void ask(socketio::ClusterBroadcast /*broadcast*/, std::chrono::milliseconds /*timeout*/,
             std::function<void(std::size_t clients)> on_count,
             std::function<void(socketio::Value)> /*on_answer*/) override {
        on_count(0);
    }
    void fetch(std::string /*nsp*/, socketio::Audience /*audience*/,
               std::function<void(std::vector<socketio::SocketDetails>)> done) override {
        done({});
    }
    void rooms(std::string /*nsp*/, std::function<void(std::vector<std::string>)> done) override {
        done({});
    }
    void deliver_server_side(const socketio::ServerSideEvent& /*event*/,
                             const socketio::ServerSideReply& /*reply*/) override {}

private:
    boost::asio::io_context context_{1};
    bool is_ready_ = false;
    /// Of the deliveries that are waited for.
    std::uint64_t missing_ = 0;
};

}  // namespace bench
