// Races of a viewer and the owner, docs/races.md: each row is a test here, in both orders where there are two.
// One shard, where the owner answers in the call, and two, where the answer comes by letter.

#include "support/viewers_world.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace chartcast {
namespace {

using tests::Browser;
using tests::Object;
using tests::Value;
using tests::ViewersWorld;

constexpr auto deals = R"({"chartcast":1,"delta":true,"charts":["deals"]})";
constexpr auto nothing = R"({"chartcast":1,"delta":true,"charts":["nothing"]})";

/// The rows of a delta client: what it was sent, applied as docs/protocol.md says. False: something is missing.
bool follows(const Browser& browser, std::uint64_t v) {
    std::uint64_t known = 0;
    std::string epoch;
    for (const auto& event : browser.events) {
        const auto* message = event.size() > 2 ? event[2].if_object() : nullptr;
        if (!message) continue;
        const auto& mode = message->find("mode")->as_string();
        const auto* part = message;
        if (mode == "snapshot" || mode == "resume") {
            part = &message->find("ds")->as_object().find("rows")->as_object();
        } else if (mode != "delta") {
            continue;
        }
        if (const auto* whole = part->find("v")) {
            known = static_cast<std::uint64_t>(whole->as_int64());
            epoch = part->find("epoch")->as_string();
            continue;
        }
        if (part->find("epoch")->as_string() != epoch) return false;
        if (static_cast<std::uint64_t>(part->find("from")->as_int64()) > known) return false;
        known = std::max(known, static_cast<std::uint64_t>(part->find("to")->as_int64()));
    }
    return known == v;
}

class ViewerRaces : public testing::TestWithParam<int> {
protected:
    ViewersWorld world{GetParam() == 0 ? 1U : 2U};
    /// On two shards one of two connections is with shard 1: this one takes the first place.
    Browser other{world, nothing};
};
INSTANTIATE_TEST_SUITE_P(Shards, ViewerRaces, testing::Values(0, 1),
                         [](const auto& chosen) { return chosen.param == 0 ? "one" : "two"; });

TEST_P(ViewerRaces, AnswerAndUnsubscribe) {
    Browser browser(world, deals);
    ASSERT_TRUE(browser.until_seen("snapshot", 1));
    EXPECT_EQ(browser.ask_and_wait("chart:unsub", R"("deals")"), "ok");
    browser.catch_up();
    EXPECT_EQ(world.rooms(), 0U);
    world.hold();
    const auto question = browser.ask("chart:sub", R"("deals")");
    ASSERT_TRUE(world.asked(1));
    EXPECT_EQ(browser.ask_and_wait("chart:unsub", R"("deals")"), "ok");
    EXPECT_EQ(browser.verdict(question), "ok");
    world.release();
    world.publish("a", 1);
    browser.catch_up();
    EXPECT_EQ(browser.count("init chart data"), 1U) << "of what was left nothing comes";
    EXPECT_EQ(browser.count("new chart data"), 0U);
    EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 0; }));
}

TEST_P(ViewerRaces, AnswerAndPause) {
    Browser browser(world, deals);
    ASSERT_TRUE(browser.until_seen("snapshot", 1));
    EXPECT_EQ(browser.ask_and_wait("chart:pause", R"("deals")"), "ok");
    world.hold();
    const auto question = browser.ask("chart:resume", R"("deals")");
    ASSERT_TRUE(world.asked(1));
    EXPECT_EQ(browser.ask_and_wait("chart:pause", R"("deals")"), "ok");
    EXPECT_EQ(browser.verdict(question), "ok");
    world.release();
    world.publish("a", 1);
    browser.catch_up();
    EXPECT_EQ(browser.events.size(), 1U + browser.count("chart:refused"));
    EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 0; }));
}

TEST_P(ViewerRaces, AnswerAndANewerResume) {
    for (const bool old_first : {true, false}) {
        Browser browser(world, deals);
        ASSERT_TRUE(browser.until_seen("snapshot", 1));
        EXPECT_EQ(browser.ask_and_wait("chart:pause", R"("deals")"), "ok");
        world.hold();
        (void)browser.ask("chart:resume", R"("deals")");
        EXPECT_EQ(browser.ask_and_wait("chart:pause", R"("deals")"), "ok");
        const auto question = browser.ask("chart:resume", R"("deals")");
        ASSERT_TRUE(world.asked(2));
        world.answer(old_first ? 0 : 1);
        browser.catch_up();
        EXPECT_EQ(browser.verdict(question), old_first ? "" : "ok");
        world.release();
        EXPECT_EQ(browser.answer_of(question), "ok");
        browser.catch_up();
        EXPECT_EQ(browser.count("init chart data"), 2U) << "the newer one's answer alone counts";
        EXPECT_EQ(world.rooms(), 2U) << "the template's and the rows'";
        const auto v = world.publish("a", old_first ? 1 : 2);
        browser.catch_up();
        EXPECT_TRUE(follows(browser, v));
        EXPECT_EQ(browser.ask_and_wait("chart:unsub", R"("deals")"), "ok");
    }
}

TEST_P(ViewerRaces, AnswerAndDisconnect) {
    world.hold();
    {
        const Browser browser(world, deals);
        ASSERT_TRUE(world.asked(1));
    }
    ASSERT_TRUE(world.eventually([this] { return world.server.clients_count() == 1; }));
    world.release();
    EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 0; }));
    {
        Browser browser(world, deals);
        ASSERT_TRUE(browser.until_seen("snapshot", 1));
        EXPECT_EQ(world.rooms(), 2U);
    }
    EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 0; }));
}

TEST_P(ViewerRaces, AnswerAndARefresh) {
    world.hold();
    // A plain client of the default chart.
    Browser browser(world, "");
    ASSERT_TRUE(world.asked(1));
    // A chart that stays as it was is not refreshed.
    const auto rename = [](const char* title) {
        return [title](auto& settings) {
            for (auto& chart : settings.charts) chart.title = {{"en", title}};
        };
    };
    world.reload(rename("first"));
    ASSERT_TRUE(world.asked(2));
    world.release();
    ASSERT_TRUE(browser.until([&] { return !browser.events.empty(); }));
    browser.catch_up();
    EXPECT_EQ(browser.events.size(), 1U);
    EXPECT_EQ(browser.count("init chart data"), 1U)
        << "what it was never sent does not come as news";
    world.reload(rename("second"));
    ASSERT_TRUE(browser.until([&] { return browser.events.size() == 2; }));
    EXPECT_EQ(browser.count("new chart data"), 1U);
}

TEST_P(ViewerRaces, AckAndARefresh) {
    Browser browser(world, nothing);
    world.hold();
    const auto question = browser.ask("chart:sub", R"("deals")");
    ASSERT_TRUE(world.asked(1));
    world.reload([](auto& settings) {
        std::erase_if(settings.charts, [](const auto& chart) { return chart.id == "deals"; });
    });
    ASSERT_TRUE(world.asked(2));
    world.release();
    EXPECT_EQ(browser.answer_of(question), "unknown_chart") << "it hears what became of it";
}

TEST_P(ViewerRaces, AnswerAndAnotherSubscription) {
    Browser browser(world, deals);
    ASSERT_TRUE(browser.until_seen("snapshot", 1));
    world.hold();
    const auto first = browser.ask("chart:sub", R"({"chart":"deals","maxRate":1})");
    const auto second = browser.ask("chart:sub", R"({"chart":"deals","maxRate":4})");
    ASSERT_TRUE(world.asked(2));
    EXPECT_EQ(browser.answer_of(first), "ok");
    EXPECT_EQ(browser.verdict(second), "");
    const auto v = world.publish("a", 1);
    browser.catch_up();
    EXPECT_TRUE(follows(browser, v))
        << "a chart that is asked for anew is watched until the answer";
    world.answer(1);
    EXPECT_EQ(browser.answer_of(second), "ok");
    world.release();
    browser.catch_up();
    EXPECT_EQ(browser.count("init chart data"), 2U);
    EXPECT_EQ(world.rooms(), 2U);
}

TEST_P(ViewerRaces, AnswerAndARemovedChart) {
    for (const bool answer_first : {true, false}) {
        Browser browser(world, nothing);
        world.hold();
        const auto question = browser.ask("chart:sub", R"("other")");
        ASSERT_TRUE(world.asked(1));
        if (answer_first) {
            world.release();
            EXPECT_EQ(browser.answer_of(question), "ok");
        }
        const auto remove = [](auto& settings) {
            settings.charts.erase(settings.charts.begin() + 1);
        };
        const auto restore = [](auto& settings) {
            settings.charts = tests::live_settings().charts;
        };
        world.reload(remove);
        world.release();
        ASSERT_TRUE(browser.until([&] {
            return browser.count("chart:refused") == (answer_first ? 2 : 1) &&
                   !browser.verdict(question).empty();
        }));
        EXPECT_EQ(browser.verdict(question), answer_first ? "ok" : "unknown_chart");
        EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 0; }));
        world.reload(restore);
    }
}

TEST_P(ViewerRaces, AnswerAndAChange) {
    world.hold();
    Browser browser(world, deals);
    ASSERT_TRUE(world.asked(1));
    std::uint64_t v = 0;
    // Before the answer, behind it in its turn, and in the turns that follow.
    world.on_owner([&] {
        world.put_row("a", 1);
        world.port.release();
        v = world.put_row("b", 2);
    });
    for (int n = 0; n < 20; ++n) v = world.publish("c", n);
    browser.catch_up();
    EXPECT_TRUE(follows(browser, v));
}

TEST_P(ViewerRaces, LeasesAndFrames) {
    Browser browser(world, deals);
    std::uint64_t v = 0;
    for (int n = 0; n < 50; ++n) {
        (void)browser.ask(n % 2 == 0 ? "chart:pause" : "chart:resume", R"("deals")");
        v = world.publish("a", n);
    }
    EXPECT_EQ(browser.ask_and_wait("chart:resync", R"("deals")"), "ok");
    v = world.publish("a", -1);
    browser.catch_up();
    EXPECT_TRUE(follows(browser, v));
    EXPECT_EQ(world.rooms(), 2U) << "each lease was given back once";
    EXPECT_EQ(browser.ask_and_wait("chart:unsub", R"("deals")"), "ok");
    browser.catch_up();
    EXPECT_EQ(world.rooms(), 0U);
}

TEST_P(ViewerRaces, TwoChartsOfOneDatasetAndOneIsLeft) {
    Browser browser(world, R"({"chartcast":1,"delta":true,"charts":["deals","other"]})");
    ASSERT_TRUE(browser.until_seen("snapshot", 2));
    EXPECT_EQ(world.rooms(), 3U) << "two of templates, one of rows";
    world.publish("a", 1);
    browser.catch_up();
    EXPECT_EQ(browser.modes("delta").size(), 1U) << "once for both";
    EXPECT_EQ(browser.ask_and_wait("chart:unsub", R"("deals")"), "ok");
    const auto v = world.publish("a", 2);
    browser.catch_up();
    EXPECT_TRUE(follows(browser, v));
    EXPECT_EQ(browser.modes("delta").size(), 2U);
    EXPECT_EQ(browser.ask_and_wait("chart:unsub", R"("other")"), "ok");
    world.publish("a", 3);
    browser.catch_up();
    EXPECT_EQ(browser.modes("delta").size(), 2U);
    EXPECT_EQ(world.rooms(), 0U);
}

TEST_P(ViewerRaces, TheLastViewerAndATick) {
    std::uint64_t v = 0;
    {
        Browser browser(world, R"({"chartcast":1,"delta":true,"charts":["slow"]})");
        ASSERT_TRUE(browser.until_seen("snapshot", 1));
        world.publish("a", 1);
        browser.catch_up();
        // This one waits for its tick.
        v = world.publish("a", 2);
    }
    ASSERT_TRUE(world.eventually([this] { return world.owner.rooms() == 0; }));
    Browser next(world, R"({"chartcast":1,"delta":true,"charts":["slow"]})");
    ASSERT_TRUE(next.until_seen("snapshot", 1));
    EXPECT_TRUE(follows(next, v));
    v = world.publish("a", 3);
    ASSERT_TRUE(next.until_seen("delta", 1));
    EXPECT_TRUE(follows(next, v));
    EXPECT_EQ(next.modes("delta").size(), 1U) << "what waited for others is not sent to this one";
}

TEST_P(ViewerRaces, APlainGroupIsEmptiedAndRefilled) {
    for (int n = 1; n <= 3; ++n) {
        Browser browser(world, "");
        ASSERT_TRUE(browser.until([&] { return browser.count("init chart data") == 1; }));
        world.on_owner([&] { world.put_note(n); });
        ASSERT_TRUE(browser.until([&] { return browser.count("new chart data") == 1; }));
        EXPECT_EQ(*browser.events.back()[1].as_object().find("value"), Value(n));
        // Left and entered again in one turn of the owner, or in two.
        (void)browser.ask("chart:pause", R"("note")");
        EXPECT_EQ(browser.ask_and_wait("chart:resume", R"("note")"), "ok");
        EXPECT_EQ(world.rooms(), 1U);
        world.on_owner([&] { world.put_note(-n); });
        ASSERT_TRUE(browser.until([&] { return browser.count("new chart data") == 3; }));
        EXPECT_EQ(*browser.events.back()[1].as_object().find("value"), Value(-n));
        EXPECT_EQ(browser.ask_and_wait("chart:unsub", R"("note")"), "ok");
        browser.catch_up();
        EXPECT_EQ(world.rooms(), 0U);
    }
}

TEST_P(ViewerRaces, AReloadAndAnswers) {
    // Other rows at most: the dataset is another one, and those of before are retired with their charts.
    const auto other_rules = [](auto& settings) {
        ++settings.datasets.front().definition.window.rows;
    };
    Browser watching(world, deals);
    ASSERT_TRUE(watching.until_seen("snapshot", 1));
    world.hold();
    Browser browser(world, deals);
    ASSERT_TRUE(world.asked(1));
    world.on_owner([&] { world.port.answer(0); });
    world.reload(other_rules);
    world.release();
    const auto v = world.publish("a", 1);
    ASSERT_TRUE(browser.until([&] { return follows(browser, v); }));
    ASSERT_TRUE(watching.until([&] { return follows(watching, v); }));
    EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 2; }))
        << "of before none is left";
    for (int n = 0; n < 5; ++n) world.reload(other_rules);
    const auto last = world.publish("a", 2);
    ASSERT_TRUE(browser.until([&] { return follows(browser, last); }));
    EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 2; }));
}

TEST_P(ViewerRaces, AResumeAndATrimmedHistory) {
    Browser browser(world, deals);
    ASSERT_TRUE(browser.until_seen("snapshot", 1));
    const auto place =
        browser.modes("snapshot").front().find("ds")->as_object().find("rows")->as_object();
    const auto since = R"({"chart":"deals","since":{"ds":{"rows":[")" +
                       place.find("epoch")->as_string() + R"(",0]}}})";
    EXPECT_EQ(browser.ask_and_wait("chart:pause", R"("deals")"), "ok");
    for (int n = 0; n < 256; ++n) world.publish("a", n);
    EXPECT_EQ(browser.ask_and_wait("chart:resume", since), "ok");
    EXPECT_EQ(*browser.modes("resume").at(0).find("recovered"), Value(true))
        << "the history reaches just so far";
    EXPECT_EQ(browser.ask_and_wait("chart:pause", R"("deals")"), "ok");
    world.hold();
    const auto question = browser.ask("chart:resume", since);
    ASSERT_TRUE(world.asked(1));
    const auto v = world.publish("a", -1);
    world.release();
    EXPECT_EQ(browser.answer_of(question), "ok");
    EXPECT_EQ(*browser.modes("resume").at(1).find("recovered"), Value(false));
    EXPECT_TRUE(follows(browser, v));
}

// ---- Slow clients ------------------------------------------------------------------------------

class SlowViewers : public testing::Test {
protected:
    void put_large(char filling) {
        world.on_owner([&] { world.put_note(std::string(std::size_t{12} << 20, filling)); });
    }
    static void widen(Browser& browser) {
        const int wide = 4 * 1024 * 1024;
        ::setsockopt(browser.client().fd(), SOL_SOCKET, SO_RCVBUF, &wide, sizeof wide);
    }
    bool is_behind() {
        return world.eventually([this] { return world.owner.rooms() == 0; });
    }
    ViewersWorld world{1, tests::live_settings(), 256 * 1024};
};

TEST_F(SlowViewers, AnswerAndBacklog) {
    Browser browser(world, "", 4096);
    ASSERT_TRUE(browser.until([&] { return browser.count("init chart data") == 1; }));
    world.hold();
    const auto question = browser.ask("chart:resync", R"("note")");
    ASSERT_TRUE(world.asked(1));
    put_large('a');
    ASSERT_TRUE(is_behind());
    world.on_owner([&] { world.port.answer(0); });
    EXPECT_TRUE(is_behind()) << "the answer came too late";
    world.on_owner([&] { world.put_note("last"); });
    widen(browser);
    ASSERT_TRUE(browser.until([&] { return browser.events.size() >= 2; }));
    ASSERT_TRUE(world.asked(1)) << "asked for again when it has drained";
    EXPECT_EQ(browser.verdict(question), "") << "who waits is told behind the frame";
    world.release();
    EXPECT_EQ(browser.answer_of(question), "ok");
    EXPECT_EQ(*browser.events.back()[1].as_object().find("value"), Value("last"));
    EXPECT_EQ(browser.events.size(), 3U);
    EXPECT_EQ(world.rooms(), 1U);
}

TEST_F(SlowViewers, BacklogByTheFirstFrame) {
    put_large('a');
    Browser browser(world, "", 4096);
    ASSERT_TRUE(world.eventually([&] { return world.port.asked == 1; }));
    ASSERT_TRUE(is_behind());
    widen(browser);
    ASSERT_TRUE(browser.until([&] { return browser.events.size() == 1; }));
    ASSERT_TRUE(world.eventually([&] { return world.owner.rooms() == 1; }))
        << "drained, and in the room again";
    browser.catch_up();
    EXPECT_EQ(browser.events.size(), 1U) << "what it has read is not sent again";
    world.on_owner([&] { world.put_note("news"); });
    ASSERT_TRUE(browser.until([&] { return browser.count("new chart data") == 1; }));
    EXPECT_EQ(*browser.events.back()[1].as_object().find("value"), Value("news"));
}

// ---- Tokens ------------------------------------------------------------------------------------

class ExpiringViewers : public testing::Test {
protected:
    [[nodiscard]] std::string with_token(std::chrono::milliseconds ttl) const {
        return R"({"chartcast":1,"delta":true,"charts":["deals"],"token":")" + world.token(ttl) +
               "\"}";
    }
    /// The clock goes on, and the shard looks at it: as it does when somebody comes whose token expires.
    void pass(std::chrono::milliseconds time) {
        world.now += time.count();
        Browser(world, with_token(std::chrono::hours(1)));
        world.on_owner([] {});
    }
    ViewersWorld world;
};

TEST_F(ExpiringViewers, AnswerAndExpiry) {
    Browser browser(world, with_token(std::chrono::seconds(60)));
    ASSERT_TRUE(browser.until_seen("snapshot", 1));
    pass(std::chrono::seconds(90));
    ASSERT_TRUE(browser.until([&] { return browser.count("auth:expired") == 1; }));
    world.hold();
    const auto question = browser.ask("chart:resync", R"("deals")");
    ASSERT_TRUE(world.asked(1));
    world.now += 31'000;
    Browser nudge(world, with_token(std::chrono::hours(1)));
    EXPECT_EQ(browser.answer_of(question), "expired") << "who waits is told";
    world.release();
    ASSERT_TRUE(nudge.until_seen("snapshot", 1));
    world.publish("a", 1);
    browser.catch_up();
    EXPECT_EQ(browser.count("init chart data"), 1U) << "the answer came too late";
    EXPECT_EQ(browser.count("new chart data"), 0U);
    EXPECT_EQ(browser.ask_and_wait("chart:sub", R"("deals")"), "expired");
    const auto renewal = "{\"token\":\"" + world.token(std::chrono::hours(1)) + "\"}";
    EXPECT_EQ(browser.ask_and_wait("auth:renew", renewal), "ok");
    ASSERT_TRUE(browser.until_seen("snapshot", 2));
}

TEST_F(ExpiringViewers, RenewalAndGrace) {
    Browser browser(world, with_token(std::chrono::seconds(60)));
    ASSERT_TRUE(browser.until_seen("snapshot", 1));
    pass(std::chrono::seconds(61));
    ASSERT_TRUE(browser.until([&] { return browser.count("auth:expired") == 1; }));
    // Short ones, one of them twice: each is told of once, and its grace is whole.
    const auto renewal = "{\"token\":\"" + world.token(std::chrono::seconds(10)) + "\"}";
    EXPECT_EQ(browser.ask_and_wait("auth:renew", renewal), "ok");
    EXPECT_EQ(browser.ask_and_wait("auth:renew", renewal), "ok");
    pass(std::chrono::seconds(12));
    ASSERT_TRUE(browser.until([&] { return browser.count("auth:expired") >= 2; }));
    browser.catch_up();
    EXPECT_EQ(browser.count("auth:expired"), 2U);
    // The first grace would be over.
    pass(std::chrono::seconds(20));
    const auto v = world.publish("a", 1);
    browser.catch_up();
    EXPECT_TRUE(follows(browser, v));
    pass(std::chrono::seconds(15));
    EXPECT_TRUE(world.eventually([this] { return world.owner.rooms() == 0; }));
    EXPECT_EQ(browser.ask_and_wait("chart:resync", R"("deals")"), "expired");
}

TEST_F(ExpiringViewers, RenewalsAreCounted) {
    Browser browser(world, with_token(std::chrono::hours(1)));
    const auto renewal = "{\"token\":\"" + world.token(std::chrono::hours(1)) + "\"}";
    std::vector<int> questions;
    for (int n = 0; n < 101; ++n) questions.push_back(browser.ask("auth:renew", renewal));
    EXPECT_EQ(browser.answer_of(questions.back()), "limit");
    EXPECT_EQ(browser.verdict(questions.front()), "ok");
}

TEST(Verdicts, VerdictAndDisconnect) {
    socketio::Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    socketio::Server provider(options);
    std::atomic<bool> asked = false;
    std::optional<socketio::HttpReply> held;
    provider.on_http("GET", "/jwks", [&](const auto&, const socketio::HttpReply& reply) {
        if (asked) return reply.send(socketio::HttpResponse::text(200, R"({"keys":[]})"));
        held = reply;
        asked = true;
    });
    const socketio::test::RunningServer running(provider);
    auto settings = tests::live_settings();
    settings.auth.jwt.emplace();
    settings.auth.jwt->jwks_url = "http://127.0.0.1:" + std::to_string(provider.port()) + "/jwks";
    settings.auth.jwt->audience = "chartcast";
    ViewersWorld world(1, settings);
    // {"alg":"RS256","kid":"x"}.{"aud":"chartcast","exp":1700003600,"sub":"a"} and a signature of nobody.
    const std::string token =
        R"({"token":"eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.)"
        R"(eyJhdWQiOiJjaGFydGNhc3QiLCJleHAiOjE3MDAwMDM2MDAsInN1YiI6ImEifQ.AAAA"})";
    {
        socketio::test::WebSocketClient client(world.server.port());
        client.send_text("40" + token);
        // Read behind it: when the session has ended, the token waits for the keys.
        client.send_text("1");
        ASSERT_TRUE(world.eventually([&] { return world.server.counters().handshakes == 1; }));
        ASSERT_TRUE(world.eventually([&] { return world.server.clients_count() == 0; }));
        ASSERT_TRUE(world.eventually([&] { return asked.load(); }));
    }
    provider.post(0, [&] { held->send(socketio::HttpResponse::text(200, R"({"keys":[]})")); });
    // The verdict is there, and who comes next is served.
    Browser browser(world, token);
    EXPECT_TRUE(browser.refused);
    EXPECT_EQ(world.rooms(), 0U);
}

}  // namespace
}  // namespace chartcast
