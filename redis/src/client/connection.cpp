// See redis/connection.hpp. The order of commands is kept in two queues: waiting for a socket, and
// sent, waiting for the reply. Only the first outlives a connection.
#include "client/link.hpp"
#include "protocol/resp_writer.hpp"
#include <redis/connection.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <utility>

namespace redis {

using boost::system::error_code;

namespace {

error_code error_of(const Reply& reply) {
    if (!reply.is_error()) {
        return {};
    }
    return reply.error_code() == "READONLY" ? errc::read_only_replica : errc::server_error;
}

}  // namespace

class Connection::Impl final : public LinkOwner,
                               public std::enable_shared_from_this<Connection::Impl> {
public:
    Impl(boost::asio::io_context& io, Options options)
        : link_(std::make_shared<Link>(io, std::move(options))), expiry_(io) {}

    void command(std::span<const std::string_view> arguments, OnReply callback);
    void start() { link_->start(weak_from_this()); }
    void move_to(const Seed& server) { link_->move_to(server); }
    void stop();
    void discard();

    void on_link_up() override { link_->wake_writer(); }
    void on_link_down() override;
    error_code on_link_reply(Reply reply) override;
    void on_link_state(const StateChange& change) override {
        if (on_state_) {
            on_state_(change);
        }
    }
    std::string take_link_output(std::size_t bytes_max) override;
    void send_link_ping() override;

    [[nodiscard]] const Link& link() const noexcept { return *link_; }
    [[nodiscard]] std::size_t pending() const noexcept { return waiting_.size() + sent_.size(); }

    OnState on_state_;

private:
    using Clock = std::chrono::steady_clock;
    struct Command {
        std::string bytes;
        OnReply callback;
        Clock::time_point issued_at;
    };

    void fail_later(OnReply callback, errc code);
    void wait_for_expiry();
    void on_expiry();

    std::shared_ptr<Link> link_;
    boost::asio::steady_timer expiry_;
    bool expiry_armed_ = false;
    std::deque<Command> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::deque<OnReply> sent_;
};

void Connection::Impl::command(std::span<const std::string_view> arguments, OnReply callback) {
    if (link_->stopped()) {
        fail_later(std::move(callback), errc::stopped);
        return;
    }
    std::string bytes;
    append_command(bytes, arguments);
    const Options& options = link_->options();
    if (pending() >= options.pending_commands_max ||
        bytes.size() >
            options.pending_bytes_max - std::min(waiting_bytes_, options.pending_bytes_max)) {
        fail_later(std::move(callback), errc::queue_full);
        return;
    }
    waiting_bytes_ += bytes.size();
    waiting_.push_back({std::move(bytes), std::move(callback), Clock::now()});
    if (link_->up()) {
        link_->wake_writer();
    } else {
        wait_for_expiry();
    }
}

void Connection::Impl::fail_later(OnReply callback, errc code) {
    if (callback) {
        boost::asio::post(link_->io(),
                          [self = weak_from_this(), callback = std::move(callback), code] {
                              if (self.lock()) {
                                  callback(make_error_code(code), Reply());
                              }
                          });
    }
}

void Connection::Impl::wait_for_expiry() {
    if (expiry_armed_ || waiting_.empty()) {
        return;
    }
    expiry_armed_ = true;
    expiry_.expires_at(waiting_.front().issued_at + link_->options().pending_age_max);
    expiry_.async_wait([weak = weak_from_this()](error_code ec) {
        const auto self = weak.lock();
        if (self) {
            self->expiry_armed_ = false;
            if (!ec && !self->link_->up()) {
                self->on_expiry();
            }
        }
    });
}

void Connection::Impl::on_expiry() {
    const Clock::time_point oldest = Clock::now() - link_->options().pending_age_max;
    while (!waiting_.empty() && waiting_.front().issued_at <= oldest) {
        waiting_bytes_ -= waiting_.front().bytes.size();
        fail_later(std::move(waiting_.front().callback), errc::expired);
        waiting_.pop_front();
    }
    wait_for_expiry();
}

std::string Connection::Impl::take_link_output(std::size_t bytes_max) {
    std::string out;
    while (!waiting_.empty() && out.size() < bytes_max) {
        Command& command = waiting_.front();
        waiting_bytes_ -= command.bytes.size();
        if (out.empty()) {
            out = std::move(command.bytes);
        } else {
            out += command.bytes;
        }
        sent_.push_back(std::move(command.callback));
        waiting_.pop_front();
    }
    return out;
}

void Connection::Impl::send_link_ping() {
    // Bypasses the bounds: there is at most one, and only when nothing else is asked.
    if (sent_.empty() && waiting_.empty()) {
        Command ping{{}, {}, Clock::now()};
        append_command(ping.bytes, {"PING"});
        waiting_bytes_ += ping.bytes.size();
        waiting_.push_back(std::move(ping));
    }
}

error_code Connection::Impl::on_link_reply(Reply reply) {
    if (reply.kind() == Reply::Kind::push) {
        return {};
    }
    if (sent_.empty()) {
        return reply.is_error() ? classify_error(reply) : errc::protocol_error;
    }
    const OnReply callback = std::move(sent_.front());
    sent_.pop_front();
    if (callback) {
        const error_code ec = error_of(reply);
        callback(ec, std::move(reply));
    }
    return {};
}

void Connection::Impl::on_link_down() {
    for (OnReply& callback : std::exchange(sent_, {})) {
        fail_later(std::move(callback), errc::connection_lost);
    }
    wait_for_expiry();
}

void Connection::Impl::stop() {
    if (link_->stopped()) {
        return;
    }
    link_->stop();
    expiry_.cancel();
    for (OnReply& callback : std::exchange(sent_, {})) {
        fail_later(std::move(callback), errc::stopped);
    }
    for (Command& command : std::exchange(waiting_, {})) {
        fail_later(std::move(command.callback), errc::stopped);
    }
    waiting_bytes_ = 0;
}

void Connection::Impl::discard() {
    link_->stop();
    expiry_.cancel();
}

Connection::Connection(boost::asio::io_context& io, Options options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

Connection::~Connection() {
    impl_->discard();
}

void Connection::on_state(OnState callback) {
    impl_->on_state_ = std::move(callback);
}

void Connection::start() {
    impl_->start();
}

void Connection::stop() {
    impl_->stop();
}

void Connection::move_to(const Seed& server) {
    impl_->move_to(server);
}

bool Connection::connected() const noexcept {
    return impl_->link().up();
}

const Options& Connection::options() const noexcept {
    return impl_->link().options();
}

std::size_t Connection::pending() const noexcept {
    return impl_->pending();
}

void Connection::command(std::span<const std::string_view> arguments, OnReply callback) {
    impl_->command(arguments, std::move(callback));
}

void Connection::command(std::initializer_list<std::string_view> arguments, OnReply callback) {
    impl_->command(std::span(arguments.begin(), arguments.size()), std::move(callback));
}

}  // namespace redis
