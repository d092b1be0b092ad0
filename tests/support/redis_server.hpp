#pragma once
// A redis-server of a test's own: a free port on 127.0.0.1, its files in a folder that goes with
// it, nothing persisted. Stopped by its pid. REQUIREs a redis-server on PATH.

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include <sys/types.h>

namespace test_support {

/// A folder under the system's temporary one, removed with everything in it.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// What a redis-server is for.
enum class RedisMode : std::uint8_t {
    alone,
    cluster_node,  ///< Of a Cluster that is yet to be made: redis_deployments.hpp.
    sentinel,      ///< Without what `config` says it watches nothing.
};

struct RedisServerOptions {
    RedisMode mode = RedisMode::alone;
    /// requirepass
    std::string password = {};
    /// Lines of an ACL, as in "user app on >secret ~* &* +@all".
    std::vector<std::string> users = {};
    /// Serves TLS, and only TLS, with a certificate for localhost and 127.0.0.1 that ca_file()
    /// signs.
    bool tls = false;
    /// Serves unix_path() too.
    bool unix_socket = false;
    /// Further lines of redis.conf.
    std::vector<std::string> config = {};
};

class RedisServer {
public:
    /// Started, and answering. Throws std::runtime_error with the server's log otherwise.
    explicit RedisServer(RedisServerOptions options = {});
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Where other nodes of its Cluster find it.
    [[nodiscard]] std::uint16_t bus_port() const noexcept { return bus_port_; }
    [[nodiscard]] std::string unix_path() const;
    [[nodiscard]] std::string ca_file() const;
    /// "redis://127.0.0.1:<port>", rediss with TLS, with the password of RedisServerOptions.
    [[nodiscard]] std::string url() const;

    /// As a power failure would: SIGKILL, and gone when this returns.
    void kill();
    /// On the same port again; answering when this returns.
    void start();
    /// SIGSTOP and SIGCONT: a server that accepts but never answers.
    void freeze();
    void thaw();

    /// One command through redis-cli, outside of the code under test; its output without the
    /// newline.
    std::string cli(const std::vector<std::string>& arguments) const;

private:
    void write_config();
    void write_server_config(std::ostream& file) const;
    void make_certificates();
    [[nodiscard]] bool try_start();
    /// Reads the server's log until it serves; false when it ends or is silent for too long.
    [[nodiscard]] bool wait_for_ready(int output);

    RedisServerOptions options_;
    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::uint16_t bus_port_ = 0;
    pid_t pid_ = -1;
    /// What it printed until it served.
    std::string log_;
};

/// A port on 127.0.0.1 that was free a moment ago.
[[nodiscard]] std::uint16_t free_port();

}  // namespace test_support
