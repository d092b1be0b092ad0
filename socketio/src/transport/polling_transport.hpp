#pragma once
// Long-polling: a GET that waits carries what is queued, a POST brings packets. Belongs to one session;
// outlives it only to say goodbye in a next GET. Lives on the session's shard. WIRE: polling semantics.

#include "base/deadline_queue.hpp"
#include "engine/session_port.hpp"
#include "shard/shard.hpp"
#include "socketio/http.hpp"
#include "transport/exchange_table.hpp"
#include "transport/http_connection.hpp"
#include "wire/content_coding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace socketio::engine {
class Session;
}

namespace socketio::transport {

class EngineService;

/// A GET, and how it may be answered.
struct Poll {
    ExchangeId exchange = 0;
    HttpReply reply;
    /// Added to the answer: the handshake's cookie, the application's.
    FieldList headers = {};
    wire::ContentCoding coding = wire::ContentCoding::identity;
};

/// What a POST gets whose packets were read.
[[nodiscard]] HttpResponse ok_response();

class PollingTransport final : public engine::TransportPort, private shard::TurnTask {
public:
    PollingTransport(EngineService& service, engine::Session& session, bool base64_only);
    ~PollingTransport() override;

    void on_get(Poll poll);
    /// The header of a POST is in; another one must not begin before it has ended.
    void on_post_announced(ExchangeId exchange);
    void on_post(ExchangeId exchange, const HttpReply& reply, std::string_view content_type,
                 std::string_view body, const FieldList& headers = {});
    void on_abort(ExchangeId exchange, HttpConnection::Abort why);
    /// The session is over and its last words wait for a GET.
    [[nodiscard]] bool lingering() const noexcept {
        return session_ == nullptr && !last_words_.empty();
    }

    // ---- TransportPort -------------------------------------------------------------------------
    [[nodiscard]] engine::TransportKind kind() const noexcept override {
        return engine::TransportKind::polling;
    }
    void wake() override;
    void flush() override;
    [[nodiscard]] bool writable() const noexcept override { return waiting_.has_value(); }
    void send_past_queue(wire::EnginePacketView packet) override;
    void end(Ending ending) override;
    void retire() override;

private:
    struct Body {
        HttpBody bytes;
        bool binary = false;
        wire::ContentCoding coding = wire::ContentCoding::identity;
    };

    void at_turn_end() override;
    void on_goodbye_timeout(base::TimePoint now);
    void answer_waiting(Body body);
    /// Empties the session's queue, which must not be empty.
    [[nodiscard]] Body take_queue();
    [[nodiscard]] Body one_packet(wire::EnginePacketView packet) const;
    void fail();

    EngineService& service_;
    engine::Session* session_;
    std::optional<Poll> waiting_;
    /// What the next GETs get: first what was queued, then the close packet. Not in one body: the JS
    /// client handles a close at once but packets only after the body.
    std::vector<Body> last_words_;
    std::string sid_;
    base::MemberDeadline<PollingTransport, &PollingTransport::on_goodbye_timeout> goodbye_timeout_{
        *this};
    ExchangeId post_ = 0;
    const wire::EngineProtocol protocol_;
    const bool base64_only_;
    bool client_closed_ = false;
    bool behind_ = false;  ///< Messages had to wait for a GET.
    bool broken_ = false;  ///< The session ended by a fault of its peer.
};

}  // namespace socketio::transport
