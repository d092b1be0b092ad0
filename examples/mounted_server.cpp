// A program that has an HTTP server of its own, on an io_context of its own with one thread, and Socket.IO on the
// same port and in the same thread: connections that ask for /socket.io/ are handed over.
//
//   mounted_server [PORT]        3000 when no port is given
//
//   curl http://localhost:3000/               // answered by the program: "0 said so far"
//   const socket = io('http://localhost:3000');
//   socket.emit('say', 'hello');              // everybody gets 'said', and the program counts
//
// What a page and its scripts need comes on connections that browsers keep, and use for either: so the server
// keeps one for one request (Tenure::one_request), and a WebSocket for good.

#include <socketio/socketio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

/// What the program is about. One thread has it all: no locks.
struct Program {
    explicit Program(boost::asio::io_context& context)
        : io(context, {.address = ""}) {}  // No port of the server's own.

    socketio::Server io;
    int said = 0;
};

/// A connection of the program's own HTTP server.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, Program& program)
        : socket_(std::move(socket)), program_(program) {}

    void read_head() {
        http::async_read_header(socket_, buffer_, parser_.emplace(),
                                [self = shared_from_this()](error_code ec, std::size_t) {
                                    if (!ec) self->on_head();
                                });
    }

private:
    void on_head() {
        if (parser_->get().target().starts_with("/socket.io/")) return hand_over();
        http::async_read(socket_, buffer_, *parser_,
                         [self = shared_from_this()](error_code ec, std::size_t) {
                             if (!ec) self->answer();
                         });
    }

    void hand_over() {
        // The head that was read, and what came behind it.
        std::ostringstream read;
        read << parser_->get().base() << boost::beast::make_printable(buffer_.data());
        const auto adoption =
            program_.io.adopt(std::move(socket_), read.str(), socketio::Tenure::one_request);
        if (adoption == socketio::Adoption::taken) return;
        std::cerr << "not handed over: " << to_string(adoption) << '\n';
    }

    void answer() {
        const auto& request = parser_->get();
        const bool is_home = request.target() == "/";
        const auto status = is_home ? http::status::ok : http::status::not_found;
        response_ = http::response<http::string_body>(status, request.version());
        response_.set(http::field::content_type, "text/plain");
        response_.keep_alive(request.keep_alive());
        if (is_home) response_.body() = std::to_string(program_.said) + " said so far\n";
        response_.prepare_payload();
        http::async_write(socket_, response_,
                          [self = shared_from_this()](error_code ec, std::size_t) {
                              if (!ec && self->response_.keep_alive()) self->read_head();
                          });
    }

    tcp::socket socket_;
    Program& program_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
};

void accept(tcp::acceptor& acceptor, Program& program) {
    acceptor.async_accept([&](error_code ec, tcp::socket socket) {
        if (!ec) std::make_shared<Connection>(std::move(socket), program)->read_head();
        accept(acceptor, program);
    });
}

}  // namespace

int main(int argc, char** argv) {
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000);
    boost::asio::io_context context;
    Program program(context);
    program.io.of("/").on("say", [&](socketio::Socket&, const socketio::Args& args) {
        ++program.said;
        program.io.emit("said", args.at(0));
    });
    program.io.on_stopped([&] { context.stop(); });
    program.io.start();

    tcp::acceptor acceptor(context, {tcp::v4(), port});
    accept(acceptor, program);
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](error_code, int) { program.io.stop(); });
    std::cout << "listening on port " << acceptor.local_endpoint().port() << std::endl;
    context.run();
}
