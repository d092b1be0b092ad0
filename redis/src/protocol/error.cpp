// The sentences of errc. Any thread.
#include <redis/error.hpp>

#include <string>

namespace redis {
namespace {

const char* sentence(errc code) noexcept {
    switch (code) {
        case errc::connection_lost:
            return "connection lost; the command may or may not have been executed";
        case errc::queue_full: return "too many commands are waiting for Redis";
        case errc::expired: return "no connection to Redis in time; the command was not sent";
        case errc::stopped: return "the connection was stopped";
        case errc::server_error: return "Redis answered with an error";
        case errc::protocol_error: return "the answer is not the Redis protocol";
        case errc::reply_too_large: return "the reply is larger or nested deeper than allowed";
        case errc::connect_timeout: return "no connection in time";
        case errc::host_not_found: return "the host name was not found";
        case errc::closed_by_server: return "the server closed the connection";
        case errc::peer_silent: return "the server does not answer any more";
        case errc::wrong_password: return "the password or user was refused";
        case errc::password_needed: return "the server needs a password";
        case errc::no_permission: return "the user lacks a permission";
        case errc::database_refused: return "the database was refused";
        case errc::loading: return "the server is still loading its data";
        case errc::too_many_clients: return "the server has too many clients";
        case errc::protected_mode: return "the server is in protected mode";
        case errc::certificate_refused: return "the server's certificate is not trusted";
        case errc::tls_file: return "a certificate or key file cannot be used";
        case errc::too_many_subscriptions: return "too many subscriptions";
        case errc::read_only_replica: return "the server is a read-only replica";
        case errc::cluster_down: return "the Redis Cluster does not serve this at the moment";
        case errc::too_many_redirections:
            return "the nodes of the Redis Cluster do not agree on who serves this";
        case errc::no_sentinel: return "none of the Sentinels answers";
        case errc::unknown_master: return "the Sentinels know no master of this name";
        case errc::url_scheme:
            return "a Redis URL starts with redis://, redis-sentinel:// or redis-cluster:// (with rediss "
                   "for TLS), or with unix://";
        case errc::url_host: return "the Redis URL has no valid host";
        case errc::url_port: return "the port in the Redis URL is not a number from 1 to 65535";
        case errc::url_credentials:
            return "credentials in the Redis URL are written :password@ or user:password@";
        case errc::url_database:
            return "the database in the Redis URL is not a number from 0 to 2147483647";
        case errc::url_escape:
            return "a % in the Redis URL is not followed by two hexadecimal digits";
        case errc::url_parameter:
            return "the Redis URL has a parameter that is unknown or does not fit its scheme";
        case errc::url_master_name:
            return "a Sentinel URL ends in the name of its master: "
                   "redis-sentinel://host:port,host:port/name";
        case errc::url_cluster_database: return "a Redis Cluster has database 0 alone";
    }
    return "unknown Redis error";
}

class Category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "redis"; }
    std::string message(int code) const override { return sentence(static_cast<errc>(code)); }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

bool is_authentication_error(const boost::system::error_code& ec) noexcept {
    return ec == errc::wrong_password || ec == errc::password_needed || ec == errc::no_permission;
}

}  // namespace redis
