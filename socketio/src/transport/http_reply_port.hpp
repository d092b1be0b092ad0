#pragma once
// Behind the handles of a request: HttpReply, HttpBodyControl, HttpStream. They know a number, not the
// connection, which may be gone. Any thread.

#include "socketio/http.hpp"
#include "transport/exchange_table.hpp"
#include "transport/streamed_answer.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace socketio::transport {

class HttpReplyPort {
public:
    virtual ~HttpReplyPort() = default;
    virtual void send(HttpResponse response) = 0;
    [[nodiscard]] virtual HttpStream stream(HttpResponse head) = 0;
};

class HttpBodyPort {
public:
    HttpBodyPort(Network& network, ExchangeId id) noexcept : network_(network), id_(id) {}

    void pause();
    void resume();
    void allow_silence(std::chrono::milliseconds silence_max);

private:
    Network& network_;
    const ExchangeId id_;
};

class HttpStreamPort {
public:
    HttpStreamPort(Network& network, ExchangeId id, std::shared_ptr<StreamLink> link) noexcept
        : network_(network), id_(id), link_(std::move(link)) {}
    HttpStreamPort(const HttpStreamPort&) = delete;
    HttpStreamPort& operator=(const HttpStreamPort&) = delete;
    /// The last handle is gone.
    ~HttpStreamPort();

    [[nodiscard]] bool write(std::string bytes);
    void finish();
    void on_drain(std::function<void()> handler);
    void on_close(std::function<void(HttpEnd)> handler);
    [[nodiscard]] const shard::FlowMeter& meter() const noexcept { return link_->meter; }

private:
    Network& network_;
    const ExchangeId id_;
    std::shared_ptr<StreamLink> link_;
};

/// An answer in pieces to that exchange, or one that has ended unless this is its `first` answer.
[[nodiscard]] HttpStream begin_stream(Network& network, ExchangeId id, HttpResponse head,
                                      bool is_first);

}  // namespace socketio::transport
