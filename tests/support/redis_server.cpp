// See redis_server.hpp.
#include "support/redis_server.hpp"

#include "support/child_process.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace test_support {
namespace {

using Clock = std::chrono::steady_clock;

/// Runs a program to its end and returns what it printed; throws when it fails.
std::string run(const std::vector<std::string>& arguments) {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2 failed");
    }
    const pid_t pid = spawn(arguments, pipe[1]);
    close(pipe[1]);
    std::string output;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = read(pipe[0], buffer.data(), buffer.size())) > 0;) {
        output.append(buffer.data(), static_cast<std::size_t>(n));
    }
    close(pipe[0]);
    if (wait_for_end(pid) != 0) {
        throw std::runtime_error(arguments[0] + " failed: " + output);
    }
    return output;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "redis_test_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("cannot make a folder for a test's files: " + name);
    }
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::uint16_t free_port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
    close(fd);
    if (!bound) {
        throw std::runtime_error("no free port on 127.0.0.1");
    }
    return ntohs(address.sin_port);
}

RedisServer::RedisServer(RedisServerOptions options) : options_(std::move(options)) {
    if (options_.tls) {
        make_certificates();
    }
    // Somebody else may take the port between our look and the server's bind.
    for (int attempt = 0; attempt < 5; ++attempt) {
        port_ = free_port();
        bus_port_ = free_port();
        write_config();
        if (try_start()) {
            return;
        }
    }
    throw std::runtime_error("redis-server does not start:\n" + log_);
}

RedisServer::~RedisServer() {
    kill();
}

std::string RedisServer::unix_path() const {
    return (folder_.path() / "redis.sock").string();
}

std::string RedisServer::ca_file() const {
    return (folder_.path() / "ca.pem").string();
}

std::string RedisServer::url() const {
    const std::string login = options_.password.empty() ? "" : ":" + options_.password + "@";
    return (options_.tls ? "rediss://" : "redis://") + login +
           "127.0.0.1:" + std::to_string(port_) + (options_.tls ? "?ca_file=" + ca_file() : "");
}

void RedisServer::write_config() {
    std::ofstream file(folder_.path() / "redis.conf");
    file << "bind 127.0.0.1\ndir " << folder_.path().string() << "\n";
    file << (options_.tls ? "port 0\ntls-port " : "port ") << port_ << "\n";
    if (options_.mode != RedisMode::sentinel) {
        write_server_config(file);
    }
    for (const std::string& line : options_.config) {
        file << line << "\n";
    }
}

void RedisServer::write_server_config(std::ostream& file) const {
    file << "save \"\"\nappendonly no\nmaxclients 200\n";
    if (options_.mode == RedisMode::cluster_node) {
        // A dead master is missed soon; the bus has a port of its own since port + 10000 may not exist.
        file << "cluster-enabled yes\ncluster-config-file nodes.conf\ncluster-node-timeout 1000\n"
                "cluster-replica-validity-factor 0\ncluster-port "
             << bus_port_ << "\n";
    }
    if (options_.tls) {
        file << "tls-auth-clients optional\ntls-ca-cert-file ca.pem\ntls-cert-file server.pem\n"
                "tls-key-file server.key\n";
    }
    if (options_.unix_socket) {
        file << "unixsocket " << unix_path() << "\n";
    }
    if (!options_.password.empty()) {
        file << "requirepass " << options_.password << "\n";
    }
    for (const std::string& line : options_.users) {
        file << line << "\n";
    }
}

void RedisServer::make_certificates() {
    const auto path = [this](const char* name) { return (folder_.path() / name).string(); };
    run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=test authority", "-keyout", path("ca.key"), "-out",
         path("ca.pem")});
    run({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=localhost", "-keyout", path("server.key"), "-out", path("server.csr")});
    std::ofstream(path("names")) << "subjectAltName=DNS:localhost,IP:127.0.0.1\n";
    run({"openssl", "x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey",
         path("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", path("names"), "-out",
         path("server.pem")});
}

bool RedisServer::try_start() {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2 failed");
    }
    std::vector<std::string> command{"redis-server", (folder_.path() / "redis.conf").string()};
    if (options_.mode == RedisMode::sentinel) {
        command.emplace_back("--sentinel");
    }
    pid_ = spawn(command, pipe[1]);
    close(pipe[1]);
    log_.clear();
    const bool ready = wait_for_ready(pipe[0]);
    // From here on Redis logs into the void: it ignores SIGPIPE.
    close(pipe[0]);
    if (!ready) {
        kill();
    }
    return ready;
}

bool RedisServer::wait_for_ready(int output) {
    const Clock::time_point deadline = Clock::now() + std::chrono::seconds(20);
    std::array<char, 4096> buffer{};
    const char* const sign =
        options_.mode == RedisMode::sentinel ? "Sentinel ID is" : "Ready to accept connections";
    while (log_.find(sign) == std::string::npos) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd event{output, POLLIN, 0};
        if (left.count() <= 0 || poll(&event, 1, static_cast<int>(left.count())) <= 0) {
            return false;
        }
        const ssize_t bytes = read(output, buffer.data(), buffer.size());
        if (bytes <= 0) {
            return false;
        }
        log_.append(buffer.data(), static_cast<std::size_t>(bytes));
    }
    return true;
}

void RedisServer::start() {
    if (pid_ < 0 && !try_start()) {
        throw std::runtime_error("redis-server does not start again:\n" + log_);
    }
}

void RedisServer::kill() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        wait_for_end(pid_);
        pid_ = -1;
    }
}

void RedisServer::freeze() {
    ::kill(pid_, SIGSTOP);
}

void RedisServer::thaw() {
    ::kill(pid_, SIGCONT);
}

std::string RedisServer::cli(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command{"redis-cli", "-p", std::to_string(port_), "--no-auth-warning"};
    if (!options_.password.empty()) {
        command.insert(command.end(), {"-a", options_.password});
    }
    if (options_.tls) {
        command.insert(command.end(), {"--tls", "--cacert", ca_file()});
    }
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::string output = run(command);
    while (!output.empty() && output.back() == '\n') {
        output.pop_back();
    }
    return output;
}

}  // namespace test_support
