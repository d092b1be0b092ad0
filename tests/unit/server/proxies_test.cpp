// Who a request comes from, and whom it is counted for: PROXY headers and X-Forwarded-*, of peers that are trusted
// and of others. docs/races.md, "Races of addresses".
#include "socketio/server.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"
#include "support/test_certificate.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::HttpPeer;
using test::RunningServer;
using test::TestCertificate;
using test::TlsPeer;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view last_request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
constexpr std::string_view keeping_request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const auto line = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"s;
const auto line_of_another = "PROXY TCP4 192.0.2.2 198.51.100.1 56324 443\r\n"s;
/// Of a header: where it may be cut.
constexpr std::size_t half_a_line = 20;
/// The same client in version 2, which spoke TLS with its proxy.
const auto binary =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\xc0\0\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb\x20\0\x05\x01\0\0\0\0"s;
const auto health_check = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s;

class Proxies : public testing::Test {
protected:
    void serve(Options options) {
        options.address = "127.0.0.1";
        options.port = 0;
        server.emplace(options);
        // What an application is told, at once and of a body in pieces.
        server->on_http("GET", "/", [](const HttpRequest& request, const HttpReply& reply) {
            reply.send(HttpResponse::text(200, told_of(request)));
        });
        server->on_http_stream("POST", "/",
                               [](const HttpRequest& request, const HttpReply& reply,
                                  const HttpBodyControl&) -> std::unique_ptr<HttpBodyReader> {
                                   reply.send(HttpResponse::text(200, told_of(request)));
                                   return nullptr;
                               });
        running.emplace(*server);
    }
    static std::string told_of(const HttpRequest& request) {
        return "from <" + request.address + (request.secure ? "> secure" : "> plain");
    }
    std::string answer_to(const std::string& bytes) {
        HttpPeer peer;
        peer.connect(server->port()).send(bytes);
        return peer.read_to_end();
    }
    /// A new connection that begins with `bytes` and stays: the server has served it.
    [[nodiscard]] bool lets_in(HttpPeer& peer, const std::string& bytes) const {
        peer.connect(server->port()).send(bytes + std::string(keeping_request));
        return !peer.read_until("from <").empty();
    }
    /// So many of them, the last of which may have to wait until others have gone.
    std::list<HttpPeer> let_in(std::size_t count, const std::string& bytes) const {
        const auto until = std::chrono::steady_clock::now() + 20s;
        std::list<HttpPeer> inside;
        while (inside.size() < count && std::chrono::steady_clock::now() < until) {
            if (!lets_in(inside.emplace_back(), bytes)) inside.pop_back();
        }
        return inside;
    }
    /// Counters are as of the end of a turn: waits for one that is.
    bool counted(std::uint64_t Counters::* counter, std::uint64_t value) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (server->counters().*counter != value) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::promise<void> turn;
            server->post(0, [&turn] { turn.set_value(); });
            turn.get_future().wait();
        }
        return true;
    }
    bool refused(std::uint64_t count) { return counted(&Counters::proxy_headers_refused, count); }

    std::optional<Server> server;
    std::optional<RunningServer> running;
};

Options with_headers() {
    Options options;
    options.proxy_protocol = true;
    options.trusted_proxies = {"127.0.0.0/8"};
    return options;
}

TEST_F(Proxies, NameTheClientInAHeaderOfEitherVersion) {
    serve(with_headers());
    EXPECT_THAT(answer_to(line + std::string(last_request)), EndsWith("from <192.0.2.1> plain"));
    EXPECT_THAT(answer_to(binary + std::string(last_request)), EndsWith("from <192.0.2.1> secure"));
    EXPECT_THAT(answer_to(health_check + std::string(last_request)),
                EndsWith("from <127.0.0.1> plain"));
    EXPECT_TRUE(refused(0));
}

TEST_F(Proxies, MaySendTheirHeaderInPieces) {
    serve(with_headers());
    HttpPeer peer;
    peer.connect(server->port());
    peer.send_at_once();
    const auto all = binary + std::string(last_request);
    for (const char byte : all) peer.send(std::string(1, byte));
    EXPECT_THAT(peer.read_to_end(), EndsWith("from <192.0.2.1> secure"));
}

TEST_F(Proxies, MustSendAHeaderWhereOneIsDue) {
    serve(with_headers());
    EXPECT_EQ(answer_to(std::string(last_request)), "");
    EXPECT_EQ(answer_to("PROXY TCP4 nobody\r\n" + std::string(last_request)), "");
    EXPECT_EQ(answer_to("PROXY UNKNOWN"s + std::string(200, 'x')), "");
    EXPECT_TRUE(refused(3));
    // Who goes without a word is no fault of anybody's but is counted.
    HttpPeer gone;
    gone.connect(server->port()).end();
    EXPECT_EQ(gone.read_to_end(), "");
    EXPECT_TRUE(refused(4));
}

TEST_F(Proxies, HaveAsLongForTheirHeaderAsForAHandshake) {
    auto options = with_headers();
    options.tls_handshake_timeout = 200ms;
    serve(options);
    HttpPeer stalled;
    stalled.connect(server->port()).send("PROXY TCP4 192.");
    EXPECT_EQ(stalled.read_to_end(), "");
    EXPECT_TRUE(refused(1));
}

TEST_F(Proxies, AreBelievedWhenTheyAreTrustedOnly) {
    auto options = with_headers();
    options.trusted_proxies = {"127.0.0.2"};
    serve(options);
    EXPECT_EQ(answer_to(line + std::string(last_request)), "");
    EXPECT_TRUE(refused(1));
}

TEST_F(Proxies, SpeakNoHeaderWhereNoneIsDue) {
    serve({});
    EXPECT_THAT(answer_to(line + std::string(last_request)), HasSubstr("400 Bad Request"));
    EXPECT_THAT(answer_to(binary + std::string(last_request)), Not(HasSubstr("200 OK")));
}

TEST_F(Proxies, SendTheirHeaderBeforeTheClientsTls) {
    const TestCertificate certificate;
    auto options = with_headers();
    options.tls = {.certificate_file = certificate.certificate_file(),
                   .key_file = certificate.key_file()};
    serve(options);
    for (const auto& header : {line, binary}) {
        TlsPeer peer;
        peer.connect(server->port()).send_plain(header);
        ASSERT_TRUE(peer.shake_hands());
        peer.send(last_request);
        EXPECT_THAT(peer.read_to_end(), EndsWith("from <192.0.2.1> secure"));
    }
}

TEST_F(Proxies, ForwardWhoAsked) {
    Options options;
    options.trusted_proxies = {"127.0.0.1", "10.0.0.0/8"};
    serve(options);
    const auto ask = [this](const std::string& headers) {
        return answer_to("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + headers + "\r\n");
    };
    EXPECT_THAT(ask(""), EndsWith("from <127.0.0.1> plain"));
    EXPECT_THAT(ask("X-Forwarded-For: 198.51.100.9, 192.0.2.1, 10.0.0.7\r\n"),
                EndsWith("from <192.0.2.1> plain"));
    EXPECT_THAT(ask("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"),
                EndsWith("from <192.0.2.1> secure"));
    EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
                          "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n"),
                EndsWith("from <192.0.2.1> secure"));
}

TEST_F(Proxies, ForwardInVainWhereNobodyIsTrusted) {
    serve({});
    EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                          "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n"),
                EndsWith("from <127.0.0.1> plain"));
}

TEST_F(Proxies, ForwardThroughAHeaderToo) {
    auto options = with_headers();
    options.trusted_proxies = {"127.0.0.1", "192.0.2.1"};
    serve(options);
    // The proxy that the header names is trusted to say who asked it.
    EXPECT_THAT(answer_to(line + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                                 "X-Forwarded-For: 203.0.113.9\r\n\r\n"),
                EndsWith("from <203.0.113.9> plain"));
}

// ---- Limits of one address ---------------------------------------------------------------------------

Options with_headers_and_room_for_two() {
    auto options = with_headers();
    options.address_connections_max = 2;
    return options;
}

TEST_F(Proxies, AreNotLimitedThemselvesButEachOfTheirClientsIs) {
    serve(with_headers_and_room_for_two());
    auto inside = let_in(2, line);
    ASSERT_EQ(inside.size(), 2U);
    EXPECT_EQ(answer_to(line + std::string(last_request)), "");
    EXPECT_EQ(answer_to(binary + std::string(last_request)), "") << "the same client";
    EXPECT_TRUE(counted(&Counters::addresses_refused, 2));
    EXPECT_THAT(answer_to(line_of_another + std::string(last_request)),
                EndsWith("from <192.0.2.2> plain"));
    EXPECT_EQ(let_in(5, health_check).size(), 5U);
    EXPECT_TRUE(counted(&Counters::addresses_refused, 2)) << "a proxy may have any number";
    inside.pop_front();
    EXPECT_EQ(let_in(1, line).size(), 1U);
    EXPECT_TRUE(refused(0));
}

TEST_F(Proxies, CountNobodyBeforeTheirHeaderIsRead) {
    serve(with_headers_and_room_for_two());
    std::list<HttpPeer> pending(3);
    for (auto& peer : pending) peer.connect(server->port()).send(line.substr(0, half_a_line));
    std::list<HttpPeer> inside(2);
    for (auto& peer : inside) EXPECT_TRUE(lets_in(peer, line)) << "they are counted for nobody yet";
    for (auto& peer : pending) {
        peer.send(line.substr(half_a_line));
        EXPECT_EQ(peer.read_to_end(), "");
    }
    EXPECT_TRUE(counted(&Counters::addresses_refused, 3));
    EXPECT_TRUE(refused(0));
}

TEST_F(Proxies, ThatGoWithTheirHeaderOrBeforeItLeaveNoCountBehind) {
    serve(with_headers_and_room_for_two());
    for (int i = 0; i < 10; ++i) {
        HttpPeer early;
        early.connect(server->port()).send(line.substr(0, half_a_line));
        early.reset();
        HttpPeer late;
        late.connect(server->port()).send(line);
        late.reset();
    }
    const auto inside = let_in(2, line);
    EXPECT_EQ(inside.size(), 2U);
    EXPECT_EQ(answer_to(line + std::string(last_request)), "") << "and not a place too many";
}

TEST_F(Proxies, HaveAClientRefusedBeforeItsTls) {
    const TestCertificate certificate;
    auto options = with_headers();
    options.address_connections_max = 1;
    options.tls = {.certificate_file = certificate.certificate_file(),
                   .key_file = certificate.key_file()};
    serve(options);
    TlsPeer inside;
    inside.connect(server->port()).send_plain(line);
    ASSERT_TRUE(inside.shake_hands());
    TlsPeer other;
    other.connect(server->port()).send_plain(line);
    EXPECT_FALSE(other.shake_hands());
    EXPECT_TRUE(counted(&Counters::addresses_refused, 1));
    EXPECT_EQ(server->counters().tls_handshakes, 1U);
    EXPECT_EQ(server->counters().tls_handshakes_failed, 0U);
}

TEST_F(Proxies, EndWithThePortOfADrainingServerWhileTheirHeaderIsPending) {
    auto options = with_headers();
    options.tls_handshake_timeout = 1h;
    serve(options);
    HttpPeer client;
    client.connect(server->port())
        .send(line +
              "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\n"
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_THAT(client.read_until("maxPayload"), HasSubstr("101 Switching"));
    HttpPeer pending;
    pending.connect(server->port()).send(line.substr(0, half_a_line));
    while (server->counters().connections < 2) std::this_thread::yield();
    server->drain(1h);
    EXPECT_EQ(pending.read_to_end(), "");
    EXPECT_EQ(server->clients_count(), 1U) << "whose turn to leave has not come";
}

TEST_F(Proxies, AreCountedForWhereTheyAreNotTrusted) {
    auto options = with_headers_and_room_for_two();
    options.trusted_proxies = {"127.0.0.2"};
    serve(options);
    // They hold their places until their header is refused.
    std::list<HttpPeer> waiting(2);
    for (auto& peer : waiting) peer.connect(server->port());
    EXPECT_EQ(answer_to(""), "");
    EXPECT_TRUE(counted(&Counters::addresses_refused, 1));
}

TEST_F(Proxies, HaveSessionsCountedForWhomTheyForward) {
    Options options;
    options.trusted_proxies = {"127.0.0.1", "10.0.0.0/8"};
    options.address_connections_max = 2;
    serve(options);
    const auto answer = [this](const std::string& path, const std::string& chain) {
        return answer_to("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" +
                         (chain.empty() ? "" : "X-Forwarded-For: " + chain + "\r\n") + "\r\n");
    };
    const std::string handshake = "/socket.io/?EIO=4&transport=polling";
    EXPECT_THAT(answer(handshake, "192.0.2.1"), HasSubstr("200 OK"));
    EXPECT_THAT(answer(handshake, "198.51.100.9, 192.0.2.1, 10.0.0.7"), HasSubstr("200 OK"));
    EXPECT_THAT(answer(handshake, "192.0.2.1"),
                AllOf(HasSubstr("429 Too Many Requests"), EndsWith("too many connections\n")));
    EXPECT_TRUE(counted(&Counters::addresses_refused, 1));
    EXPECT_THAT(answer(handshake, "192.0.2.2"), HasSubstr("200 OK"));
    EXPECT_THAT(answer("/", "192.0.2.1"), HasSubstr("200 OK")) << "no session";
    for (int i = 0; i < 5; ++i) {
        EXPECT_THAT(answer(handshake, ""), HasSubstr("200 OK")) << "the proxy's own";
        EXPECT_THAT(answer(handshake, "10.0.0.7"), HasSubstr("200 OK")) << "another proxy's";
    }
    EXPECT_TRUE(counted(&Counters::addresses_refused, 1));
}

}  // namespace
}  // namespace socketio
