#pragma once
// Why a connection attempt or a connection failed, and the sentence that tells an operator.
// I/O-free.

#include <redis/options.hpp>

#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

namespace redis {

struct Failure {
    boost::system::error_code error;
    /// What the other side said about it: an error's first word, a certificate fault. Never the
    /// text of a reply to a command that carried the password: Redis quotes unknown commands in
    /// full.
    std::string detail;
};

/// "Redis at 127.0.0.1:6379 refused the password (WRONGPASS): ...", with what to do about it.
[[nodiscard]] std::string describe(const Options& options, const Failure& failure);
/// Why the servers behind `options` could not be found: no_sentinel, unknown_master or cluster_down.
[[nodiscard]] std::string describe_search(const Options& options, const Failure& failure);
/// A connection goes to another server.
[[nodiscard]] std::string describe_move(const Options& options, const Seed& server);
/// "Redis at 127.0.0.1:6379 is connected (user app, database 2, TLS)."
[[nodiscard]] std::string describe_connected(const Options& options);

}  // namespace redis
