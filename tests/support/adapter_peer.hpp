#pragma once
// A server as its adapter sees it, which writes down what it is told and answers for the sockets that it has been
// given. Lives on the thread of its io_context, from start to end with its adapter.

#include "socketio/adapter.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace test_support {

class AdapterPeer final : public socketio::AdapterHost {
public:
    AdapterPeer(boost::asio::io_context& io, std::shared_ptr<socketio::Adapter> used,
                std::vector<std::string> namespaces = {"/", "/admin"})
        : io_(io), namespaces_(std::move(namespaces)), adapter(std::move(used)) {
        adapter->start(*this);
    }
    ~AdapterPeer() override { adapter->stop(); }
    AdapterPeer(const AdapterPeer&) = delete;
    AdapterPeer& operator=(const AdapterPeer&) = delete;

    boost::asio::io_context& context() noexcept override { return io_; }
    std::vector<std::string> namespaces() const override { return namespaces_; }
    void deliver(socketio::ClusterBroadcast broadcast) override {
        done.push_back("event " + broadcast.data.at(0).as_string());
        delivered.push_back(std::move(broadcast));
    }
    void operate(socketio::ClusterSurgery surgery) override {
        done.emplace_back("surgery");
        operated.push_back(std::move(surgery));
    }
    void ask(socketio::ClusterBroadcast broadcast, std::chrono::milliseconds,
             std::function<void(std::size_t)> on_count,
             std::function<void(socketio::Value)> on_answer) override {
        delivered.push_back(std::move(broadcast));
        on_count(sockets.size());
        for (const socketio::SocketDetails& socket : sockets) on_answer(socket.id);
    }
    void fetch(std::string, socketio::Audience audience,
               std::function<void(std::vector<socketio::SocketDetails>)> on_fetched) override {
        std::vector<socketio::SocketDetails> meant;
        for (const socketio::SocketDetails& socket : sockets) {
            const bool is_meant =
                audience.rooms.empty() ||
                std::any_of(socket.rooms.begin(), socket.rooms.end(), [&](const std::string& room) {
                    return std::count(audience.rooms.begin(), audience.rooms.end(), room) > 0;
                });
            if (is_meant) meant.push_back(socket);
        }
        on_fetched(std::move(meant));
    }
    void rooms(std::string, std::function<void(std::vector<std::string>)> on_rooms) override {
        on_rooms({});
    }
    void deliver_server_side(const socketio::ServerSideEvent& event,
                             const socketio::ServerSideReply& reply) override {
        events.push_back(event.data);
        if (reply.wanted() && !is_busy) reply.reply(adapter->status().name);
    }
    void log(socketio::LogEvent event) override {
        std::string line(event.event);
        for (const auto& [name, value] : event.fields) line.append(" ").append(value);
        lines.push_back(std::move(line));
    }
    void on_cluster_state(bool is_reached, const std::string&) override {
        states.push_back(is_reached);
    }

    [[nodiscard]] bool is_ready() const { return adapter->status().is_reached; }
    [[nodiscard]] bool has_logged(const std::string& beginning) const {
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.starts_with(beginning);
        });
    }
    void add_socket(const std::string& id, std::vector<std::string> in = {}) {
        socketio::SocketDetails details;
        details.id = id;
        details.rooms = std::move(in);
        details.rooms.insert(details.rooms.begin(), id);
        sockets.push_back(std::move(details));
    }

private:
    boost::asio::io_context& io_;
    std::vector<std::string> namespaces_;

public:
    std::shared_ptr<socketio::Adapter> adapter;
    std::vector<socketio::SocketDetails> sockets;
    /// Takes events and never answers them.
    bool is_busy = false;
    std::vector<socketio::ClusterBroadcast> delivered;
    std::vector<socketio::ClusterSurgery> operated;
    /// Both, in their order.
    std::vector<std::string> done;
    std::vector<socketio::Args> events;
    std::vector<std::string> lines;
    std::vector<bool> states;
};

}  // namespace test_support
