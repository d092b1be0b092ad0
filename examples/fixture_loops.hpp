#pragma once
// The ways in which a fixture may run its server, for tests that hold all of them to the same: with threads of its
// own, on an event loop of the program's, or with a front door of the program's that hands connections over.

#include <socketio/socketio.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace fixture {

using boost::asio::ip::tcp;
using boost::system::error_code;
using SetUp = std::function<void(socketio::Server&)>;
/// Told the port when a signal would end the program in order.
using Announce = std::function<void(std::uint16_t port)>;

inline void run_with_threads(const socketio::Options& options, const SetUp& set_up,
                             const Announce& announce) {
    socketio::Server io(options);
    set_up(io);
    io.listen();
    // From inside run(): whoever reads the line may send a signal at once.
    io.post(0, [&] { announce(io.port()); });
    io.run();
}

inline void run_mounted(const socketio::Options& options, const SetUp& set_up,
                        const Announce& announce) {
    boost::asio::io_context context;
    socketio::Server io(context, options);
    set_up(io);
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](error_code, int) { io.stop(); });
    io.start();
    announce(io.port());
    context.run();  // Until the server has stopped: nothing else waits.
}

/// Accepts, reads the first bytes of a connection and hands it over.
class FrontDoor {
public:
    FrontDoor(boost::asio::io_context& context, std::uint16_t port, socketio::Server& io)
        : acceptor_(context, {boost::asio::ip::address_v4::loopback(), port}), io_(io) {
        accept();
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    struct Guest {
        explicit Guest(tcp::socket connected) : socket(std::move(connected)) {}

        tcp::socket socket;
        std::array<char, 512> bytes{};
    };

    void accept() {
        acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
            if (ec) return;
            welcome(std::make_shared<Guest>(std::move(socket)));
            accept();
        });
    }
    void welcome(const std::shared_ptr<Guest>& guest) {
        guest->socket.async_read_some(boost::asio::buffer(guest->bytes),
                                      [this, guest](error_code ec, std::size_t count) {
                                          if (!ec) hand_over(*guest, count);
                                      });
    }
    void hand_over(Guest& guest, std::size_t count) {
        (void)io_.adopt(std::move(guest.socket), std::string(guest.bytes.data(), count));
    }

    tcp::acceptor acceptor_;
    socketio::Server& io_;
};

inline void run_behind_a_door(socketio::Options options, const SetUp& set_up,
                              const Announce& announce) {
    const auto port = std::exchange(options.port, std::uint16_t{0});
    options.address.clear();
    socketio::Server io(options);
    set_up(io);
    boost::asio::io_context context;
    FrontDoor door(context, port, io);
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    // Behind the beginning of run(), however early it is.
    signals.async_wait([&](error_code, int) { io.post(0, [&] { io.stop(); }); });
    std::thread server([&] {
        io.run(false);
        boost::asio::post(context, [&] { context.stop(); });
    });
    announce(door.port());
    context.run();
    server.join();
}

/// `loop` is own, mounted or handed-over.
inline void run(std::string_view loop, const socketio::Options& options, const SetUp& set_up,
                const Announce& announce) {
    if (loop == "mounted") return run_mounted(options, set_up, announce);
    if (loop == "handed-over") return run_behind_a_door(options, set_up, announce);
    run_with_threads(options, set_up, announce);
}

}  // namespace fixture
