// See subscription_table.hpp.
#include "protocol/subscription_table.hpp"

#include "protocol/handshake.hpp"
#include "protocol/resp_writer.hpp"

#include <optional>
#include <utility>

namespace redis {
namespace {

std::string_view command_name(SubscriptionTable::Kind kind, bool subscribe) {
    switch (kind) {
        case SubscriptionTable::Kind::channel: return subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE";
        case SubscriptionTable::Kind::pattern: return subscribe ? "PSUBSCRIBE" : "PUNSUBSCRIBE";
        case SubscriptionTable::Kind::shard_channel: break;
    }
    return subscribe ? "SSUBSCRIBE" : "SUNSUBSCRIBE";
}

struct Confirmation {
    SubscriptionTable::Kind kind;
    bool subscribe;
};

std::optional<Confirmation> confirmation_of(std::string_view word) {
    if (word == "subscribe") {
        return Confirmation{SubscriptionTable::Kind::channel, true};
    }
    if (word == "unsubscribe") {
        return Confirmation{SubscriptionTable::Kind::channel, false};
    }
    if (word == "psubscribe") {
        return Confirmation{SubscriptionTable::Kind::pattern, true};
    }
    if (word == "punsubscribe") {
        return Confirmation{SubscriptionTable::Kind::pattern, false};
    }
    if (word == "ssubscribe") {
        return Confirmation{SubscriptionTable::Kind::shard_channel, true};
    }
    if (word == "sunsubscribe") {
        return Confirmation{SubscriptionTable::Kind::shard_channel, false};
    }
    return std::nullopt;
}

}  // namespace

boost::system::error_code SubscriptionTable::subscribe(Kind kind, std::string_view name) {
    auto found = names(kind).find(name);
    if (found == names(kind).end()) {
        if (size() >= subscriptions_max_) {
            return errc::too_many_subscriptions;
        }
        found = names(kind).emplace(std::string(name), Entry()).first;
    }
    if (!found->second.wanted) {
        found->second.wanted = true;
        queue(kind, *found);
    }
    return {};
}

void SubscriptionTable::unsubscribe(Kind kind, std::string_view name) {
    const auto found = names(kind).find(name);
    if (found == names(kind).end() || !found->second.wanted) {
        return;
    }
    found->second.wanted = false;
    forget_refusal(found->second);
    queue(kind, *found);
    erase_if_done(kind, *found);
}

void SubscriptionTable::queue(Kind kind, Names::value_type& node) {
    if (connected_ && !node.second.queued && node.second.wanted != node.second.sent) {
        node.second.queued = true;
        to_send_.push_back(Operation{kind, &node, false});
    }
}

void SubscriptionTable::on_connected() {
    on_disconnected();
    connected_ = true;
    for (const Kind kind : {Kind::channel, Kind::pattern, Kind::shard_channel}) {
        for (Names::value_type& node : names(kind)) {
            queue(kind, node);
        }
    }
}

void SubscriptionTable::on_disconnected() {
    connected_ = false;
    to_send_.clear();
    sent_.clear();
    unconfirmed_ = 0;
    refused_ = 0;
    ping_due_ = false;
    for (Names& names : names_) {
        std::erase_if(names, [](const Names::value_type& node) { return !node.second.wanted; });
        for (auto& [name, entry] : names) {
            entry = Entry();
            entry.wanted = true;
        }
    }
}

void SubscriptionTable::retry_refused() {
    for (const Kind kind : {Kind::channel, Kind::pattern, Kind::shard_channel}) {
        for (Names::value_type& node : names(kind)) {
            if (node.second.refused) {
                forget_refusal(node.second);
                queue(kind, node);
            }
        }
    }
}

std::string SubscriptionTable::take_output(std::size_t bytes_max) {
    std::string out;
    if (connected_ && ping_due_) {
        ping_due_ = false;
        append_command(out, {"PING"});
        sent_.push_back(Operation());
    }
    while (connected_ && !to_send_.empty() && out.size() < bytes_max) {
        Operation operation = to_send_.front();
        to_send_.pop_front();
        auto& [name, entry] = *operation.node;
        entry.queued = false;
        if (entry.wanted == entry.sent) {
            erase_if_done(operation.kind, *operation.node);
            continue;
        }
        entry.sent = entry.wanted;
        operation.subscribe = entry.wanted;
        append_command(out, {command_name(operation.kind, entry.wanted), name});
        ++entry.unconfirmed;
        ++unconfirmed_;
        sent_.push_back(operation);
    }
    return out;
}

Result<SubscriptionTable::Event> SubscriptionTable::on_reply(const Reply& reply) {
    if (reply.is_error()) {
        return on_error(reply);
    }
    if (reply.kind() == Reply::Kind::simple_string && reply.text() == "PONG") {
        return on_pong();
    }
    const std::vector<Reply>& items = reply.items();
    if (items.empty()) {
        return make_error_code(errc::protocol_error);
    }
    const std::string_view word = items[0].text();
    if (word == "message" && items.size() == 3) {
        return on_message(Kind::channel, items);
    }
    if (word == "pmessage" && items.size() == 4) {
        return on_message(Kind::pattern, items);
    }
    if (word == "smessage" && items.size() == 3) {
        return on_message(Kind::shard_channel, items);
    }
    if (word == "pong") {
        return on_pong();
    }
    const auto confirmation = confirmation_of(word);
    if (confirmation && items.size() == 3) {
        return on_confirmation(confirmation->kind, confirmation->subscribe, items[1].text());
    }
    // RESP3 pushes of other kinds are nobody's concern here.
    if (reply.kind() == Reply::Kind::push) {
        return Event();
    }
    return make_error_code(errc::protocol_error);
}

SubscriptionTable::Event SubscriptionTable::on_message(Kind kind, const std::vector<Reply>& items) {
    const auto found = names(kind).find(items[1].text());
    if (found == names(kind).end() || !found->second.wanted) {
        return {};
    }
    Event event;
    event.kind = Event::Kind::message;
    event.channel = items[items.size() - 2].text();
    event.payload = items.back().text();
    event.sharded = kind == Kind::shard_channel;
    if (kind == Kind::pattern) {
        event.pattern = items[1].text();
    }
    return event;
}

Result<SubscriptionTable::Event> SubscriptionTable::on_pong() {
    if (sent_.empty() || sent_.front().node != nullptr) {
        return make_error_code(errc::protocol_error);
    }
    sent_.pop_front();
    return Event();
}

Result<SubscriptionTable::Event> SubscriptionTable::on_confirmation(Kind kind, bool subscribe,
                                                                    std::string_view name) {
    const bool expected = !sent_.empty() && sent_.front().node != nullptr &&
                          sent_.front().kind == kind && sent_.front().subscribe == subscribe &&
                          sent_.front().node->first == name;
    if (expected) {
        Names::value_type& node = *sent_.front().node;
        sent_.pop_front();
        --node.second.unconfirmed;
        --unconfirmed_;
        erase_if_done(kind, node);
        return Event();
    }
    if (subscribe) {
        return make_error_code(errc::protocol_error);
    }
    // Redis ends shard subscriptions by itself when their slot moves to another server.
    const auto found = names(kind).find(name);
    if (found != names(kind).end() && found->second.unconfirmed == 0) {
        found->second.sent = false;
        queue(kind, *found);
    }
    return Event();
}

Result<SubscriptionTable::Event> SubscriptionTable::on_error(const Reply& reply) {
    if (sent_.empty()) {
        return make_error_code(classify_error(reply));
    }
    const Operation operation = sent_.front();
    sent_.pop_front();
    if (operation.node == nullptr) {
        return Event();
    }
    auto& [name, entry] = *operation.node;
    --entry.unconfirmed;
    --unconfirmed_;
    if (!operation.subscribe || !entry.wanted) {
        erase_if_done(operation.kind, *operation.node);
        return Event();
    }
    // A later command for the same name, still on its way, speaks for itself.
    if (entry.unconfirmed == 0) {
        entry.sent = false;
        entry.refused = true;
        ++refused_;
    }
    Event event;
    event.kind = Event::Kind::refused;
    event.channel = name;
    event.payload = reply.text();
    return event;
}

void SubscriptionTable::forget_refusal(Entry& entry) noexcept {
    if (entry.refused) {
        entry.refused = false;
        --refused_;
    }
}

void SubscriptionTable::erase_if_done(Kind kind, Names::value_type& node) {
    const Entry& entry = node.second;
    if (!entry.wanted && !entry.sent && !entry.queued && entry.unconfirmed == 0) {
        names(kind).erase(names(kind).find(node.first));
    }
}

std::size_t SubscriptionTable::size() const noexcept {
    return names_[0].size() + names_[1].size() + names_[2].size();
}

}  // namespace redis
