// The promise of socketio/server_side.hpp, and the side of socketio/namespace.hpp that speaks to other servers.

#include "socketio/server_side.hpp"

#include "hub/namespace_port.hpp"
#include "socketio/error.hpp"
#include "socketio/namespace.hpp"

#include <stdexcept>
#include <utility>

namespace socketio {

namespace {

void require_unreserved_server_side(std::string_view event) {
    if (!is_reserved_server_side(event)) return;
    throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
}

void require_answers_end(std::chrono::milliseconds timeout) {
    if (timeout > std::chrono::milliseconds::zero()) return;
    throw std::invalid_argument("the answers of other servers need a timeout");
}

ServerSideEvent make_server_side_event(const Namespace& nsp, std::string_view event, Args args) {
    require_unreserved_server_side(event);
    args.insert(args.begin(), Value(event));
    return {nsp.name(), std::move(args)};
}

}  // namespace

std::string ServerSideAnswers::message() const {
    if (ec != errc::ack_timeout) return ec ? ec.message() : std::string();
    return "timeout reached: only " + std::to_string(values.size()) +
           " responses received out of " + std::to_string(expected);
}

Namespace& Namespace::on_server_side(std::string_view event, ServerSideHandler handler) {
    port_.require_setup_phase(*this);
    require_unreserved_server_side(event);
    setup_->server_side_handlers[std::string(event)].push_back(std::move(handler));
    return *this;
}

void Namespace::send_server_side(std::string_view event, Args args) const {
    port_.server_side_emit(make_server_side_event(*this, event, std::move(args)));
}

void Namespace::server_side_emit_with_ack(std::string_view event, Args args,
                                          std::chrono::milliseconds timeout,
                                          ServerSideAnswersHandler handler) const {
    require_answers_end(timeout);
    port_.server_side_ask(make_server_side_event(*this, event, std::move(args)), timeout,
                          std::move(handler));
}

Awaitable<ServerSideAnswers> Namespace::server_side_emit_with_ack(
    std::string_view event, Args args, std::chrono::milliseconds timeout) const {
    require_answers_end(timeout);
    return Awaitable<ServerSideAnswers>(
        [this, question = make_server_side_event(*this, event, std::move(args)),
         timeout](std::function<void(ServerSideAnswers)> answered) {
            port_.server_side_ask(question, timeout, std::move(answered));
        });
}

}  // namespace socketio
