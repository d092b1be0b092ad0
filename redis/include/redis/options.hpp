#pragma once
// Where a Redis server is, how to log in, and the bounds of a connection to it. Any thread.

#include <redis/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace redis {

class LoadedTls;

/// TLS towards the server. The certificate is verified unless `insecure` says otherwise.
struct TlsOptions {
    bool enabled = false;
    /// PEM file with the trusted authorities; empty: the system's.
    std::string ca_file;
    /// PEM files of our own certificate and key, for servers with `tls-auth-clients yes`.
    std::string certificate_file;
    std::string key_file;
    /// The name that the certificate must bear; empty: the host.
    std::string server_name;
    /// Accepts any certificate: encrypts, but does not say to whom. For tests only.
    bool insecure = false;
    /// What load_tls() has read.
    std::shared_ptr<const LoadedTls> loaded;
};

/// How the Redis is run that a Deployment connects to.
enum class Kind : std::uint8_t {
    single,    ///< One server, at host and port or unix_path.
    sentinel,  ///< The master that the Sentinels at `seeds` name.
    cluster,   ///< A Redis Cluster of which `seeds` are some nodes.
};

struct Seed {
    std::string host;
    std::uint16_t port = 0;
    friend bool operator==(const Seed&, const Seed&) = default;
};

struct Options {
    /// For Deployment; a Connection goes to host and port whatever it says, but with Kind::sentinel refuses
    /// a replica (errc::read_only_replica).
    Kind kind = Kind::single;
    /// Sentinels, or nodes of a Cluster; any that answers will do.
    std::vector<Seed> seeds;
    /// What the Sentinels call the master.
    std::string master_name;
    /// The Sentinels' own, which may differ from the servers'.
    std::string sentinel_user;
    std::string sentinel_password;
    /// Shown by CLIENT LIST (CLIENT SETNAME); without spaces. Empty: none.
    std::string client_name;
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    /// Path of a Unix domain socket; when set, host and port are not used.
    std::string unix_path;
    TlsOptions tls;

    /// ACL user; empty: Redis's user "default" (`requirepass`).
    std::string user;
    std::string password;
    int database = 0;
    /// 2 works with every Redis from 2.8 on. 3 asks with HELLO and falls back to 2 where that is
    /// unknown.
    int resp_version = 2;

    /// Resolving, connecting, TLS and login together. Long enough for a lost SYN to be sent again.
    std::chrono::milliseconds connect_timeout{5'000};
    /// A PING is sent after this much silence, ...
    std::chrono::milliseconds keep_alive_interval{10'000};
    /// ... and the connection given up after this much more: a frozen server or a dead route is
    /// noticed within 15 s. Blocking commands must block for less than the two together.
    std::chrono::milliseconds keep_alive_timeout{5'000};
    /// The wait before a new attempt doubles from min to max, each shortened at random by up to a
    /// half so that many nodes do not come back in step.
    std::chrono::milliseconds reconnect_delay_min{50};
    std::chrono::milliseconds reconnect_delay_max{5'000};

    /// Commands without an answer yet, waiting or sent. A command costs some 200 bytes beside its
    /// text, so this bounds the memory of an outage at about 20 MB.
    std::size_t pending_commands_max = 100'000;
    /// Bytes of the commands that are not handed to the socket yet: some seconds of a busy node.
    std::size_t pending_bytes_max = 32 * 1024 * 1024;
    /// A command that found no connection for this long fails. What is older no longer interests
    /// anybody: browsers have reconnected and fetched the state by then.
    std::chrono::milliseconds pending_age_max{30'000};
    /// One reply with everything in it, and the share of it that one string may have. Protects our
    /// memory from a key that somebody else filled; Redis itself would send up to 512 MB.
    std::size_t reply_bytes_max = 64 * 1024 * 1024;
    /// Names a Subscriber keeps. Rooms may be subscriptions, and clients name rooms.
    std::size_t subscriptions_max = 1'000'000;
};

/// `redis://[user]:password@host:port/db`, `rediss://...` (TLS) or `unix:///path?db=n`, credentials
/// before the path; `redis-sentinel://[user]:password@host:port,host:port/master_name?db=n` with
/// sentinel_user and sentinel_password as parameters; `redis-cluster://[user]:password@host:port,host:port`;
/// both with `rediss-` for TLS. User, password and path may be percent-encoded. Parameters: `db`, and for
/// rediss `ca_file`, `certificate_file`, `key_file`, `server_name`, `insecure=true`. What the URL
/// leaves out keeps its default; Sentinels listen on 26379. Of several hosts the first is Options::host too.
/// The error's message names the part that is wrong and quotes nothing.
[[nodiscard]] Result<Options> parse_url(std::string_view url);

/// The address alone: "127.0.0.1:6379", "[::1]:6379" or "/run/redis.sock"; the seeds, where there are some.
[[nodiscard]] std::string address_of(const Options& options);
[[nodiscard]] std::string address_of(const Seed& server);

/// A URL with `***` in the password's place.
[[nodiscard]] std::string to_string(const Options& options);

/// Reads the certificates now and for all connections made with these options; the system's authorities
/// alone take a tenth of a second, which is too long for a thread that serves others. Does nothing
/// without TLS. A file that cannot be used is reported by each attempt to connect. Without this call each
/// attempt reads them anew.
void load_tls(Options& options);

}  // namespace redis
