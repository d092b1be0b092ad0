// One client that reads in fits and starts, and an application that sends it everything there is: plain
// messages, questions (acks), droppable, conflated and volatile ones. What must hold, whatever the network:
//   what arrives, arrives whole and in the order it was sent: nothing overtakes;
//   plain messages and questions all arrive, until the client is closed as slow: no silent gap;
//   of the messages with one key, the newest that was queued arrives;
//   what emit() said and what the counters count is what happened;
//   a drain is told once for every time that messages had to wait, when none waits any more.

#include "sim/server.hpp"
#include "wire/json.hpp"
#include "wire/websocket_frame.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace socketio::sim {
namespace {

/// Frames of a server back to packets; a half one is kept.
class FrameReader {
public:
    std::vector<std::string> feed(std::string_view bytes) {
        stream_ += bytes;
        std::vector<std::string> payloads;
        for (;;) {
            std::size_t at = 2;
            if (stream_.size() < at) break;
            std::size_t length = static_cast<unsigned char>(stream_[1]);
            const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
            if (stream_.size() < at + extra) break;
            if (extra > 0) length = 0;
            for (std::size_t i = 0; i < extra; ++i) {
                length = length << 8 | static_cast<unsigned char>(stream_[at++]);
            }
            if (stream_.size() < at + length) break;
            EXPECT_EQ(stream_[0], '\x81') << "a final text frame begins where the last one ended";
            payloads.push_back(stream_.substr(at, length));
            stream_.erase(0, at + length);
        }
        return payloads;
    }
    [[nodiscard]] bool is_at_a_boundary() const { return stream_.empty(); }

private:
    std::string stream_;
};

class Scene {
public:
    explicit Scene(std::uint64_t seed) : scheduler(seed), server(scheduler, make_options()) {
        auto& root = server.make_namespace("/");
        root.on_connection([this](Socket& connected) {
            socket = &connected;
            connected.on_drain([this](Socket& drained) {
                ++drains;
                EXPECT_EQ(drained.queued_bytes(), 0U);
                EXPECT_TRUE(drained.writable());
            });
            connected.on_disconnect([this](Socket&, DisconnectReason reason) {
                left = reason;
                socket = nullptr;
            });
        });
        websocket = server.open_websocket(EngineProtocol::v4, 500);
        server.turn([&] { websocket->on_text("40"); });
        EXPECT_NE(socket, nullptr);
        read(100'000);
        received.clear();
    }

    Options make_options() {
        Options options;
        options.ping_interval = Milliseconds(1'000'000);
        options.send_queue_packets_max = static_cast<std::size_t>(scheduler.dice.between(5, 60));
        options.send_queue_bytes_max = static_cast<std::size_t>(scheduler.dice.between(400, 6'000));
        return options;
    }

    void read(std::size_t bytes_max) {
        for (auto& packet : frames.feed(websocket->read(bytes_max))) {
            if (packet.starts_with("42")) received.push_back(number_of(packet));
        }
    }
    /// The sequence number that every event carries.
    static int number_of(const std::string& packet) {
        const auto json = wire::parse_json(std::string_view(packet).substr(packet.find('[')), 10);
        return static_cast<int>((*json).as_array().at(1).as_int64());
    }
    std::string padding() {
        return std::string(static_cast<std::size_t>(scheduler.dice.between(0, 300)), 'x');
    }

    Scheduler scheduler;
    Server server;
    std::shared_ptr<SimWebSocket> websocket;
    FrameReader frames;
    Socket* socket = nullptr;
    std::optional<DisconnectReason> left;
    std::vector<int> received;
    int drains = 0;
};

/// What was sent, and what emit() said about it.
struct Sent {
    enum class Kind { plain, question, droppable, conflated, is_volatile };
    Kind kind = Kind::plain;
    std::string key;
    EmitOutcome outcome = EmitOutcome::queued;
};

class Application {
public:
    explicit Application(Scene& scene) : scene_(scene) {}

    void send() {
        const auto number = static_cast<int>(sent.size());
        const Args args = {number, scene_.padding()};
        auto& dice = scene_.scheduler.dice;
        Sent message{static_cast<Sent::Kind>(dice.between(0, 4)), {}, EmitOutcome::queued};
        EmitFlags flags;
        switch (message.kind) {
            case Sent::Kind::plain: break;
            case Sent::Kind::question:
                scene_.socket->emit_with_ack("question", args, Milliseconds(0),
                                             [](boost::system::error_code, const Args&) {});
                sent.push_back(message);
                return;
            case Sent::Kind::droppable: flags.droppable = true; break;
            case Sent::Kind::conflated:
                flags.conflate_key = message.key = std::to_string(dice.between(1, 4));
                break;
            case Sent::Kind::is_volatile: flags.is_volatile = true; break;
        }
        message.outcome = scene_.socket->send("event", args, flags);
        sent.push_back(message);
    }

    std::vector<Sent> sent;

private:
    Scene& scene_;
};

void check_deliveries(const Scene& scene, const std::vector<Sent>& sent) {
    const std::set<int> got(scene.received.begin(), scene.received.end());
    ASSERT_EQ(got.size(), scene.received.size()) << "nothing arrives twice";
    ASSERT_TRUE(std::is_sorted(scene.received.begin(), scene.received.end()))
        << "nothing overtakes";
    const int last = scene.received.empty() ? -1 : scene.received.back();
    std::map<std::string, int> newest;
    for (int number = 0; number < static_cast<int>(sent.size()); ++number) {
        const auto& message = sent[static_cast<std::size_t>(number)];
        const bool arrived = got.contains(number);
        const bool was_queued =
            message.outcome == EmitOutcome::queued || message.outcome == EmitOutcome::replaced;
        if (!was_queued) {
            ASSERT_FALSE(arrived) << number << " was refused";
        }
        if (scene.left && number > last) break;  // Closed: nothing follows, and that was told.
        if (message.kind == Sent::Kind::plain || message.kind == Sent::Kind::question) {
            ASSERT_TRUE(arrived) << "a gap at " << number;
        }
        if (message.kind == Sent::Kind::is_volatile && was_queued) {
            ASSERT_TRUE(arrived) << number;
        }
        if (message.kind == Sent::Kind::conflated && was_queued) newest[message.key] = number;
    }
    if (scene.left) return;
    for (const auto& [key, number] : newest) {
        ASSERT_TRUE(got.contains(number)) << "the newest of key " << key;
    }
}

TEST(QueuePolicies, HoldOnAnyNetwork) {
    int slow = 0;
    int drained = 0;
    Counters sum;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Scene scene(seed);
        Application application(scene);
        auto& dice = scene.scheduler.dice;
        const int appetite = dice.between(300, 1'600);
        for (int turn = 0; turn < 150 && scene.socket != nullptr; ++turn) {
            scene.server.turn([&] {
                for (int i = dice.between(0, 4); i > 0 && scene.socket != nullptr; --i) {
                    application.send();
                }
            });
            if (dice.chance(70)) scene.read(static_cast<std::size_t>(dice.between(1, appetite)));
            scene.scheduler.run_for(Milliseconds(10));
        }
        for (int i = 0; i < 2'000 && scene.websocket->readable(); ++i) scene.read(100);
        scene.scheduler.run_for(Milliseconds(100));
        check_deliveries(scene, application.sent);
        if (HasFatalFailure()) return;

        const auto& counters = scene.server.counters;
        if (scene.left) {
            ++slow;
            EXPECT_EQ(*scene.left, DisconnectReason::slow_client);
            EXPECT_EQ(counters.slow_clients, 1U);
        } else {
            EXPECT_TRUE(scene.frames.is_at_a_boundary());
            // The CONNECT reply and the open packet are messages too.
            EXPECT_EQ(
                counters.messages_queued - counters.messages_replaced - counters.messages_dropped,
                scene.received.size() + 2);
        }
        drained += scene.drains;
        sum.messages_replaced += counters.messages_replaced;
        sum.messages_dropped += counters.messages_dropped;
        sum.messages_refused += counters.messages_refused;
    }
    // Everything that this is about did happen.
    EXPECT_GT(slow, 20);
    EXPECT_LT(slow, 380);
    EXPECT_GT(drained, 100);
    EXPECT_GT(sum.messages_replaced, 1'000U);
    EXPECT_GT(sum.messages_dropped, 1'000U);
    EXPECT_GT(sum.messages_refused, 1'000U);
}

}  // namespace
}  // namespace socketio::sim
