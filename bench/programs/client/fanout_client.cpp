#include "client/fanout_client.hpp"

#include "client/inflate.hpp"
#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace bench {

namespace {

// Few enough that no server's queue of connections to accept runs over.
constexpr std::size_t connecting_max = 64;
constexpr std::size_t buffer_bytes = 256 * 1024;
// What epoll tells of beside the connections, which have their numbers.
constexpr std::uint64_t emission_timer = UINT64_MAX;
constexpr std::uint64_t emission_redis = UINT64_MAX - 1;
constexpr std::uint8_t text = 1;
constexpr std::uint8_t ping = 9;
constexpr std::uint8_t pong = 10;

void send_bytes(int socket, TlsLink* tls, std::string_view bytes) {
    if (tls != nullptr) return tls->send(bytes);
    if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) fail("sending");
}

/// Masked, as RFC 6455 wants it of clients; with zeros, which change nothing.
void send_frame(int socket, TlsLink* tls, std::uint8_t opcode, std::string_view payload) {
    std::string frame{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())};
    frame.append(4, '\0').append(payload);
    send_bytes(socket, tls, frame);
}

}  // namespace

FanoutClient::FanoutClient(const ClientSettings& settings)
    : settings_(settings), epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(buffer_bytes, '\0') {
    if (epoll_ < 0) fail("epoll_create1");
    if (settings.tls) tls_.emplace();
    if (settings.emission) {
        emission_.emplace(*settings.emission);
        watch(emission_->timer(), emission_timer);
        watch(emission_->redis(), emission_redis);
    }
    connections_.reserve(settings.clients);
}

void FanoutClient::connect_all() {
    constexpr std::uint64_t patience = 180'000'000'000;
    const auto give_up = nanoseconds_now() + patience;
    while (joined_ < settings_.clients) {
        while (connections_.size() < settings_.clients &&
               connections_.size() - joined_ < connecting_max) {
            open_next();
        }
        if (joined_ < settings_.clients) read_some(1000);
        if (nanoseconds_now() > give_up) refuse("the server does not let everybody in");
    }
    if (emission_) emission_->await_servers(settings_.ports.size());
}

void FanoutClient::watch(int file, std::uint64_t key) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = key}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event) != 0) fail("epoll_ctl");
}

void FanoutClient::open_next() {
    const auto number = connections_.size();
    auto& connection = connections_.emplace_back();
    const auto port = settings_.ports[number % settings_.ports.size()];
    connection.socket = connect_to_loopback(port, number);
    send_without_delay(connection.socket);
    watch(connection.socket, number);
    if (!settings_.dialect) return join(connection);
    if (!tls_) return ask_for_websocket(connection);
    connection.tls = std::make_unique<TlsLink>(*tls_, connection.socket);
    connection.state = State::securing;
    secure(connection);
}

void FanoutClient::secure(Connection& connection) {
    if (connection.tls->shake_hands()) ask_for_websocket(connection);
}

void FanoutClient::ask_for_websocket(Connection& connection) {
    connection.state = State::handshake;
    send_bytes(connection.socket, connection.tls.get(), handshake());
}

std::string FanoutClient::handshake() const {
    std::string request = "GET " + std::string(settings_.dialect->path) +
                          " HTTP/1.1\r\n"
                          "Host: 127.0.0.1\r\n"
                          "Connection: Upgrade\r\n"
                          "Upgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    if (settings_.deflate) {
        request += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    }
    return request + "\r\n";
}

void FanoutClient::join(Connection& connection) {
    connection.state = State::joined;
    ++joined_;
}

void FanoutClient::start_emitting() {
    if (emission_) emission_->start(delivered());
}

void FanoutClient::stop_emitting() {
    if (emission_) emission_->stop();
}

bool FanoutClient::everybody_has_all() const {
    if (emission_) return counts_.messages == emission_->published() * settings_.clients;
    return counts_.messages % settings_.clients == 0;
}

void FanoutClient::read_until(std::uint64_t nanoseconds) {
    for (auto now = nanoseconds_now(); now < nanoseconds; now = nanoseconds_now()) {
        read_some(static_cast<int>((nanoseconds - now) / 1'000'000 + 1));
    }
}

bool FanoutClient::read_until_quiet(int quiet_ms, std::uint64_t give_up_nanoseconds) {
    while (read_some(quiet_ms)) {
        if (nanoseconds_now() > give_up_nanoseconds) return false;
    }
    return true;
}

bool FanoutClient::read_some(int timeout_ms) {
    std::array<epoll_event, 512> events;
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; ++i) on_event(events[static_cast<std::size_t>(i)].data.u64);
    if (emission_) emission_->on_delivered(delivered());
    return count > 0;
}

void FanoutClient::on_event(std::uint64_t key) {
    if (key == emission_timer) return emission_->on_timer();
    if (key == emission_redis) return emission_->on_answer();
    read_from(connections_[key]);
}

void FanoutClient::read_from(Connection& connection) {
    if (connection.state == State::securing) return secure(connection);
    if (connection.tls) {
        // What TLS has read, epoll does not tell of again.
        auto* const buffer = buffer_.data();
        while (const auto size = connection.tls->receive(buffer, buffer_.size())) {
            on_bytes(connection, {buffer, size});
        }
        return;
    }
    const auto size = ::recv(connection.socket, buffer_.data(), buffer_.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) fail("reading from the server");
    if (size == 0) refuse("the server closed a connection");
    on_bytes(connection, {buffer_.data(), static_cast<std::size_t>(size)});
}

void FanoutClient::on_bytes(Connection& connection, std::string_view bytes) {
    counts_.wire_bytes += bytes.size();
    if (!settings_.dialect) return count_raw(connection, bytes.size());
    if (connection.state == State::handshake) return finish_handshake(connection, bytes);
    read_at_ = nanoseconds_now();
    connection.frames.scan(bytes, [&](const Frame& frame) { on_frame(connection, frame); });
}

void FanoutClient::count_raw(Connection& connection, std::size_t bytes) {
    const auto all = connection.partial_bytes + bytes;
    connection.partial_bytes = all % settings_.raw_message_bytes;
    connection.messages += all / settings_.raw_message_bytes;
    counts_.messages += all / settings_.raw_message_bytes;
}

void FanoutClient::finish_handshake(Connection& connection, std::string_view bytes) {
    auto& answer = connection.answer;
    answer += bytes;
    const auto end = answer.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (!answer.starts_with("HTTP/1.1 101")) {
        refuse("the server refused a WebSocket: " + answer.substr(0, answer.find('\r')));
    }
    connection.state = State::joining;
    const auto& greeting = settings_.dialect->greeting;
    if (!greeting.empty()) send_frame(connection.socket, connection.tls.get(), text, greeting);
    // What was read beyond the answer is the first frame, or some of it.
    const auto rest = std::exchange(answer, {}).substr(end + 4);
    connection.frames.scan(rest, [&](const Frame& frame) { on_frame(connection, frame); });
}

void FanoutClient::on_frame(Connection& connection, const Frame& frame) {
    if (!frame.final) refuse("the server sent a fragment, which no benchmark expects");
    if (frame.opcode == ping) {
        return send_frame(connection.socket, connection.tls.get(), pong, frame.payload);
    }
    if (frame.opcode != text) refuse("the server sent neither text nor a ping");
    frame.compressed ? on_compressed(connection, frame) : on_message(connection, frame.payload);
}

void FanoutClient::on_message(Connection& connection, std::string_view beginning) {
    const auto reading = settings_.dialect->read(beginning);
    if (!reading.reply.empty()) {
        send_frame(connection.socket, connection.tls.get(), text, reading.reply);
    }
    if (reading.meaning == Meaning::joined && connection.state == State::joining) join(connection);
    if (reading.meaning == Meaning::delivery) on_delivery(connection, beginning);
}

void FanoutClient::on_compressed(Connection& connection, const Frame& frame) {
    ++counts_.compressed;
    const bool whole = frame.payload.size() == frame.payload_bytes;
    if (connection.state == State::joined && (inflated_one_ || !whole)) {
        return on_delivery(connection, {});
    }
    const auto message = inflate(frame.payload);
    if (!message) refuse("the server sent a compressed message that is broken");
    inflated_one_ |= settings_.dialect->read(*message).meaning == Meaning::delivery;
    on_message(connection, *message);
}

void FanoutClient::on_delivery(Connection& connection, std::string_view beginning) {
    ++connection.messages;
    ++counts_.messages;
    const auto sent_at = time_of(beginning.substr(0, FrameScanner::beginning_max));
    if (sent_at) latencies_.add(read_at_ - std::min(read_at_, *sent_at));
}

std::uint64_t FanoutClient::most_messages() const {
    std::uint64_t most = 0;
    for (const auto& connection : connections_) most = std::max(most, connection.messages);
    return most;
}

std::uint64_t FanoutClient::fewest_messages() const {
    std::uint64_t fewest = UINT64_MAX;
    for (const auto& connection : connections_) fewest = std::min(fewest, connection.messages);
    return fewest;
}

}  // namespace bench
