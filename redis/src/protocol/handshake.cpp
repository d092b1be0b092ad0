// See handshake.hpp.
#include "protocol/handshake.hpp"

#include "protocol/resp_writer.hpp"
#include "protocol/sentinel_replies.hpp"

#include <string_view>
#include <utility>

namespace redis {
namespace {

/// Whether a server that is older than the command, or was told to hide it, refused it.
bool is_unknown_command(const Reply& reply) {
    return reply.text().find("unknown command") != std::string_view::npos;
}

}  // namespace

errc classify_error(const Reply& reply) noexcept {
    const std::string_view code = reply.error_code();
    const std::string_view text = reply.text();
    if (code == "WRONGPASS" || text.starts_with("ERR invalid password")) {
        return errc::wrong_password;
    }
    if (code == "NOAUTH" || text.starts_with("ERR operation not permitted")) {
        return errc::password_needed;
    }
    if (code == "NOPERM") {
        return errc::no_permission;
    }
    if (code == "LOADING") {
        return errc::loading;
    }
    if (code == "READONLY") {
        return errc::read_only_replica;
    }
    if (code == "CLUSTERDOWN") {
        return errc::cluster_down;
    }
    if (code == "DENIED" || text.find("protected mode") != std::string_view::npos) {
        return errc::protected_mode;
    }
    if (text.starts_with("ERR max number of clients")) {
        return errc::too_many_clients;
    }
    return errc::server_error;
}

Handshake::Handshake(const Options& options) : options_(options) {
    if (options_.resp_version == 3) {
        send_hello();
    } else {
        send_auth();
        send_login();
    }
}

std::string Handshake::take_output() {
    return std::exchange(output_, std::string());
}

void Handshake::send_hello() {
    if (options_.password.empty()) {
        append_command(output_, {"HELLO", "3"});
    } else {
        append_command(output_,
                       {"HELLO", "3", "AUTH", options_.user.empty() ? "default" : options_.user,
                        options_.password});
    }
    sent_.push_back(Sent::hello);
}

void Handshake::send_auth() {
    if (options_.password.empty()) {
        return;
    }
    if (options_.user.empty()) {
        append_command(output_, {"AUTH", options_.password});
    } else {
        append_command(output_, {"AUTH", options_.user, options_.password});
    }
    sent_.push_back(Sent::auth);
}

void Handshake::send_login() {
    if (options_.database != 0) {
        append_command(output_, {"SELECT", std::to_string(options_.database)});
        sent_.push_back(Sent::select);
    }
    if (!options_.client_name.empty()) {
        append_command(output_, {"CLIENT", "SETNAME", options_.client_name});
        sent_.push_back(Sent::set_name);
    }
    if (options_.kind == Kind::sentinel) {
        append_command(output_, {"ROLE"});
        sent_.push_back(Sent::role);
    }
    append_command(output_, {"PING"});
    sent_.push_back(Sent::ping);
}

Handshake::Status Handshake::on_reply(const Reply& reply) {
    if (reply.kind() == Reply::Kind::push) {
        return Status::waiting;
    }
    if (sent_.empty()) {
        // A server may refuse a client before it has read anything.
        return reply.is_error() ? fail(classify_error(reply), std::string(reply.error_code()))
                                : fail(errc::protocol_error, {});
    }
    const Sent sent = sent_.front();
    sent_.pop_front();
    if (reply.is_error()) {
        return on_error(sent, reply);
    }
    if (sent == Sent::role && is_replica_role(reply)) {
        return fail(errc::read_only_replica, {});
    }
    if (sent == Sent::hello) {
        resp_version_ = 3;
        send_login();
    }
    return sent_.empty() ? Status::done : Status::waiting;
}

Handshake::Status Handshake::on_error(Sent sent, const Reply& reply) {
    const std::string code(reply.error_code());
    if (sent == Sent::hello && (code == "NOPROTO" || is_unknown_command(reply))) {
        send_auth();
        send_login();
        return Status::waiting;
    }
    const errc kind = classify_error(reply);
    if (kind == errc::no_permission && sent == Sent::ping) {
        // Logged in; this user just may not PING. Any answer is a sign of life.
        return Status::done;
    }
    const bool dispensable = sent == Sent::set_name || sent == Sent::role;
    if (dispensable && (kind == errc::server_error || kind == errc::no_permission)) {
        return Status::waiting;
    }
    if (kind != errc::server_error) {
        return fail(kind, code);
    }
    switch (sent) {
        case Sent::auth:
        case Sent::hello:
            if (reply.text().find("without any password configured") != std::string_view::npos ||
                reply.text().find("no password is set") != std::string_view::npos) {
                return fail(errc::wrong_password, "the server has no password set");
            }
            return fail(errc::wrong_password,
                        is_unknown_command(reply) ? "AUTH is disabled there"
                        : reply.text().find("wrong number of arguments") != std::string_view::npos
                            ? "it knows no users: Redis 6 or later does"
                            : code);
        case Sent::select: return fail(errc::database_refused, std::string(reply.text()));
        case Sent::set_name:
        case Sent::role:
        case Sent::ping: break;
    }
    return fail(errc::server_error, std::string(reply.text()));
}

Handshake::Status Handshake::fail(errc code, std::string detail) {
    failure_ = Failure{make_error_code(code), std::move(detail)};
    return Status::failed;
}

}  // namespace redis
