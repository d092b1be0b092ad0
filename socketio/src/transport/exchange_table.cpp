#include "transport/exchange_table.hpp"

#include "shard/once.hpp"
#include "transport/http_connection.hpp"
#include "transport/http_reply_port.hpp"
#include "transport/transport_shard.hpp"

#include <utility>

namespace socketio::transport {

namespace {

class ExchangeReply final : public HttpReplyPort {
public:
    ExchangeReply(Network& network, ExchangeId id) noexcept
        : network_(network), lifeline_(network.lifeline()), id_(id) {}

    ~ExchangeReply() override {
        if (!once_.first() || lifeline_.expired()) return;
        answer_exchange(network_, id_, HttpResponse::text(500, "no answer\n"));
    }

    void send(HttpResponse response) override {
        if (!once_.first() || lifeline_.expired()) return;
        answer_exchange(network_, id_, std::move(response));
    }

    HttpStream stream(HttpResponse head) override {
        if (lifeline_.expired()) return {};
        return begin_stream(network_, id_, std::move(head), once_.first());
    }

private:
    Network& network_;
    /// An application's timers may go with the server, replies and all.
    std::weak_ptr<const void> lifeline_;
    const ExchangeId id_;
    shard::Once once_;
};

}  // namespace

void answer_exchange(Network& network, ExchangeId id, HttpResponse response) {
    const auto shard = ExchangeTable::shard_of(id);
    network.shards().on_shard(shard,
                              [&network, shard, id, response = std::move(response)]() mutable {
                                  network[shard].exchanges().answer(id, std::move(response));
                              });
}

HttpReply make_reply(Network& network, ExchangeId id) {
    return HttpReply(std::make_shared<ExchangeReply>(network, id));
}

ExchangeId ExchangeTable::open(HttpConnection& connection) {
    const auto id = next_++;
    waiting_.emplace(id, &connection);
    return id;
}

void ExchangeTable::answer(ExchangeId id, HttpResponse response) {
    auto* connection = waiting(id);
    if (connection == nullptr) return;
    waiting_.erase(id);
    connection->answer(std::move(response));
}

void ExchangeTable::stream(ExchangeId id, const HttpResponse& head,
                           std::unique_ptr<StreamedAnswer> body) {
    auto* connection = waiting(id);
    if (connection == nullptr) return;
    waiting_.erase(id);
    streaming_.emplace(id, connection);
    connection->answer_in_pieces(head, std::move(body));
}

HttpConnection* ExchangeTable::waiting(ExchangeId id) const noexcept {
    const auto found = waiting_.find(id);
    return found == waiting_.end() ? nullptr : found->second;
}

HttpConnection* ExchangeTable::streaming(ExchangeId id) const noexcept {
    const auto found = streaming_.find(id);
    return found == streaming_.end() ? nullptr : found->second;
}

}  // namespace socketio::transport
