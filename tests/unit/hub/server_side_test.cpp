// Events between servers, as a namespace hands them to its port.
#include "socketio/server_side.hpp"

#include "hub/namespace_port.hpp"
#include "socketio/error.hpp"
#include "socketio/namespace.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio::hub {
namespace {

using std::chrono::milliseconds;

class ServerSidePort final : public NamespacePort {
public:
    void broadcast(const Namespace&, Audience, EmitFlags, std::string_view, Args) override {}
    void deliver_everywhere(Delivery) override {}
    void surgery(RoomSurgery) override {}
    void ask(Question, BroadcastAckHandler) override {}
    void fetch(SocketQuery, FetchHandler) override {}
    void require_setup_phase(const Namespace&) const override {
        if (running) throw std::logic_error("it runs");
    }
    void server_side_emit(ServerSideEvent event) override { emitted = std::move(event); }
    void server_side_ask(ServerSideEvent event, milliseconds time,
                         ServerSideAnswersHandler handler) override {
        asked = std::move(event);
        timeout = time;
        answer = std::move(handler);
    }

    bool running = false;
    std::optional<ServerSideEvent> emitted;
    std::optional<ServerSideEvent> asked;
    milliseconds timeout{};
    ServerSideAnswersHandler answer;
};

class ServerSideEvents : public testing::Test {
protected:
    ServerSidePort port;
    Namespace nsp{"/chat", port};
};

TEST_F(ServerSideEvents, GoOutWithTheirNameAndNamespace) {
    nsp.server_side_emit("hello", 1, "x", nullptr);
    ASSERT_TRUE(port.emitted);
    EXPECT_EQ(port.emitted->nsp, "/chat");
    EXPECT_EQ(port.emitted->data, (Args{"hello", 1, "x", nullptr}));
    nsp.server_side_emit("bare");
    EXPECT_EQ(port.emitted->data, Args{"bare"});
}

TEST_F(ServerSideEvents, AskWithATimeout) {
    ServerSideAnswers got;
    nsp.server_side_emit_with_ack("ask", {7}, milliseconds(250),
                                  [&](const ServerSideAnswers& answers) { got = answers; });
    ASSERT_TRUE(port.asked);
    EXPECT_EQ(port.asked->data, (Args{"ask", 7}));
    EXPECT_EQ(port.timeout, milliseconds(250));
    port.answer({{}, {1, 2}, 2, {}});
    EXPECT_EQ(got.values, (std::vector<Value>{1, 2}));
}

TEST_F(ServerSideEvents, RefuseNodesOwnNames) {
    for (const auto* name : {"connect", "connection", "new_namespace"}) {
        EXPECT_TRUE(is_reserved_server_side(name));
        EXPECT_THROW(nsp.server_side_emit(name), std::invalid_argument);
        EXPECT_THROW(nsp.server_side_emit_with_ack(name, {}, milliseconds(1), {}),
                     std::invalid_argument);
        EXPECT_THROW(nsp.on_server_side(name, {}), std::invalid_argument);
    }
    // These are reserved for clients' events alone, as in Node.
    EXPECT_NO_THROW(nsp.server_side_emit("disconnect"));
    EXPECT_FALSE(port.asked);
}

TEST_F(ServerSideEvents, DoNotWaitForEver) {
    EXPECT_THROW(nsp.server_side_emit_with_ack("ask", {}, milliseconds(0), {}),
                 std::invalid_argument);
    EXPECT_THROW((void)nsp.server_side_emit_with_ack("ask", {}, milliseconds(0)),
                 std::invalid_argument);
    EXPECT_FALSE(port.asked);
}

TEST_F(ServerSideEvents, HaveHandlersThatAddUpAndAreSetUpFirst) {
    nsp.on_server_side("hello", [](const Args&, const ServerSideReply&) {});
    nsp.on_server_side("hello", [](const Args&, const ServerSideReply&) {});
    EXPECT_EQ(nsp.setup().server_side_handlers.at("hello").size(), 2U);
    Namespace child("/child", port);
    child.set_up_as(nsp);
    EXPECT_EQ(child.setup().server_side_handlers.at("hello").size(), 2U);
    port.running = true;
    EXPECT_THROW(nsp.on_server_side("late", {}), std::logic_error);
}

TEST(ServerSideReply, CountsOnce) {
    EXPECT_FALSE(ServerSideReply().wanted());
    ServerSideReply().reply(1);
    std::vector<Value> sent;
    const ServerSideReply reply([&](Value value) { sent.push_back(std::move(value)); });
    const auto copy = reply;
    EXPECT_TRUE(reply);
    copy.reply("first");
    EXPECT_FALSE(reply);
    reply.reply("second");
    EXPECT_EQ(sent, std::vector<Value>{"first"});
}

TEST(ServerSideAnswers, SayWhatIsMissingInNodesWords) {
    ServerSideAnswers answers;
    EXPECT_EQ(answers.message(), "");
    answers.ec = errc::ack_timeout;
    answers.values = {1};
    answers.expected = 2;
    EXPECT_EQ(answers.message(), "timeout reached: only 1 responses received out of 2");
    answers.ec = errc::disconnected;
    EXPECT_EQ(answers.message(), make_error_code(errc::disconnected).message());
}

}  // namespace
}  // namespace socketio::hub
