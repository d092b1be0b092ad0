#include "transport/admission_desk.hpp"

#include "transport/http_connection.hpp"
#include "transport/transport_shard.hpp"

#include <utility>

namespace socketio {

void AdmissionReply::allow() const {
    if (port_) port_->decide({.allowed = true});
}

void AdmissionReply::refuse(std::string message) const {
    if (port_) port_->decide({.allowed = false, .message = std::move(message)});
}

}  // namespace socketio

namespace socketio::transport {

AdmissionPort::AdmissionPort(Network& network, ExchangeId exchange)
    : network_(network), lifeline_(network.lifeline()), exchange_(exchange) {}

AdmissionPort::~AdmissionPort() {
    if (!lifeline_.expired()) decide({.fault = "allow_request let go of its reply"});
}

void AdmissionPort::decide(Verdict verdict) {
    if (!once_.first()) return;
    auto& network = network_;
    const auto shard = ExchangeTable::shard_of(exchange_);
    if (network.shards()[shard].is_current() &&
        network[shard].admissions().note(exchange_, verdict)) {
        return;
    }
    // By letter in any case: an application's own timer comes without the shard's clock.
    network.shards().post(shard,
                          [&network, shard, exchange = exchange_, verdict = std::move(verdict)] {
                              network[shard].admissions().decide(exchange, verdict);
                          });
}

AdmissionDesk::AdmissionDesk(TransportShard& home) noexcept : home_(home) {}

AdmissionDesk::~AdmissionDesk() = default;

void AdmissionDesk::ask(const HttpRequest& request, ExchangeId exchange, Decided decided) {
    const auto& handler = home_.options().allow_request;
    if (!handler) return decided({.allowed = true});
    auto& pending =
        *pending_.emplace(exchange, std::make_unique<Pending>(*this, exchange)).first->second;
    (void)home_.shard().hub().guarded(request.path, "allow_request", [&] {
        handler(request,
                AdmissionReply(std::make_shared<AdmissionPort>(home_.network(), exchange)));
    });
    if (pending.verdict) {
        // Only now, when the handler has returned: what follows calls other handlers.
        const auto answered = take(exchange);
        return conclude(decided, *answered->verdict);
    }
    pending.decided = std::move(decided);
    home_.shard().deadlines().arm_after(pending.timeout, home_.options().admission_timeout);
    if (auto* connection = home_.exchanges().waiting(exchange)) {
        connection->on_abort([this, exchange](HttpConnection::Abort) { (void)take(exchange); });
    }
}

bool AdmissionDesk::note(ExchangeId exchange, const Verdict& verdict) {
    const auto found = pending_.find(exchange);
    if (found == pending_.end() || found->second->decided) return false;
    found->second->verdict = verdict;
    return true;
}

void AdmissionDesk::decide(ExchangeId exchange, const Verdict& verdict) {
    const auto pending = take(exchange);
    if (pending) conclude(pending->decided, verdict);
}

void AdmissionDesk::Pending::on_timeout(base::TimePoint) {
    desk.decide(exchange, {.fault = "allow_request took longer than admission_timeout"});
}

void AdmissionDesk::refuse_all() {
    for (const auto& [exchange, pending] : std::exchange(pending_, {})) {
        if (pending->decided) pending->decided({});
    }
}

std::unique_ptr<AdmissionDesk::Pending> AdmissionDesk::take(ExchangeId exchange) {
    const auto found = pending_.find(exchange);
    if (found == pending_.end()) return nullptr;
    auto pending = std::move(found->second);
    pending_.erase(found);
    return pending;
}

void AdmissionDesk::conclude(const Decided& decided, const Verdict& verdict) const {
    if (!verdict.fault.empty()) {
        home_.log().write(LogLevel::warn, "handshake without an answer",
                          [&] { return base::LogFields{{"why", std::string(verdict.fault)}}; });
    }
    decided(verdict);
}

}  // namespace socketio::transport
