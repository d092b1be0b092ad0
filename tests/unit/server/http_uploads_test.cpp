// Request bodies in pieces, over real sockets: docs/races.md, "Races of one body".
#include "socketio/server.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::HttpPeer;
using test::RunningServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Options upload_options() {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.http_body_bytes_max = 1'000;
    return options;
}

/// What a reader saw, for the thread of the test.
class Seen {
public:
    void add(std::string_view bytes) {
        const std::lock_guard lock(mutex_);
        bytes_ += bytes;
        longest_ = std::max(longest_, bytes.size());
    }
    [[nodiscard]] std::string bytes() {
        const std::lock_guard lock(mutex_);
        return bytes_;
    }
    [[nodiscard]] std::size_t longest() {
        const std::lock_guard lock(mutex_);
        return longest_;
    }

    std::promise<HttpBodyControl> began;
    std::promise<void> first_piece;
    std::promise<HttpEnd> ended;
    std::promise<void> destroyed;

private:
    std::mutex mutex_;
    std::string bytes_;
    std::size_t longest_ = 0;
};

/// Answers with the number of bytes; does more where a test wants it.
class Reader final : public HttpBodyReader {
public:
    struct Behaviour {
        std::function<void(Reader&, std::string_view)> on_data = nullptr;
        std::function<void(Reader&, HttpEnd)> on_abort = nullptr;
    };

    Reader(Seen& seen, HttpReply to, HttpBodyControl control, Behaviour behaviour)
        : reply(std::move(to)),
          body(std::move(control)),
          seen_(seen),
          behaviour_(std::move(behaviour)) {}
    ~Reader() override { seen_.destroyed.set_value(); }

    void on_data(std::string_view piece) override {
        seen_.add(piece);
        if (pieces++ == 0) seen_.first_piece.set_value();
        if (behaviour_.on_data) behaviour_.on_data(*this, piece);
    }
    void on_end() override {
        seen_.ended.set_value(HttpEnd::finished);
        reply.send(HttpResponse::text(200, std::to_string(seen_.bytes().size())));
    }
    void on_abort(HttpEnd why) override {
        if (behaviour_.on_abort) behaviour_.on_abort(*this, why);
        seen_.ended.set_value(why);
    }

    HttpReply reply;
    HttpBodyControl body;
    int pieces = 0;

private:
    Seen& seen_;
    Behaviour behaviour_;
};

HttpStreamHandler read_with(Seen& seen, Reader::Behaviour behaviour = {}) {
    return [&seen, behaviour](const HttpRequest&, HttpReply reply, HttpBodyControl body) {
        seen.began.set_value(body);
        return std::make_unique<Reader>(seen, std::move(reply), body, behaviour);
    };
}

std::string text_of(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    return text;
}

std::string head_of(std::size_t length, const std::string& more = "") {
    return "POST /rows HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n" +
           more + "\r\n";
}

const std::string chunked_head =
    "POST /rows HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(HttpUpload, ReadsABodyOverEveryBoundOfOthers) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen));
    const RunningServer running(server);
    HttpPeer peer;
    const auto body = text_of(5'000'000);
    peer.connect(server.port()).send(head_of(body.size()) + body);
    EXPECT_THAT(peer.read_until("5000000"), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(seen.bytes(), body);
    EXPECT_LE(seen.longest(), 65'536U);
    // The connection goes on; a body for another route keeps its bound.
    peer.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(peer.read_until("not found\n"), HasSubstr("404"));
}

TEST(HttpUpload, ReadsChunksWhateverTheyAreCutInto) {
    for (const std::size_t piece : {1U, 7U, 1'000U}) {
        Server server(upload_options());
        Seen seen;
        server.on_http_stream("POST", "/rows", read_with(seen));
        const RunningServer running(server);
        HttpPeer peer;
        peer.connect(server.port());
        const std::string request = chunked_head +
                                    "5\r\nhello\r\nB;x=y\r\n you there \r\n0\r\n\r\n" +
                                    "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        for (std::size_t at = 0; at < request.size(); at += piece) {
            ASSERT_TRUE(peer.send(std::string_view(request).substr(at, piece)));
        }
        const auto answers = peer.read_to_end();
        EXPECT_EQ(seen.bytes(), "hello you there ") << piece;
        EXPECT_THAT(answers, HasSubstr("404 Not Found")) << "what follows is the next request";
    }
}

TEST(HttpUpload, EndsAtOnceWithoutABody) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows/{id}", read_with(seen));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send("POST /rows/7 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(peer.read_until("\r\n\r\n0"), HasSubstr("200 OK"));
}

TEST(HttpUpload, ThatPausesSlowsItsSenderDown) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen, {.on_data = [](Reader& reader, auto) {
                                                         if (reader.pieces == 1) {
                                                             reader.body.pause();
                                                         }
                                                     }}));
    const RunningServer running(server);
    HttpPeer peer;
    const auto body = text_of(24'000'000);
    peer.connect(server.port()).send(head_of(body.size()));
    std::size_t sent = peer.send_some(body);
    seen.first_piece.get_future().wait();
    // Until the kernel takes no more on either side.
    while (!peer.readable(50ms)) {
        const auto more = peer.send_some(std::string_view(body).substr(sent));
        if (more == 0) break;
        sent += more;
    }
    EXPECT_LT(sent, body.size()) << "the kernel was to be full";
    EXPECT_LE(seen.bytes().size(), 65'536U);
    seen.began.get_future().get().resume();
    EXPECT_TRUE(peer.send(std::string_view(body).substr(sent)));
    EXPECT_THAT(peer.read_until("24000000"), HasSubstr("200 OK"));
    EXPECT_TRUE(seen.bytes() == body);
}

TEST(HttpUpload, ThatPausesInItsLastPieceEndsAfterItsResumption) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream(
        "POST", "/rows",
        read_with(seen, {.on_data = [](Reader& reader, auto) { reader.body.pause(); }}));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(5) + "hello");
    seen.first_piece.get_future().wait();
    auto ended = seen.ended.get_future();
    EXPECT_EQ(ended.wait_for(50ms), std::future_status::timeout);
    seen.began.get_future().get().resume();
    EXPECT_EQ(ended.get(), HttpEnd::finished);
    EXPECT_THAT(peer.read_until("\r\n\r\n5"), HasSubstr("200 OK"));
}

TEST(HttpUpload, ThatPausesAndResumesInOneCallGoesOn) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen, {.on_data = [](Reader& reader, auto) {
                                                         reader.body.pause();
                                                         reader.body.resume();
                                                     }}));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(chunked_head);
    for (int i = 0; i < 100; ++i) peer.send("3\r\nabc\r\n");
    peer.send("0\r\n\r\n");
    EXPECT_THAT(peer.read_until("\r\n\r\n300"), HasSubstr("200 OK"));
}

TEST(HttpUpload, ThatIsAnsweredEarlyHearsNothingMore) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows",
                          read_with(seen, {.on_data = [](Reader& reader, auto) {
                                        EXPECT_EQ(reader.pieces, 1);
                                        reader.reply.send(HttpResponse::text(422, "line 1"));
                                    }}));
    const RunningServer running(server);
    HttpPeer peer;
    const auto body = text_of(1'000'000);
    peer.connect(server.port()).send(head_of(body.size() * 50) + "x");
    seen.first_piece.get_future().wait();
    peer.send(body);
    const auto answer = peer.read_to_end();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 422"));
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
    EXPECT_THAT(answer, HasSubstr("line 1"));
    seen.destroyed.get_future().wait();
    EXPECT_EQ(seen.ended.get_future().wait_for(0s), std::future_status::timeout);
}

TEST(HttpUpload, ThatIsAnsweredInItsLastPieceKeepsItsConnection) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows",
                          read_with(seen, {.on_data = [](Reader& reader, auto) {
                                        reader.reply.send(HttpResponse::text(422, "no"));
                                    }}));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port());
    peer.send(head_of(5) + "helloGET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(peer.read_to_end(), testing::AllOf(HasSubstr("422"), HasSubstr("404")));
}

TEST(HttpUpload, ThatIsRefusedWithoutAReaderIsNotRead) {
    Server server(upload_options());
    server.on_http_stream("POST", "/rows", [](const HttpRequest&, HttpReply reply, auto) {
        reply.send(HttpResponse::text(401, "who"));
        return nullptr;
    });
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(5'000, "Expect: 100-continue\r\n"));
    const auto answer = peer.read_to_end();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 401"));
    EXPECT_THAT(answer, Not(HasSubstr("100 Continue")));
}

TEST(HttpUpload, AsksForTheBodyOfAPeerThatWaits) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(5, "Expect: 100-continue\r\n"));
    EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("hello");
    EXPECT_THAT(peer.read_until("\r\n\r\n5"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpUpload, WhoseHandlerThrowsIsAnInternalError) {
    Server server(upload_options());
    server.on_http_stream(
        "POST", "/rows",
        [](const HttpRequest&, HttpReply, HttpBodyControl) -> std::unique_ptr<HttpBodyReader> {
            throw std::runtime_error("secret");
        });
    Seen seen;
    server.on_http_stream(
        "PUT", "/rows",
        read_with(seen, {.on_data = [](auto&, auto) { throw std::runtime_error("secret"); }}));
    const RunningServer running(server);
    for (const auto* method : {"POST", "PUT"}) {
        HttpPeer peer;
        peer.connect(server.port());
        peer.send(std::string(method) + " /rows HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx");
        const auto answer = peer.read_to_end();
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 500")) << method;
        EXPECT_THAT(answer, Not(HasSubstr("secret")));
    }
}

TEST(HttpUpload, HearsThatItsPeerHasGone) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(100) + "x");
    seen.first_piece.get_future().wait();
    peer.reset();
    EXPECT_EQ(seen.ended.get_future().get(), HttpEnd::peer_gone);
    seen.destroyed.get_future().wait();
}

TEST(HttpUpload, ThatIsPausedHearsAfterwardsThatItsPeerHasGone) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream(
        "POST", "/rows",
        read_with(seen, {.on_data = [](Reader& reader, auto) { reader.body.pause(); }}));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(100) + "x");
    seen.first_piece.get_future().wait();
    peer.reset();
    auto ended = seen.ended.get_future();
    EXPECT_EQ(ended.wait_for(50ms), std::future_status::timeout);
    seen.began.get_future().get().resume();
    EXPECT_EQ(ended.get(), HttpEnd::peer_gone);
}

TEST(HttpUpload, LastsAsLongAsBytesComeAndNoLonger) {
    auto options = upload_options();
    options.http_request_timeout = 300ms;
    Server server(options);
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(100));
    for (int i = 0; i < 6; ++i) {
        ASSERT_FALSE(peer.readable(100ms)) << "it took its time, but something came";
        peer.send("x");
    }
    EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 408"));
    EXPECT_EQ(seen.ended.get_future().get(), HttpEnd::timeout);
}

TEST(HttpUpload, MayBeSilentAsLongAsItsHandlerAllows) {
    auto options = upload_options();
    options.http_request_timeout = 50ms;
    Server server(options);
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(6) + "x");
    seen.began.get_future().get().allow_silence(1h);
    ASSERT_FALSE(peer.readable(300ms)) << "six times what others have";
    peer.send("quiet");
    EXPECT_THAT(peer.read_until("\r\n\r\n6"), HasSubstr("200 OK"));
    EXPECT_EQ(seen.ended.get_future().get(), HttpEnd::finished);
}

TEST(HttpUpload, AnswersAStalledPeerInItsOwnWords) {
    auto options = upload_options();
    options.http_request_timeout = 50ms;
    Server server(options);
    Seen seen;
    server.on_http_stream(
        "POST", "/rows",
        read_with(seen, {.on_abort = [](Reader& reader, HttpEnd) {
                      reader.reply.send(HttpResponse::text(408, "2 lines are kept"));
                  }}));
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send(head_of(100) + "x");
    EXPECT_THAT(peer.read_to_end(), HasSubstr("2 lines are kept"));
}

TEST(HttpUpload, RefusesChunksThatAreNone) {
    for (const auto& bad : {std::string("xyz\r\n"), "1;" + std::string(100'000, 'x')}) {
        Server server(upload_options());
        Seen seen;
        server.on_http_stream("POST", "/rows", read_with(seen));
        const RunningServer running(server);
        HttpPeer peer;
        peer.connect(server.port()).send(chunked_head + "1\r\na\r\n" + bad);
        EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 400"));
        EXPECT_EQ(seen.ended.get_future().get(), HttpEnd::malformed);
    }
}

TEST(HttpUpload, HearsThatTheServerStops) {
    Server server(upload_options());
    Seen seen;
    server.on_http_stream("POST", "/rows", read_with(seen));
    HttpPeer peer;
    {
        const RunningServer running(server);
        peer.connect(server.port()).send(head_of(100) + "x");
        seen.first_piece.get_future().wait();
    }
    EXPECT_EQ(seen.ended.get_future().get(), HttpEnd::shutdown);
}

}  // namespace
}  // namespace socketio
