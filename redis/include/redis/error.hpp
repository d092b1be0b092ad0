#pragma once
// What can go wrong between us and a Redis server. Any thread. A code says what kind of trouble it
// is; the sentence for an operator, with host, user and advice, is StateChange::text
// (connection.hpp). No text in this library ever contains a password.

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <type_traits>

namespace redis {

enum class errc {
    /// The connection ended after the command was sent: it may or may not have been executed.
    connection_lost = 1,
    /// Options::pending_commands_max or pending_bytes_max is reached; the command was not sent.
    queue_full,
    /// No connection came up within Options::pending_age_max; the command was not sent.
    expired,
    /// stop() was called; a command that was sent may have been executed.
    stopped,
    /// Redis answered with an error; Reply::text() is its message.
    server_error,
    /// Bytes that are no RESP, or a reply that nobody asked for.
    protocol_error,
    /// A reply over Options::reply_bytes_max, or nested deeper than 32.
    reply_too_large,
    /// No connection within Options::connect_timeout.
    connect_timeout,
    /// The host name does not resolve.
    host_not_found,
    /// The server ended the connection, or reset it.
    closed_by_server,
    /// The server has been silent for keep_alive_interval + keep_alive_timeout.
    peer_silent,
    /// WRONGPASS, or an ACL user that does not exist or is off.
    wrong_password,
    /// NOAUTH: the server wants a password and none is configured.
    password_needed,
    /// NOPERM: the ACL user may not do this.
    no_permission,
    /// SELECT was refused.
    database_refused,
    /// The server is reading its data set and serves nobody yet.
    loading,
    /// The server's maxclients is reached.
    too_many_clients,
    /// The server runs in protected mode: no password, and connections from its own host only.
    protected_mode,
    /// The certificate is not trusted or names another host.
    certificate_refused,
    /// A certificate or key file of ours cannot be used.
    tls_file,
    /// Options::subscriptions_max is reached.
    too_many_subscriptions,
    /// READONLY: the server is a replica, not the master.
    read_only_replica,
    /// CLUSTERDOWN, or no node of a Cluster answers: nobody serves the slot, or any.
    cluster_down,
    /// A command was sent from node to node of a Cluster without end: they do not agree on who has the slot.
    too_many_redirections,
    /// None of the Sentinels answers.
    no_sentinel,
    /// The Sentinels know no master of the name Options::master_name.
    unknown_master,

    /// A URL that starts with none of the schemes of parse_url().
    url_scheme,
    /// A URL without host, or with a broken [IPv6] address.
    url_host,
    /// A port that is not 1 to 65535.
    url_port,
    /// Credentials that are neither `:password@` nor `user:password@`.
    url_credentials,
    /// A database that is not a number from 0 to 2147483647.
    url_database,
    /// A % that is not followed by two hexadecimal digits.
    url_escape,
    /// An unknown query parameter, or one that does not fit the scheme.
    url_parameter,
    /// A Sentinel URL without the master's name as its path.
    url_master_name,
    /// A database in a Cluster's URL: a Cluster has database 0 alone.
    url_cluster_database,
};

[[nodiscard]] const boost::system::error_category& error_category() noexcept;
[[nodiscard]] boost::system::error_code make_error_code(errc code) noexcept;

/// True for wrong_password, password_needed and no_permission: trying again helps only after
/// somebody has changed a password or an ACL.
[[nodiscard]] bool is_authentication_error(const boost::system::error_code& ec) noexcept;

template <class T>
using Result = boost::system::result<T>;

}  // namespace redis

template <>
struct boost::system::is_error_code_enum<redis::errc> : std::true_type {};
