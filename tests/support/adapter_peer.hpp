#pragma once
// A server as its adapter sees it, which writes down what it is told and answers for the sockets that it has been
// given: later, as servers do. Lives on the thread of its io_context, from start to end with its adapter.

#include "socketio/adapter.hpp"
#include "support/event_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::test {

class AdapterPeer : public AdapterHost {
public:
    AdapterPeer(boost::asio::io_context& io, std::shared_ptr<Adapter> used,
                std::vector<std::string> namespaces = {"/", "/admin"}, bool wants_every = false)
        : io_(io),
          namespaces_(std::move(namespaces)),
          wants_every_(wants_every),
          adapter(std::move(used)) {
        adapter->start(*this);
    }
    ~AdapterPeer() override { adapter->stop(); }
    AdapterPeer(const AdapterPeer&) = delete;
    AdapterPeer& operator=(const AdapterPeer&) = delete;

    boost::asio::io_context& context() noexcept override { return io_; }
    std::vector<std::string> namespaces() const override { return namespaces_; }
    bool wants_every_namespace() const override { return wants_every_; }
    bool wants_every_room(const std::string&) const override { return wants_every_room_of_new; }
    void deliver(ClusterBroadcast broadcast) override {
        done.push_back("event " + broadcast.data.at(0).as_string());
        delivered.push_back(std::move(broadcast));
    }
    void operate(ClusterSurgery surgery) override {
        done.emplace_back("surgery");
        operated.push_back(std::move(surgery));
    }
    void ask(ClusterBroadcast broadcast, std::chrono::milliseconds,
             std::function<void(std::size_t clients)> on_count,
             std::function<void(Value)> on_answer) override {
        asked.push_back(std::move(broadcast));
        boost::asio::post(io_, [answers = client_answers, on_count, on_answer] {
            on_count(answers.size());
            for (const Value& answer : answers) on_answer(answer);
        });
    }
    void fetch(std::string, Audience audience,
               std::function<void(std::vector<SocketDetails>)> on_fetched) override {
        std::vector<SocketDetails> found;
        for (const SocketDetails& socket : sockets) {
            if (is_in_one(socket, audience.rooms)) found.push_back(socket);
        }
        fetches.push_back([found, on_fetched] { on_fetched(found); });
        if (!holds_fetches) boost::asio::post(io_, fetches.back());
    }
    void rooms(std::string, std::function<void(std::vector<std::string>)> on_rooms) override {
        boost::asio::post(io_, [names = room_names, on_rooms] { on_rooms(names); });
    }
    void deliver_server_side(const ServerSideEvent& event, const ServerSideReply& reply) override {
        server_side.push_back(event);
        if (!is_busy) reply.reply(adapter->status().name);
    }
    void log(LogEvent event) override {
        events_logged_.emplace_back(event.event);
        std::string line(event.event);
        for (const auto& [field, value] : event.fields) {
            line += " " + std::string(field) + "=" + value;
        }
        lines.push_back(std::move(line));
    }
    void on_cluster_state(bool is_reached, const std::string&) override {
        states.push_back(is_reached);
    }

    /// Its answer to a broadcast is its id.
    void add_socket(const std::string& id, std::vector<std::string> in = {}) {
        SocketDetails details;
        details.id = id;
        details.rooms = std::move(in);
        details.rooms.insert(details.rooms.begin(), id);
        sockets.push_back(std::move(details));
        client_answers.emplace_back(id);
    }
    /// Somebody of this server joins a room.
    void join(const std::string& nsp, const std::string& room) {
        adapter->on_room(nsp, room, true, false);
    }
    /// Now.
    [[nodiscard]] bool is_ready() const { return adapter->status().is_reached; }
    [[nodiscard]] std::ptrdiff_t logged(const std::string& event) const {
        return std::count(events_logged_.begin(), events_logged_.end(), event);
    }
    /// It has become that so many times since its start.
    [[nodiscard]] bool wait_ready(std::ptrdiff_t times = 1) {
        return test_support::run_until(io_, [&] { return logged("redis adapter ready") >= times; });
    }
    [[nodiscard]] bool wait_delivered(std::size_t count) {
        return test_support::run_until(io_, [&] { return delivered.size() >= count; });
    }

private:
    static bool is_in_one(const SocketDetails& socket, const std::vector<std::string>& rooms) {
        return rooms.empty() ||
               std::any_of(rooms.begin(), rooms.end(), [&](const std::string& room) {
                   return std::find(socket.rooms.begin(), socket.rooms.end(), room) !=
                          socket.rooms.end();
               });
    }

    boost::asio::io_context& io_;
    std::vector<std::string> namespaces_;
    bool wants_every_;
    std::vector<std::string> events_logged_;

public:
    std::shared_ptr<Adapter> adapter;

    // ---- What it answers with -------------------------------------------------------------------
    std::vector<SocketDetails> sockets;
    /// To a broadcast, one of each client.
    std::vector<Value> client_answers;
    std::vector<std::string> room_names;
    /// Of namespaces that open from now on.
    bool wants_every_room_of_new = false;
    /// Takes events of servers and never answers them.
    bool is_busy = false;
    /// fetch() does not answer: `fetches` do when they are called.
    bool holds_fetches = false;
    std::vector<std::function<void()>> fetches;

    // ---- What it was told -----------------------------------------------------------------------
    std::vector<ClusterBroadcast> delivered;
    std::vector<ClusterSurgery> operated;
    /// Both, in their order.
    std::vector<std::string> done;
    std::vector<ClusterBroadcast> asked;
    std::vector<ServerSideEvent> server_side;
    std::vector<std::string> lines;
    std::vector<bool> states;
};

}  // namespace socketio::test
