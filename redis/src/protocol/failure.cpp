// See failure.hpp.
#include "protocol/failure.hpp"

namespace redis {
namespace {

std::string parenthesised(const std::string& detail) {
    return detail.empty() ? std::string() : " (" + detail + ")";
}

std::string quoted_user(const Options& options) {
    return options.user.empty() ? "the default user" : "user \"" + options.user + "\"";
}

std::string describe_login(const Options& options, const Failure& failure) {
    const std::string detail = parenthesised(failure.detail);
    switch (static_cast<errc>(failure.error.value())) {
        case errc::wrong_password:
            return options.user.empty()
                       ? " refused the password" + detail +
                             ": check the Redis URL against the server's requirepass"
                       : " refused the password of " + quoted_user(options) + detail +
                             ": check the Redis URL against the server's ACL";
        case errc::password_needed:
            return " needs a password" + detail + ": put it into the Redis URL as :password@ or " +
                   "user:password@";
        case errc::no_permission:
            return " does not permit this to " + quoted_user(options) + detail +
                   ": extend the user's ACL";
        case errc::database_refused:
            return " refused database " + std::to_string(options.database) + detail +
                   ": check the number against the server's `databases`";
        default: return " cannot be used: " + failure.error.message() + detail;
    }
}

std::string describe_own(const Options& options, const Failure& failure) {
    const std::string detail = parenthesised(failure.detail);
    switch (static_cast<errc>(failure.error.value())) {
        case errc::loading: return " is still loading its data" + detail + ": waiting for it";
        case errc::too_many_clients:
            return " has no room for another client" + detail + ": raise its maxclients";
        case errc::protected_mode:
            return " is in protected mode" + detail +
                   ": give it a password, or let it listen on this host only";
        case errc::certificate_refused:
            return " showed a certificate that is not trusted" + detail +
                   ": name the authority's file with ca_file, and connect by the "
                   "certificate's name";
        case errc::tls_file:
            return " cannot be reached with these TLS files" + detail +
                   ": check that each exists, is readable and is PEM";
        case errc::connect_timeout:
            return " did not accept a connection and login within " +
                   std::to_string(options.connect_timeout.count()) + " ms" + detail +
                   ": check address, firewall and whether the server is frozen";
        case errc::host_not_found:
            return " was not found" + detail + ": check the host name in the Redis URL";
        case errc::closed_by_server: return " closed the connection" + detail;
        case errc::peer_silent: return " does not answer any more: the connection is given up";
        case errc::protocol_error:
            return " does not speak the Redis protocol" + detail +
                   ": check address and port, and redis:// against rediss://";
        case errc::stopped: return " was disconnected on purpose";
        case errc::read_only_replica:
            return options.kind == Kind::sentinel
                       ? " is a replica now: the Sentinels are asked for the master"
                       : " is a read-only replica: put its master into the Redis URL";
        default: return describe_login(options, failure);
    }
}

/// Faults of the network.
std::string describe_network(const Failure& failure) {
    return " cannot be reached" +
           parenthesised(failure.detail.empty() ? failure.error.message() : failure.detail) +
           ": is it running, and is the address right?";
}

}  // namespace

std::string describe(const Options& options, const Failure& failure) {
    std::string text = "Redis at " + address_of(options);
    return text += failure.error.category() == error_category() ? describe_own(options, failure)
                                                                : describe_network(failure);
}

std::string describe_search(const Options& options, const Failure& failure) {
    const std::string detail = parenthesised(failure.detail);
    if (failure.error == errc::unknown_master) {
        return "The Sentinels at " + address_of(options) + " know no master \"" +
               options.master_name + "\"" + detail +
               ": check the name in the Redis URL against their `sentinel monitor`";
    }
    if (failure.error == errc::no_sentinel) {
        return "None of the Sentinels at " + address_of(options) + " answers" + detail +
               ": are they running, and are the addresses in the Redis URL right?";
    }
    return "None of the nodes of the Redis Cluster at " + address_of(options) +
           " says who serves what" + detail +
           ": is it running, is it a Cluster, and are the addresses in the Redis URL right?";
}

std::string describe_move(const Options& options, const Seed& server) {
    const std::string from = address_of(options);
    const std::string to = address_of(server);
    return from == to ? "Redis at " + from + " is logged in to again"
                      : "Redis at " + from + " is left: " + to + " takes over";
}

std::string describe_connected(const Options& options) {
    std::string text = "Redis at " + address_of(options) + " is connected (" +
                       quoted_user(options) + ", database " + std::to_string(options.database);
    if (options.tls.enabled) {
        text += options.tls.insecure ? ", TLS without verification" : ", TLS";
    }
    return text += ")";
}

}  // namespace redis
