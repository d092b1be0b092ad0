// Who a request comes from: PROXY headers and X-Forwarded-*, of peers that are trusted and of others.
#include "socketio/server.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"
#include "support/test_certificate.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::HttpPeer;
using test::RunningServer;
using test::TestCertificate;
using test::TlsPeer;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view last_request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
const auto line = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"s;
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
    bool refused(std::uint64_t count) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (server->counters().proxy_headers_refused != count) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::promise<void> turn;
            server->post(0, [&turn] { turn.set_value(); });
            turn.get_future().wait();
        }
        return true;
    }

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

}  // namespace
}  // namespace socketio
