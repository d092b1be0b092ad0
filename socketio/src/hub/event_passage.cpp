#include "hub/event_passage.hpp"

#include "hub/socket_state.hpp"

namespace socketio {

void NextEvent::operator()() const {
    passage_->go_on(step_);
}

void NextEvent::refuse(std::string message, Value data) const {
    passage_->refuse(step_, std::move(message), std::move(data));
}

}  // namespace socketio

namespace socketio::hub {

void EventMiddlewares::pass(IncomingEvent event, Ack ack) const {
    std::make_shared<EventPassage>(socket_, list_.entries(), std::move(event), std::move(ack))
        ->run();
}

void EventPassage::run() {
    running_ = true;
    // A middleware may disconnect the socket, and nothing reaches a socket that has left.
    while (*socket_ != nullptr && (*socket_)->receives() && position_ < middlewares_->size()) {
        decision_ = Decision::waiting;
        call_middleware(**socket_);
        if (decision_ != Decision::passed) break;
        ++position_;
    }
    running_ = false;
    if (*socket_ == nullptr || !(*socket_)->receives()) return;
    if (position_ == middlewares_->size()) return (*socket_)->dispatch(event_, ack_);
    if (decision_ == Decision::refused) tell_refused();
}

void EventPassage::call_middleware(SocketState& socket) {
    const auto step = position_;
    // Held here: its name may be changed by the middleware that is told under it.
    const auto name = event_.name;
    const bool returned = socket.hub().guarded(socket.nsp().name(), name, [&] {
        (*middlewares_)[step]->call(socket.facade(), event_, NextEvent(shared_from_this(), step));
    });
    if (!returned) refuse(step, "Internal server error", nullptr);
}

bool EventPassage::decide(std::size_t step, Decision decision) noexcept {
    if (step != position_ || decision_ != Decision::waiting) return false;
    decision_ = decision;
    return true;
}

void EventPassage::go_on(std::size_t step) {
    if (!decide(step, Decision::passed)) return;
    // Inside run() the loop goes on by itself, once the middleware has returned.
    if (running_) return;
    ++position_;
    run();
}

void EventPassage::refuse(std::size_t step, std::string message, Value data) {
    if (!decide(step, Decision::refused)) return;
    message_ = std::move(message);
    data_ = std::move(data);
    if (!running_ && *socket_ != nullptr && (*socket_)->receives()) tell_refused();
}

void EventPassage::tell_refused() {
    (*socket_)->on_event_refused({event_.name, message_, data_});
}

}  // namespace socketio::hub
