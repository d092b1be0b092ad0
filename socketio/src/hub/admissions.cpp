#include "hub/admissions.hpp"

#include "hub/hub.hpp"
#include "hub/socket_state.hpp"
#include "socketio/namespace.hpp"

#include <utility>

namespace socketio {

void Next::operator()() const {
    admissions_->pass();
}

void Next::refuse(std::string message, Value data) const {
    admissions_->refuse({std::move(message), std::move(data)});
}

}  // namespace socketio

namespace socketio::hub {

ConnectAttempt::Progress ConnectAttempt::run() {
    running_ = true;
    for (;;) {
        if (overflowed_) {
            decision_ = Progress::refused;
            refusal_ = {"Too many messages before the connection", nullptr};
        }
        if (decision_ == Progress::refused || position_ == setup_.middlewares.size()) break;
        decision_ = Progress::waiting;
        call_middleware();
        if (abandoned_ || decision_ == Progress::waiting) break;
        ++position_;
    }
    running_ = false;
    if (abandoned_) return Progress::waiting;
    if (position_ == setup_.middlewares.size() && decision_ != Progress::refused) {
        return Progress::passed;
    }
    return decision_;
}

void ConnectAttempt::call_middleware() {
    const auto decision = std::make_shared<Admissions>(*this);
    const bool returned = socket_.hub().guarded(setup_.name, "middleware", [&] {
        setup_.middlewares[position_](socket_.facade(), Next(decision));
    });
    // What went wrong is the application's business, not the client's.
    if (!returned) decision->refuse({"Internal server error", nullptr});
}

void ConnectAttempt::decide(Progress decision, Refusal refusal) {
    decision_ = decision;
    refusal_ = std::move(refusal);
    // Inside run() the loop goes on by itself, once the middleware has returned.
    if (running_) return;
    ++position_;
    // Connecting or refusing destroys this attempt.
    socket_.proceed();
}

void ConnectAttempt::abandon() noexcept {
    abandoned_ = true;
    if (open_decision_ != nullptr) open_decision_->attempt_ = nullptr;
    open_decision_ = nullptr;
}

bool ConnectAttempt::count_held(std::size_t bytes, std::size_t packets, const Options& options) {
    if (overflowed_) return false;
    held_bytes_ += bytes;
    held_packets_ += packets;
    overflowed_ = held_bytes_ > options.send_queue_bytes_max ||
                  held_packets_ > options.send_queue_packets_max;
    if (overflowed_) {
        held_ = {};
        own_events_ = {};
    }
    return !overflowed_;
}

void ConnectAttempt::hold(engine::MessageRef message, const Options& options) {
    if (!count_held(message->bytes(), message->packets(), options)) return;
    held_.push_back(std::move(message));
}

void ConnectAttempt::hold(OwnEvent event, const Options& options) {
    if (!count_held(event.name.size() + bytes_of(event.args), 1, options)) return;
    own_events_.push_back(std::move(event));
}

void ConnectAttempt::restore(Missed missed, bool skip_middlewares) {
    missed_ = std::move(missed);
    if (skip_middlewares) position_ = setup_.middlewares.size();
}

Admissions::Admissions(ConnectAttempt& attempt) noexcept : attempt_(&attempt) {
    attempt.open_decision_ = this;
}

Admissions::~Admissions() {
    refuse({"Connection refused", nullptr});
}

void Admissions::decide(ConnectAttempt::Progress decision, Refusal refusal) {
    auto* attempt = std::exchange(attempt_, nullptr);
    if (attempt == nullptr) return;
    attempt->open_decision_ = nullptr;
    attempt->decide(decision, std::move(refusal));
}

}  // namespace socketio::hub
