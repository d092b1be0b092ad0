// A server whose listeners are what tests are about: TLS, PROXY headers, trusted proxies, unix sockets.
//
//   entrance_fixture [--port P]      listens on 127.0.0.1; without a port on any free one
//
// SIGHUP reads the certificates again. What it serves is written down in tests/conformance/README.md.

#include <socketio/socketio.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using socketio::Ack;
using socketio::Args;
using socketio::HttpReply;
using socketio::HttpRequest;
using socketio::HttpResponse;
using socketio::Object;
using socketio::Socket;

namespace {

struct Settings {
    std::uint16_t port = 0;
    unsigned shards = 1;
    socketio::TlsOptions tls;
    bool only_tls_1_3 = false;
    std::int64_t tls_handshake_timeout_ms = 10'000;
    std::string unix_path;
    bool proxy_protocol = false;
    std::vector<std::string> trusted_proxies;
};

void declare_options(CLI::App& app, Settings& settings) {
    app.add_option("--port", settings.port, "0 takes any free port");
    app.add_option("--shards", settings.shards, "threads; 0 is one for each core");
    app.add_option("--tls-cert", settings.tls.certificate_file, "PEM; the port has TLS then");
    app.add_option("--tls-key", settings.tls.key_file, "PEM");
    app.add_flag("--tls-1-3", settings.only_tls_1_3, "nothing older");
    app.add_option("--tls-handshake-timeout-ms", settings.tls_handshake_timeout_ms);
    app.add_option("--unix", settings.unix_path, "listens on this path, too, without TLS");
    app.add_flag("--proxy-protocol", settings.proxy_protocol, "the port wants PROXY headers");
    app.add_option("--trusted-proxy", settings.trusted_proxies, "may be repeated");
}

socketio::Options server_options(const Settings& settings) {
    socketio::Options options;
    options.address = "127.0.0.1";
    options.port = settings.port;
    options.shards = settings.shards;
    options.tls_handshake_timeout = std::chrono::milliseconds(settings.tls_handshake_timeout_ms);
    options.proxy_protocol = settings.proxy_protocol;
    options.trusted_proxies = settings.trusted_proxies;
    if (!settings.tls.certificate_file.empty()) {
        options.tls = settings.tls;
        if (settings.only_tls_1_3)
            options.tls->version_min = socketio::TlsOptions::Version::tls_1_3;
    }
    if (!settings.unix_path.empty()) {
        auto& further = options.further_addresses.emplace_back();
        further.unix_path = settings.unix_path;
        further.unix_mode = 0600;
    }
    return options;
}

/// Writes one whole line at once: several threads print.
template <class... Parts>
void print_line(const Parts&... parts) {
    std::ostringstream line;
    (line << ... << parts);
    line << '\n';
    std::cout << line.str() << std::flush;
}

Object counters_of(const socketio::Server& io) {
    const auto counters = io.counters();
    return {{"connections", counters.connections},
            {"tlsHandshakes", counters.tls_handshakes},
            {"tlsHandshakesFailed", counters.tls_handshakes_failed},
            {"proxyHeadersRefused", counters.proxy_headers_refused}};
}

void serve_http(socketio::Server& io) {
    io.on_http("GET", "/client", [](const HttpRequest& request, const HttpReply& reply) {
        reply.send(HttpResponse::json(
            200, Object{{"address", request.address}, {"secure", request.secure}}));
    });
    io.on_http("GET", "/counters", [&io](const HttpRequest&, const HttpReply& reply) {
        reply.send(HttpResponse::json(200, counters_of(io)));
    });
    io.on_http("POST", "/echo", [](const HttpRequest& request, const HttpReply& reply) {
        reply.send(HttpResponse::text(200, request.body));
    });
}

void serve_sockets(socketio::Namespace& root) {
    root.on("client", [](Socket& socket, const Args&, const Ack& ack) {
        const auto& handshake = socket.handshake();
        ack.reply(Object{{"address", handshake.address}, {"secure", handshake.secure}});
    });
    root.on("echo", [](Socket&, const Args& args, const Ack& ack) { ack.send(args); });
    root.on("flood", [](Socket& socket, const Args& args) {
        const std::string filling(static_cast<std::size_t>(args.at(1).as_int64()), 'x');
        for (std::int64_t number = 0; number < args.at(0).as_int64(); ++number) {
            socket.emit("drop", number, filling);
        }
    });
}

/// Reading files takes longer than a shard may be held up.
class Reloader {
public:
    explicit Reloader(socketio::Server& io) : io_(io), signals_(own_, SIGHUP) {
        wait();
        thread_ = std::thread([this] { own_.run(); });
    }
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;
    ~Reloader() {
        own_.stop();
        thread_.join();
    }

private:
    void wait() {
        signals_.async_wait([this](boost::system::error_code ec, int) {
            if (ec) return;
            const auto problem = io_.reload_certificates();
            if (problem.empty()) {
                print_line("certificates reloaded");
            } else {
                print_line("certificates refused: ", problem);
            }
            wait();
        });
    }

    socketio::Server& io_;
    boost::asio::io_context own_;
    boost::asio::signal_set signals_;
    std::thread thread_;
};

void run_server(const Settings& settings) {
    socketio::Server io(server_options(settings));
    serve_http(io);
    serve_sockets(io.of("/"));
    io.listen();
    // From inside run(): whoever reads the line may send a signal at once.
    io.post(0, [&io] { print_line("listening on 127.0.0.1:", io.port()); });
    const Reloader reloader(io);
    io.run();
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app("A Socket.IO server for tests of its listeners.", "entrance_fixture");
    declare_options(app, settings);
    CLI11_PARSE(app, argc, argv);
    try {
        run_server(settings);
    } catch (const std::exception& error) {
        std::cerr << "entrance_fixture: " << error.what() << '\n';
        return 1;
    }
}
