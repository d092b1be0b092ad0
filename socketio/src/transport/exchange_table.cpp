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
    ExchangeReply(Network& network, ExchangeId id) noexcept : network_(network), id_(id) {}

    ~ExchangeReply() override {
        if (once_.first()) answer_exchange(network_, id_, HttpResponse::text(500, "no answer\n"));
    }

    void send(HttpResponse response) override {
        if (once_.first()) answer_exchange(network_, id_, std::move(response));
    }

private:
    Network& network_;
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
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return;
    auto* connection = found->second;
    waiting_.erase(found);
    connection->answer(std::move(response));
}

}  // namespace socketio::transport
