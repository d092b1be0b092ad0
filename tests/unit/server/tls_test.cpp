// TLS on the server's port, with clients of OpenSSL: docs/http.md "TLS", docs/races.md "Races of TLS".
#include "socketio/server.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"
#include "support/test_certificate.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::HttpPeer;
using test::RunningServer;
using test::TestCertificate;
using test::TlsPeer;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view closing_request =
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
constexpr std::string_view keeping_request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view polling_request =
    "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
constexpr std::string_view websocket_request =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Not the same in every record.
std::string bytes_of_records(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    }
    return bytes;
}

std::string post_echo(const std::string& body) {
    return "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

class Tls : public testing::Test {
protected:
    void serve(Options options = {}) {
        options.address = "127.0.0.1";
        options.port = 0;
        options.tls = {.certificate_file = certificate.certificate_file(),
                       .key_file = certificate.key_file()};
        server.emplace(options);
        server->on_http("GET", "/", [](const HttpRequest& request, const HttpReply& reply) {
            reply.send(HttpResponse::text(200, request.secure ? "secure" : "plain"));
        });
        server->on_http("GET", "/large", [this](const HttpRequest&, const HttpReply& reply) {
            reply.send(HttpResponse::text(200, large));
        });
        server->on_http("POST", "/echo", [](const HttpRequest& request, const HttpReply& reply) {
            reply.send(HttpResponse::text(200, request.body));
        });
        running.emplace(*server);
    }
    /// Counters are as of the end of a turn: waits for one that is.
    bool wait_for(std::uint64_t Counters::* counter, std::uint64_t value) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (server->counters().*counter < value) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::promise<void> turn;
            server->post(0, [&turn] { turn.set_value(); });
            turn.get_future().wait();
        }
        return true;
    }

    TestCertificate certificate;
    const std::string large = bytes_of_records(3'000'000);
    std::optional<Server> server;
    std::optional<RunningServer> running;
};

TEST_F(Tls, ServesHttpAndSaysGoodbye) {
    serve();
    TlsPeer peer;
    ASSERT_TRUE(peer.connect(server->port()).shake_hands());
    EXPECT_EQ(peer.version(), TLS1_3_VERSION);
    peer.send(closing_request);
    EXPECT_THAT(peer.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 OK"), EndsWith("secure")));
    EXPECT_TRUE(peer.heard_goodbye());
    EXPECT_TRUE(wait_for(&Counters::tls_handshakes, 1));
    EXPECT_EQ(server->counters().tls_handshakes_failed, 0U);
}

TEST_F(Tls, KeepsAConnectionForFurtherRequests) {
    serve();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsPeer peer(0, version);
        ASSERT_TRUE(peer.connect(server->port()).shake_hands());
        EXPECT_EQ(peer.version(), version);
        for (int i = 0; i < 3; ++i) {
            peer.send(keeping_request);
            EXPECT_THAT(peer.read_until("secure"), EndsWith("secure"));
        }
    }
}

TEST_F(Tls, WritesOnWhenAPeerReadsSlowly) {
    serve();
    TlsPeer peer(4'096);
    ASSERT_TRUE(peer.connect(server->port()).shake_hands());
    peer.send("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    // Another one is served while this one's socket is full.
    ASSERT_TRUE(wait_for(&Counters::partial_writes, 1));
    TlsPeer other;
    ASSERT_TRUE(other.connect(server->port()).shake_hands());
    other.send(closing_request);
    EXPECT_THAT(other.read_to_end(), EndsWith("secure"));
    const auto answer = peer.read_to_end();
    EXPECT_TRUE(answer.ends_with(large)) << answer.size();
    EXPECT_TRUE(peer.heard_goodbye());
}

TEST_F(Tls, GoesOnThroughKeyUpdates) {
    serve();
    TlsPeer peer(4'096);
    ASSERT_TRUE(peer.connect(server->port()).shake_hands());
    peer.update_keys(false);
    peer.send(keeping_request);
    EXPECT_THAT(peer.read_until("secure"), EndsWith("secure"));
    // While the server's writing waits for room, reading has to write: its own new key.
    peer.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(wait_for(&Counters::partial_writes, 1));
    peer.update_keys(true);
    peer.send(closing_request);
    const auto answers = peer.read_to_end();
    EXPECT_NE(answers.find(large), std::string::npos) << answers.size();
    EXPECT_THAT(answers, EndsWith("secure"));
}

TEST_F(Tls, ReadsBodiesInRecordsOfAnySize) {
    Options options;
    options.http_body_bytes_max = 1'000'000;
    serve(options);
    TlsPeer peer;
    ASSERT_TRUE(peer.connect(server->port()).shake_hands());
    for (const std::size_t record : {7U, 1'000U, 16'384U}) {
        const auto body = bytes_of_records(record == 7 ? 20'000 : 900'000);
        peer.send(post_echo(body), record);
        const auto head = peer.read_until("\r\n\r\n");
        EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK"));
        auto echo = head.substr(head.find("\r\n\r\n") + 4);
        if (echo.size() < body.size()) echo += peer.read(body.size() - echo.size());
        EXPECT_TRUE(echo == body) << record;
    }
}

TEST_F(Tls, AnswersAPeerThatHasEndedItsSide) {
    serve();
    TlsPeer peer;
    ASSERT_TRUE(peer.connect(server->port()).shake_hands());
    // Without a word in TLS, as many clients do.
    peer.send(keeping_request);
    ::shutdown(peer.fd(), SHUT_WR);
    EXPECT_THAT(peer.read_to_end(), EndsWith("secure"));
    EXPECT_TRUE(peer.heard_goodbye());
}

TEST_F(Tls, ClosesAPeerThatSpeaksPlainly) {
    serve();
    HttpPeer peer;
    peer.connect(server->port()).send(keeping_request);
    EXPECT_THAT(peer.read_to_end(), Not(HasSubstr("HTTP/1")));
    EXPECT_TRUE(wait_for(&Counters::tls_handshakes_failed, 1));
}

TEST_F(Tls, RefusesVersionsBeforeTheLowest) {
    serve();
    TlsPeer old(0, TLS1_1_VERSION);
    EXPECT_FALSE(old.connect(server->port()).shake_hands());
    EXPECT_THAT(TlsPeer::failure(), HasSubstr("alert protocol version"));
    running.reset();
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.tls = {certificate.certificate_file(), certificate.key_file(),
                   TlsOptions::Version::tls_1_3};
    server.emplace(options);
    running.emplace(*server);
    TlsPeer older(0, TLS1_2_VERSION);
    EXPECT_FALSE(older.connect(server->port()).shake_hands());
    EXPECT_THAT(TlsPeer::failure(), HasSubstr("alert protocol version"));
    TlsPeer newer;
    EXPECT_TRUE(newer.connect(server->port()).shake_hands());
}

TEST_F(Tls, ClosesAPeerThatStallsInItsHandshake) {
    Options options;
    options.tls_handshake_timeout = 200ms;
    serve(options);
    HttpPeer silent;
    silent.connect(server->port());
    HttpPeer stalled;
    // The beginning of a record.
    stalled.connect(server->port()).send("\x16\x03\x01\x02");
    TlsPeer other;
    ASSERT_TRUE(other.connect(server->port()).shake_hands());
    EXPECT_EQ(silent.read_to_end(), "");
    EXPECT_EQ(stalled.read_to_end(), "");
    EXPECT_TRUE(wait_for(&Counters::tls_handshakes_failed, 2));
    // Nobody else's time was meant.
    other.send(closing_request);
    EXPECT_THAT(other.read_to_end(), EndsWith("secure"));
}

TEST_F(Tls, EndsHandshakesWhenTheServerStops) {
    serve();
    HttpPeer stalled;
    stalled.connect(server->port()).send("\x16\x03\x01\x02");
    while (server->counters().connections < 1) std::this_thread::yield();
    const auto began = std::chrono::steady_clock::now();
    running.reset();
    // Those who speak HTTP get a second for what they are in the middle of.
    EXPECT_LT(std::chrono::steady_clock::now() - began, 900ms);
    EXPECT_EQ(stalled.read_to_end(), "");
}

TEST_F(Tls, EndsHandshakesWithThePortOfADrainingServer) {
    Options options;
    options.shards = 2;
    options.tls_handshake_timeout = 1h;
    serve(options);
    TlsPeer client;
    ASSERT_TRUE(client.connect(server->port()).shake_hands());
    client.send(websocket_request);
    EXPECT_THAT(client.read_until("maxPayload"), HasSubstr("101 Switching"));
    // On both shards.
    std::list<HttpPeer> stalled(4);
    for (auto& peer : stalled) peer.connect(server->port()).send("\x16\x03\x01\x02");
    while (server->counters().connections < 5) std::this_thread::yield();
    server->drain(1h);
    for (auto& peer : stalled) EXPECT_EQ(peer.read_to_end(), "");
    EXPECT_EQ(server->clients_count(), 1U) << "whose turn to leave has not come";
}

TEST_F(Tls, LetsHandshakesEndWhileAPollingClientNeedsThePort) {
    Options options;
    options.shards = 2;
    serve(options);
    const auto answer_to = [this](std::string_view request) {
        TlsPeer peer;
        EXPECT_TRUE(peer.connect(server->port()).shake_hands());
        peer.send(request);
        return peer.read_to_end();
    };
    const auto opened = answer_to(polling_request);
    const auto sid = opened.find("\"sid\":\"") + 7;
    ASSERT_GT(opened.size(), sid + 20) << opened;
    TlsPeer polling;
    polling.connect(server->port());
    server->drain(1h);
    while (answer_to(polling_request).find(" 503 ") == std::string::npos) {
    }
    ASSERT_TRUE(polling.shake_hands());
    polling.send("POST /socket.io/?EIO=4&transport=polling&sid=" + opened.substr(sid, 20) +
                 " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n40");
    EXPECT_THAT(polling.read_to_end(), AllOf(HasSubstr("200 OK"), EndsWith("ok")));
}

TEST_F(Tls, CountsStalledHandshakesAmongTheConnections) {
    Options options;
    options.connections_max = 2;
    serve(options);
    std::list<HttpPeer> stalled(2);
    for (auto& peer : stalled) peer.connect(server->port()).send("\x16\x03\x01\x02");
    HttpPeer third;
    EXPECT_EQ(third.connect(server->port()).read_to_end(), "");
    EXPECT_TRUE(wait_for(&Counters::connections_refused, 1));
    stalled.pop_front();
    std::optional<TlsPeer> next;
    while (!next || !next->shake_hands()) next.emplace().connect(server->port());
    next->send(closing_request);
    EXPECT_THAT(next->read_to_end(), EndsWith("secure"));
}

TEST_F(Tls, CountsStalledHandshakesForTheirAddress) {
    Options options;
    options.address_connections_max = 2;
    serve(options);
    std::list<HttpPeer> stalled(2);
    for (auto& peer : stalled) peer.connect(server->port()).send("\x16\x03\x01\x02");
    HttpPeer third;
    EXPECT_EQ(third.connect(server->port()).read_to_end(), "");
    EXPECT_TRUE(wait_for(&Counters::addresses_refused, 1));
}

TEST_F(Tls, SaysGoodbyeWhenTheServerStops) {
    serve();
    TlsPeer idle;
    ASSERT_TRUE(idle.connect(server->port()).shake_hands());
    idle.send(keeping_request);
    EXPECT_THAT(idle.read_until("secure"), EndsWith("secure"));
    const auto stopping = std::async(std::launch::async, [this] { running.reset(); });
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_TRUE(idle.heard_goodbye());
    stopping.wait();
}

// ---- Certificates ------------------------------------------------------------------------------------

TEST_F(Tls, TakesANewCertificateAndGoesOn) {
    Options options;
    options.shards = 2;
    serve(options);
    TlsPeer before;
    ASSERT_TRUE(before.connect(server->port()).shake_hands());
    EXPECT_EQ(before.server_name(), "server");
    certificate.renew("renewed");
    EXPECT_EQ(server->reload_certificates(), "");
    // On every shard.
    for (int i = 0; i < 4; ++i) {
        TlsPeer after;
        ASSERT_TRUE(after.connect(server->port()).shake_hands());
        EXPECT_EQ(after.server_name(), "renewed");
        after.send(closing_request);
        EXPECT_THAT(after.read_to_end(), EndsWith("secure"));
    }
    before.send(closing_request);
    EXPECT_THAT(before.read_to_end(), EndsWith("secure"));
}

TEST_F(Tls, KeepsTheOldCertificateWhenTheNewOneCannotBeUsed) {
    serve();
    const auto file = certificate.certificate_file();
    std::ofstream(file) << "no certificate";
    EXPECT_THAT(server->reload_certificates(), AllOf(HasSubstr(file), HasSubstr("error:")));
    TlsPeer peer;
    ASSERT_TRUE(peer.connect(server->port()).shake_hands());
    EXPECT_EQ(peer.server_name(), "server");
}

TEST_F(Tls, ReloadsWhileConnectionsCome) {
    Options options;
    options.shards = 2;
    serve(options);
    const auto reloading = std::async(std::launch::async, [this] {
        for (int i = 0; i < 20; ++i) EXPECT_EQ(server->reload_certificates(), "");
    });
    for (int i = 0; i < 30; ++i) {
        TlsPeer peer;
        ASSERT_TRUE(peer.connect(server->port()).shake_hands());
        peer.send(closing_request);
        EXPECT_THAT(peer.read_to_end(), EndsWith("secure"));
    }
    reloading.wait();
    EXPECT_EQ(server->counters().tls_handshakes_failed, 0U);
}

TEST_F(Tls, NamesTheFileThatCannotBeUsed) {
    const TestCertificate other("other");
    const auto error_of = [](const std::string& certificate_file, const std::string& key_file) {
        Options options;
        options.address = "127.0.0.1";
        options.port = 0;
        options.tls = {certificate_file, key_file};
        try {
            Server(options).listen();
            return std::string("no error");
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
    };
    const auto certificate_file = certificate.certificate_file();
    const auto key_file = certificate.key_file();
    EXPECT_EQ(error_of(certificate_file, key_file), "no error");
    const std::string missing = certificate_file + ".missing";
    EXPECT_THAT(error_of(missing, key_file),
                AllOf(HasSubstr("certificate " + missing), HasSubstr("No such file")));
    EXPECT_THAT(error_of(certificate_file, missing),
                AllOf(HasSubstr("key " + missing), HasSubstr("No such file")));
    EXPECT_THAT(error_of(key_file, key_file),
                AllOf(HasSubstr("certificate " + key_file), HasSubstr("no start line")));
    EXPECT_THAT(error_of(certificate_file, other.key_file()),
                AllOf(HasSubstr("key " + other.key_file()), HasSubstr("mismatch")));
}

TEST_F(Tls, AsksNobodyForAPassphrase) {
    const auto encrypted = certificate.key_file() + ".encrypted";
    const auto command = "openssl ec -aes128 -passout pass:secret -in " + certificate.key_file() +
                         " -out " + encrypted + " > /dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0);
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.tls = {certificate.certificate_file(), encrypted};
    EXPECT_THROW(Server(options).listen(), std::runtime_error);
}

TEST(TlsOptions, AreChecked) {
    const auto refused = [](auto change) {
        Options options;
        change(options);
        try {
            const Server server(options);
            return std::string("taken");
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
    };
    EXPECT_THAT(refused([](Options& o) { o.tls.emplace(); }), HasSubstr("certificate_file"));
    EXPECT_THAT(refused([](Options& o) { o.tls_handshake_timeout = 0ms; }),
                HasSubstr("tls_handshake_timeout"));
    EXPECT_THAT(refused([](Options& o) { o.proxy_protocol = true; }), HasSubstr("trusted_proxies"));
    EXPECT_THAT(refused([](Options& o) { o.trusted_proxies = {"10.0.0.0/33"}; }),
                HasSubstr("10.0.0.0/33"));
    EXPECT_THAT(refused([](Options& o) {
                    o.further_addresses.emplace_back();
                    o.further_addresses[0].address = "127.0.0.1";
                    o.further_addresses[0].unix_path = "s.sock";
                }),
                HasSubstr("unix_path"));
    EXPECT_THAT(refused([](Options& o) {
                    o.address.clear();
                    o.tls = {"a", "b"};
                    o.further_addresses = {{"127.0.0.1", 0}};
                }),
                HasSubstr("tls"));
}

}  // namespace
}  // namespace socketio
