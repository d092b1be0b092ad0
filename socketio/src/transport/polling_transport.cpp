#include "transport/polling_transport.hpp"

#include "engine/session.hpp"
#include "transport/engine_service.hpp"
#include "transport/transport_shard.hpp"
#include "wire/engine_payload.hpp"

#include <utility>

namespace socketio::transport {

namespace {

// A body of the largest size may consist of the smallest packets: a digit and a separator each.
constexpr std::size_t bytes_per_packet_min = 2;

constexpr wire::EnginePacketView noop{wire::EnginePacketType::noop, false, {}};
constexpr wire::EnginePacketView close{wire::EnginePacketType::close, false, {}};

constexpr std::string_view octet_stream = "application/octet-stream";

HttpResponse payload_response(HttpBody body, bool binary, wire::ContentCoding coding) {
    HttpResponse response;
    response.headers.add("Content-Type",
                         binary ? std::string(octet_stream) : "text/plain; charset=UTF-8");
    response.headers.add("cache-control", "no-store");
    if (coding != wire::ContentCoding::identity) {
        response.headers.add("Content-Encoding", wire::to_string(coding));
    }
    response.body = std::move(body);
    return response;
}

}  // namespace

HttpResponse ok_response() {
    HttpResponse response;
    response.headers.add("Content-Type", "text/html");
    response.headers.add("cache-control", "no-store");
    response.body = HttpBody("ok");
    return response;
}

PollingTransport::PollingTransport(EngineService& service, engine::Session& session,
                                   bool base64_only)
    : service_(service),
      session_(&session),
      sid_(session.sid()),
      protocol_(session.protocol()),
      base64_only_(base64_only) {}

PollingTransport::~PollingTransport() = default;

void PollingTransport::on_get(Poll poll) {
    if (lingering()) {
        waiting_ = std::move(poll);
        answer_waiting(std::move(last_words_.front()));
        last_words_.erase(last_words_.begin());
        if (last_words_.empty()) service_.forget_lingering(sid_);
        return;
    }
    if (session_ == nullptr) return poll.reply.send({400, {}, {}});
    if (waiting_) {
        // Two polls of one session: one of them is not from our client.
        answer_waiting(one_packet(close));
        poll.reply.send({400, {}, {}});
        return fail();
    }
    waiting_ = std::move(poll);
    if (session_->upgrading() && session_->queue().empty()) {
        send_past_queue(noop);
    } else {
        wake();
    }
}

void PollingTransport::on_post_announced(ExchangeId exchange) {
    if (session_ == nullptr) return;
    if (post_ == 0) {
        post_ = exchange;
        return;
    }
    // Which of the two is our client's cannot be told.
    auto& network = service_.home().network();
    answer_exchange(network, std::exchange(post_, 0), {400, {}, {}});
    answer_exchange(network, exchange, {400, {}, {}});
    fail();
}

void PollingTransport::on_post(ExchangeId exchange, const HttpReply& reply,
                               std::string_view content_type, std::string_view body,
                               const FieldList& headers) {
    if (session_ == nullptr) return reply.send({400, {}, {}});
    const bool binary = content_type.starts_with(octet_stream);
    const bool v4 = protocol_ == wire::EngineProtocol::v4;
    if ((post_ != 0 && post_ != exchange) || (binary && v4)) {
        reply.send({400, {}, {}});
        return fail();
    }
    post_ = 0;

    const auto packets_max = service_.home().options().message_bytes_max / bytes_per_packet_min + 1;
    const auto payload = v4       ? wire::decode_payload_v4(body, packets_max)
                         : binary ? wire::decode_payload_v3_binary(body, packets_max)
                                  : wire::decode_payload_v3_text(body, packets_max);
    for (const auto& packet : payload.packets) {
        if (packet.type == wire::EnginePacketType::close) client_closed_ = true;
        if (session_ == nullptr || !session_->is_open()) break;
        session_->on_packet(*this, packet.view());
    }
    if (payload.malformed && session_ != nullptr && session_->is_open()) {
        session_->on_malformed(*this);
    }
    // Node cuts the connection of a POST that broke its session; a status says more.
    auto response = broken_ ? HttpResponse{400, {}, {}} : ok_response();
    for (const auto& [name, value] : headers) response.headers.add(name, value);
    reply.send(std::move(response));
}

void PollingTransport::on_abort(ExchangeId exchange, HttpConnection::Abort why) {
    if (waiting_ && waiting_->exchange == exchange) {
        waiting_.reset();
    } else if (post_ == exchange && exchange != 0) {
        post_ = 0;
    } else {
        return;
    }
    if (session_ != nullptr && why == HttpConnection::Abort::gone) {
        std::exchange(session_, nullptr)
            ->on_transport_lost(*this, DisconnectReason::transport_error);
    }
}

void PollingTransport::wake() {
    if (session_ == nullptr || session_->queue().empty()) return;
    if (waiting_) {
        service_.home().shard().schedule(*this);
    } else {
        behind_ = true;
    }
}

void PollingTransport::at_turn_end() {
    flush();
    if (session_ == nullptr || !session_->queue().empty()) return;
    if (std::exchange(behind_, false)) session_->on_drained();
}

void PollingTransport::flush() {
    if (!waiting_ || session_ == nullptr || session_->queue().empty()) return;
    answer_waiting(take_queue());
}

void PollingTransport::send_past_queue(wire::EnginePacketView packet) {
    if (!waiting_) return;
    answer_waiting(one_packet(packet));
}

void PollingTransport::end(Ending ending) {
    if (session_ == nullptr) return;
    broken_ = ending == Ending::now && !client_closed_;
    if (ending == Ending::after_queue && !session_->queue().empty()) {
        last_words_.push_back(take_queue());
    }
    session_ = nullptr;
    last_words_.push_back(one_packet(client_closed_ ? noop : close));
    if (waiting_) {
        answer_waiting(std::move(last_words_.front()));
        last_words_.erase(last_words_.begin());
    }
    if (ending == Ending::now || client_closed_) {
        last_words_.clear();
    } else if (!last_words_.empty()) {
        service_.home().shard().deadlines().arm_after(goodbye_timeout_,
                                                      service_.home().options().close_timeout);
    }
}

void PollingTransport::retire() {
    if (waiting_) answer_waiting(one_packet(noop));
    session_ = nullptr;
    service_.forget_polling(sid_);
}

void PollingTransport::on_goodbye_timeout(base::TimePoint) {
    last_words_.clear();
    service_.forget_lingering(sid_);
}

void PollingTransport::answer_waiting(Body body) {
    auto response = payload_response(std::move(body.bytes), body.binary, body.coding);
    for (const auto& [name, value] : waiting_->headers) response.headers.add(name, value);
    const auto reply = std::move(waiting_->reply);
    waiting_.reset();
    reply.send(std::move(response));
}

PollingTransport::Body PollingTransport::take_queue() {
    auto& queue = session_->queue();
    auto format = engine::PayloadFormat::v4;
    if (protocol_ == wire::EngineProtocol::v3) {
        format = engine::PayloadFormat::v3_text;
        for (const auto& message : queue.messages()) {
            if (message && message->has_binary() && !base64_only_)
                format = engine::PayloadFormat::v3_binary;
        }
    }
    // A body that waits for its GET goes as it is: who comes for it may not take it otherwise.
    const auto wanted = waiting_ ? waiting_->coding : wire::ContentCoding::identity;
    auto [bytes, coding] = service_.home().poll_bodies().make(queue.messages(), format, wanted);
    queue.clear();
    return {HttpBody(std::move(bytes)), format == engine::PayloadFormat::v3_binary, coding};
}

PollingTransport::Body PollingTransport::one_packet(wire::EnginePacketView packet) const {
    std::string bytes;
    if (protocol_ == wire::EngineProtocol::v4) {
        wire::append_payload_v4(bytes, packet);
    } else {
        wire::append_payload_v3_text(bytes, packet);
    }
    return {HttpBody(std::move(bytes)), false, wire::ContentCoding::identity};
}

void PollingTransport::fail() {
    broken_ = true;
    if (session_ != nullptr) {
        std::exchange(session_, nullptr)
            ->on_transport_lost(*this, DisconnectReason::transport_error);
    }
}

}  // namespace socketio::transport
