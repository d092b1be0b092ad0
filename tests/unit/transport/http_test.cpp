// The pure parts of HTTP: parser, head, files, CORS, WebSocket handshake, routes.
#include "transport/client_files.hpp"
#include "transport/cors.hpp"
#include "transport/engine_refusal.hpp"
#include "transport/http_response.hpp"
#include "transport/request_parser.hpp"
#include "transport/routes.hpp"
#include "transport/websocket_handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio::transport {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HttpRequest request_with(std::initializer_list<std::pair<std::string, std::string>> headers) {
    HttpRequest request;
    request.method = "GET";
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return request;
}

// ---- RequestParser -----------------------------------------------------------------------------

constexpr std::string_view post_text =
    "POST /a%20b?x=1&y=%C3%A9 HTTP/1.1\r\nHost: h\r\nX-Mixed: Case\r\nContent-Length: 5\r\n\r\nhello";

TEST(RequestParser, StopsAfterTheHeadUntilTheBodysBoundIsKnown) {
    RequestParser parser(4'096);
    const auto head = parser.feed(post_text);
    EXPECT_EQ(post_text.substr(head), "hello");
    EXPECT_TRUE(parser.header_done());
    EXPECT_FALSE(parser.done());
    EXPECT_EQ(parser.method(), "POST");
    EXPECT_EQ(parser.header("x-mixed"), "Case");
    parser.set_body_bytes_max(5);
    EXPECT_EQ(parser.feed("hello"), 5U);
    ASSERT_TRUE(parser.done());
    const auto request = parser.take_request();
    EXPECT_EQ(request.path, "/a b");
    EXPECT_EQ(request.query.get("y"), "\xc3\xa9");
    EXPECT_EQ(request.headers.get("x-mixed"), "Case");
    EXPECT_EQ(request.body, "hello");
}

TEST(RequestParser, ReadsTheSameInPiecesOfAnySize) {
    for (std::size_t piece = 1; piece < post_text.size(); ++piece) {
        RequestParser parser(4'096);
        std::string pending;
        bool bounded = false;
        for (std::size_t at = 0; at < post_text.size(); at += piece) {
            pending += post_text.substr(at, piece);
            for (bool progress = true; progress && !pending.empty() && !parser.done();) {
                const auto used = parser.feed(pending);
                pending.erase(0, used);
                progress = used > 0;
                if (parser.header_done() && !bounded) {
                    parser.set_body_bytes_max(100);
                    bounded = progress = true;
                }
            }
            ASSERT_EQ(parser.fault(), RequestParser::Fault::none);
        }
        ASSERT_TRUE(parser.done()) << "pieces of " << piece;
        EXPECT_EQ(parser.take_request().body, "hello");
    }
}

TEST(RequestParser, RefusesADeclaredBodyOverTheBoundBeforeItComes) {
    RequestParser parser(4'096);
    (void)parser.feed(post_text);
    parser.set_body_bytes_max(4);
    EXPECT_EQ(parser.fault(), RequestParser::Fault::body_too_large);
}

TEST(RequestParser, RefusesAChunkedBodyOverTheBound) {
    RequestParser parser(4'096);
    (void)parser.feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    parser.set_body_bytes_max(4);
    (void)parser.feed("5\r\nhello\r\n0\r\n\r\n");
    EXPECT_EQ(parser.fault(), RequestParser::Fault::body_too_large);
}

TEST(RequestParser, TakesADeclaredBodyThatIsWithinALargeBound) {
    RequestParser parser(4'096);
    (void)parser.feed("POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n");
    parser.set_body_bytes_max(5'000'000);
    (void)parser.feed(std::string(3'000'000, 'x'));
    ASSERT_TRUE(parser.done());
    EXPECT_EQ(parser.take_request().body.size(), 3'000'000U);
}

TEST(RequestParser, GivesABodyInPiecesWithoutKeepingIt) {
    RequestParser parser(4'096);
    (void)parser.feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    parser.read_body_in_pieces();
    std::string_view bytes = "5\r\nhello\r\n4;x\r\n you\r\n0\r\n\r\nnext";
    std::vector<std::string> pieces;
    while (!parser.done() && parser.fault() == RequestParser::Fault::none) {
        bytes.remove_prefix(parser.feed(bytes));
        if (!parser.piece().empty()) pieces.emplace_back(parser.piece());
    }
    EXPECT_THAT(pieces, testing::ElementsAre("hello", " you"));
    EXPECT_EQ(bytes, "next");
    EXPECT_EQ(parser.take_request().body, "");
}

TEST(RequestParser, KnowsThatThePeerWaitsToBeAsked) {
    for (const auto& [version, waits] : {std::pair{"1.1", true}, std::pair{"1.0", false}}) {
        RequestParser parser(4'096);
        (void)parser.feed(std::string("POST / HTTP/") + version +
                          "\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
        EXPECT_EQ(parser.expects_continue(), waits) << version;
    }
}

TEST(RequestParser, RefusesAHeadOverItsBound) {
    RequestParser parser(256);
    (void)parser.feed("GET / HTTP/1.1\r\nX: " + std::string(300, 'x') + "\r\n\r\n");
    EXPECT_EQ(parser.fault(), RequestParser::Fault::header_too_large);
}

TEST(RequestParser, RefusesWhatIsNoHttp) {
    RequestParser parser(4'096);
    (void)parser.feed("\x16\x03\x01 hello\r\n\r\n");
    EXPECT_EQ(parser.fault(), RequestParser::Fault::malformed);
}

// ---- write_head --------------------------------------------------------------------------------

TEST(ResponseHead, SaysWhatHttpDemands) {
    const auto head = write_head(HttpResponse::text(200, "hi"), {}, {"today", true, false});
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(head, HasSubstr("Content-Length: 2\r\n"));
    EXPECT_THAT(head, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
    EXPECT_THAT(head, HasSubstr("Date: today\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Connection")));
}

TEST(ResponseHead, LetsNoValueAddAHeader) {
    HttpResponse response;
    response.headers.add("X-Echo", "a\r\nSet-Cookie: stolen=1");
    const auto head = write_head(response, {}, {});
    EXPECT_THAT(head, Not(HasSubstr("\r\nSet-Cookie")));
}

TEST(ResponseHead, GivesNoLengthWhereThereIsNoBody) {
    EXPECT_THAT(write_head({304, {}, {}}, {}, {}), Not(HasSubstr("Content-Length")));
    EXPECT_THAT(write_head({101, {}, {}}, {}, {}), Not(HasSubstr("Content-Length")));
    EXPECT_THAT(write_head({400, {}, {}}, {}, {}), HasSubstr("Content-Length: 0\r\n"));
}

TEST(ResponseHead, SaysHowTheConnectionGoesOn) {
    EXPECT_THAT(write_head({}, {}, {"", false, false}), HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(write_head({}, {}, {"", true, true}), HasSubstr("Connection: keep-alive\r\n"));
}

// ---- Files -------------------------------------------------------------------------------------

constexpr StaticFile file{"a.js", "text/javascript", "\"v1\"", "identity", "gz", "br"};

TEST(ServeFile, PicksTheSmallestFormThatIsAccepted) {
    EXPECT_EQ(
        serve_file(request_with({{"accept-encoding", "gzip, deflate, br"}}), file).body.view(),
        "br");
    EXPECT_EQ(serve_file(request_with({{"accept-encoding", "gzip"}}), file).body.view(), "gz");
    EXPECT_EQ(
        serve_file(request_with({{"accept-encoding", "br;q=0, gzip;q=0.5"}}), file).body.view(),
        "gz");
    EXPECT_EQ(serve_file(request_with({}), file).body.view(), "identity");
}

TEST(ServeFile, AnswersAKnownETagWith304) {
    for (const auto* etag : {"\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "*"}) {
        const auto response = serve_file(request_with({{"if-none-match", etag}}), file);
        EXPECT_EQ(response.status, 304U) << etag;
        EXPECT_TRUE(response.body.view().empty());
    }
    EXPECT_EQ(serve_file(request_with({{"if-none-match", "\"v2\""}}), file).status, 200U);
}

TEST(ClientFiles, HoldTheNpmClientAndItsMaps) {
    for (const auto* name :
         {"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"}) {
        const auto* script = find_client_file(name);
        const auto* map = find_client_file(std::string(name) + ".map");
        ASSERT_NE(script, nullptr) << name;
        ASSERT_NE(map, nullptr) << name;
        EXPECT_EQ(script->content_type, "application/javascript; charset=utf-8");
        EXPECT_LT(script->brotli.size(), script->identity.size());
    }
    EXPECT_EQ(find_client_file("../../etc/passwd"), nullptr);
}

// ---- CORS --------------------------------------------------------------------------------------

TEST(Cors, EchoesAListedOriginOnly) {
    CorsOptions cors;
    cors.origins = {"https://a.example", "https://b.example"};
    cors.credentials = true;
    const auto listed = cors_headers(cors, request_with({{"origin", "https://b.example"}}));
    EXPECT_EQ(listed.get("Access-Control-Allow-Origin"), "https://b.example");
    EXPECT_EQ(listed.get("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(listed.get("Vary"), "Origin");
    const auto other = cors_headers(cors, request_with({{"origin", "https://evil.example"}}));
    EXPECT_FALSE(other.find("Access-Control-Allow-Origin"));
}

TEST(Cors, AnswersAPreflightWithoutABody) {
    CorsOptions cors;
    cors.origins = {"*"};
    const auto response =
        cors_preflight(cors, request_with({{"origin", "https://a.example"},
                                           {"access-control-request-headers", "x-token"}}));
    EXPECT_EQ(response.status, 204U);
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Methods"), "GET,POST");
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Headers"), "x-token");
}

TEST(AllowedOrigins, LetInWhoIsListedAndWhoIsNoBrowser) {
    Options options;
    EXPECT_TRUE(is_admitted_origin(options, request_with({{"origin", "https://any.example"}})));
    options.allowed_origins = {"https://a.example", "null"};
    EXPECT_TRUE(is_admitted_origin(options, request_with({})));
    EXPECT_TRUE(is_admitted_origin(options, request_with({{"origin", "https://a.example"}})));
    EXPECT_TRUE(is_admitted_origin(options, request_with({{"origin", "null"}})));
    for (const auto* origin : {"", "https://b.example", "https://a.example.b.example",
                               "https://a.example:443", "HTTPS://A.EXAMPLE"}) {
        EXPECT_FALSE(is_admitted_origin(options, request_with({{"origin", origin}}))) << origin;
    }
    EXPECT_FALSE(is_admitted_origin(
        options, request_with({{"origin", "https://a.example"}, {"origin", "https://b.example"}})));
}

// ---- WebSocket handshake -----------------------------------------------------------------------

HttpRequest websocket_request() {
    return request_with({{"upgrade", "WebSocket"},
                         {"connection", "keep-alive, Upgrade"},
                         {"sec-websocket-version", "13"},
                         {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                         {"sec-websocket-protocol", "one, two"}});
}

TEST(WebSocketHandshake, AcceptsTheExampleOfRfc6455) {
    const auto request = websocket_request();
    EXPECT_TRUE(is_websocket_upgrade(request));
    EXPECT_FALSE(check_websocket_request(request, {}));
    const auto head = accept_head(request, {}, "");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
    EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Protocol: one\r\n"));
}

TEST(WebSocketHandshake, RefusesAWrongKeyAndVersion) {
    auto request = request_with({{"sec-websocket-version", "13"}, {"sec-websocket-key", "short"}});
    EXPECT_EQ(check_websocket_request(request, {})->status, 400U);
    request = request_with(
        {{"sec-websocket-version", "12"}, {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}});
    EXPECT_EQ(check_websocket_request(request, {})->headers.get("Sec-WebSocket-Version"), "13");
    request.method = "POST";
    EXPECT_EQ(check_websocket_request(request, {})->status, 405U);
}

TEST(WebSocketHandshake, AgreesOnCompressionWhereBothWantIt) {
    auto request = websocket_request();
    EXPECT_EQ(deflate_answer(request, {}), "");
    // A list may be spread over several headers.
    request.headers.add("sec-websocket-extensions", "foo; bar");
    request.headers.add("sec-websocket-extensions", "permessage-deflate; client_max_window_bits");
    EXPECT_EQ(deflate_answer(request, {}),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    Options off;
    off.per_message_deflate.reset();
    EXPECT_EQ(deflate_answer(request, off), "");
}

TEST(WebSocketHandshake, RefusesExtensionsThatAreNoList) {
    auto request = websocket_request();
    request.headers.add("sec-websocket-extensions", "permessage-deflate;");
    EXPECT_EQ(check_websocket_request(request, {})->status, 400U);
    Options off;
    off.per_message_deflate.reset();
    EXPECT_FALSE(check_websocket_request(request, off)) << "nobody reads them";
}

TEST(WebSocketHandshake, IsNoneWithoutBothHeaders) {
    EXPECT_FALSE(is_websocket_upgrade(request_with({{"upgrade", "websocket"}})));
    EXPECT_FALSE(
        is_websocket_upgrade(request_with({{"upgrade", "h2c"}, {"connection", "upgrade"}})));
}

// ---- Refusals and routes -----------------------------------------------------------------------

TEST(EngineRefusal, HasNodesBodies) {
    EXPECT_EQ(refuse_polling(EngineRefusal::session_unknown).body.view(),
              "{\"code\":1,\"message\":\"Session ID unknown\"}");
    EXPECT_EQ(refuse_polling(EngineRefusal::forbidden, "no \"you\"").body.view(),
              "{\"code\":4,\"message\":\"no \\\"you\\\"\"}");
    EXPECT_EQ(refuse_polling(EngineRefusal::forbidden).status, 403U);
    EXPECT_EQ(refuse_upgrade(EngineRefusal::forbidden).status, 400U);
    EXPECT_EQ(refuse_upgrade(EngineRefusal::forbidden).body.view(), "Forbidden");
}

TEST(Routes, FindTheLongestEnginePath) {
    Routes routes;
    routes.engines.resize(2);
    routes.engines[0].path = "/io/";
    routes.engines[1].path = "/io/admin/";
    EXPECT_EQ(routes.engine_for("/io/?EIO=4"), 0U);
    EXPECT_EQ(routes.engine_for("/io/admin/?EIO=4"), 1U);
    EXPECT_FALSE(routes.engine_for("/other"));
}

}  // namespace
}  // namespace socketio::transport
