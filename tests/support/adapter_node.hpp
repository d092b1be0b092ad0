#pragma once
// A server as its adapter sees it, and questions as the server keeps them, without the time that they have. Both
// write down what they are told. Live on the thread of an io_context.

#include "socketio/adapter.hpp"
#include "support/event_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::test {

class AdapterNode : public AdapterHost {
public:
    AdapterNode(boost::asio::io_context& io, std::shared_ptr<Adapter> its,
                std::vector<std::string> namespaces = {"/", "/admin"}, bool wants_every = false)
        : io_(io),
          namespaces_(std::move(namespaces)),
          wants_every_(wants_every),
          its_(std::move(its)),
          adapter(*its_) {
        adapter.start(*this);
    }
    AdapterNode(const AdapterNode&) = delete;
    AdapterNode& operator=(const AdapterNode&) = delete;
    ~AdapterNode() override { adapter.stop(); }

    boost::asio::io_context& context() noexcept override { return io_; }
    std::vector<std::string> namespaces() const override { return namespaces_; }
    bool wants_every_namespace() const override { return wants_every_; }
    bool wants_every_room(const std::string&) const override { return wants_every_room_of_new; }
    void deliver(ClusterBroadcast broadcast) override { delivered.push_back(std::move(broadcast)); }
    void operate(ClusterSurgery surgery) override { operations.push_back(std::move(surgery)); }
    /// Two clients are asked, and answer with this node's name and their number.
    void ask(ClusterBroadcast broadcast, std::chrono::milliseconds,
             std::function<void(std::size_t clients)> on_count,
             std::function<void(Value)> on_answer) override {
        asked.push_back(std::move(broadcast));
        boost::asio::post(io_, [this, on_count, on_answer] {
            on_count(2);
            for (const char* number : {" 1", " 2"}) on_answer(name + number);
        });
    }
    void fetch(std::string, Audience audience,
               std::function<void(std::vector<SocketDetails>)> done) override {
        std::vector<SocketDetails> found;
        for (const SocketDetails& socket : sockets) {
            if (is_in_one(socket, audience.rooms)) found.push_back(socket);
        }
        fetches.push_back([found, done] { done(found); });
        if (is_busy) return;
        boost::asio::post(io_, fetches.back());
    }
    void rooms(std::string, std::function<void(std::vector<std::string>)> done) override {
        boost::asio::post(io_, [done] { done({"room1", "room2"}); });
    }
    void deliver_server_side(const ServerSideEvent& event, const ServerSideReply& reply) override {
        server_side.push_back(event);
        reply.reply(name);
    }
    void log(LogEvent event) override {
        events.emplace_back(event.event);
        std::string line(event.event);
        for (const auto& [field, value] : event.fields) {
            line += " " + std::string(field) + "=" + value;
        }
        lines.push_back(std::move(line));
    }
    void on_cluster_state(bool is_reached, const std::string&) override {
        states.push_back(is_reached);
    }

    /// Somebody of this node joins a room.
    void join(const std::string& nsp, const std::string& room) {
        adapter.on_room(nsp, room, true, false);
    }
    [[nodiscard]] std::ptrdiff_t logged(const std::string& event) const {
        return std::count(events.begin(), events.end(), event);
    }
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
    std::shared_ptr<Adapter> its_;

public:
    std::string name = "cpp";
    /// Of namespaces that open from now on.
    bool wants_every_room_of_new = false;
    /// Those of this node's clients.
    std::vector<SocketDetails> sockets;
    /// fetch() does not answer: `fetches` do when they are called.
    bool is_busy = false;
    std::vector<std::function<void()>> fetches;

    std::vector<ClusterBroadcast> delivered;
    std::vector<ClusterBroadcast> asked;
    std::vector<ClusterSurgery> operations;
    std::vector<ServerSideEvent> server_side;
    std::vector<bool> states;
    std::vector<std::string> events;
    std::vector<std::string> lines;
    Adapter& adapter;
};

/// Ends when as many servers have answered or are gone as were asked.
template <class Kind>
class Asked : public Kind {
public:
    void expect(std::size_t count, std::vector<std::string>) override { expected = count; }
    void gone(std::string_view server) override { missing.emplace_back(server); }
    void fail(boost::system::error_code ec) override { error = ec; }
    bool is_open() const noexcept override { return !is_done(); }

    [[nodiscard]] bool is_done() const noexcept {
        return error || (expected && servers.size() + missing.size() >= *expected && has_all());
    }
    [[nodiscard]] virtual bool has_all() const noexcept { return true; }

    std::optional<std::size_t> expected;
    boost::system::error_code error;
    std::vector<std::string> missing;
    /// Those that have answered.
    std::vector<std::string> servers;
};

class AskedFetch final : public Asked<FetchQuestion> {
public:
    void add(std::string_view server, std::vector<SocketDetails> found) override {
        servers.emplace_back(server);
        for (SocketDetails& socket : found) sockets.push_back(std::move(socket));
    }
    std::vector<SocketDetails> sockets;
};

class AskedServerSide final : public Asked<ServerSideQuestion> {
public:
    void add(std::string_view server, Value answer) override {
        servers.emplace_back(server);
        answers.push_back(std::move(answer));
    }
    std::vector<Value> answers;
};

class AskedBroadcast final : public Asked<BroadcastQuestion> {
public:
    void add_count(std::string_view server, std::size_t count) override {
        servers.emplace_back(server);
        clients += count;
    }
    void add(std::string_view, Value answer) override { answers.push_back(std::move(answer)); }
    bool has_all() const noexcept override { return answers.size() >= clients; }
    std::size_t clients = 0;
    std::vector<Value> answers;
};

}  // namespace socketio::test
