#pragma once
// A connection that publishes rows over HTTP: kept alive, one request at a time.

#include "live/event_loop.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

/// Where rows go, and by whose key.
struct Publishing {
    std::uint16_t port = 0;
    std::string key;
    std::string dataset;
    bool memory = false;

    /// The whole request that puts a number into one cell of the row of that number.
    [[nodiscard]] std::string upsert(std::uint64_t row, std::uint64_t amount) const;
};

class HttpPublisher final : public Reader {
public:
    /// The answer's body; any other status than 200 ends the program.
    using OnAnswer = std::function<void(std::string_view body)>;

    HttpPublisher(EventLoop& loop, std::uint16_t port);
    ~HttpPublisher();
    HttpPublisher(const HttpPublisher&) = delete;
    HttpPublisher& operator=(const HttpPublisher&) = delete;

    void send(const std::string& request, OnAnswer on_answer);
    /// Sends it and turns the loop until the answer is there.
    std::string ask(const std::string& request);
    [[nodiscard]] bool waits() const noexcept { return static_cast<bool>(on_answer_); }

    void on_readable() override;

private:
    EventLoop& loop_;
    int socket_;
    std::string answer_;
    OnAnswer on_answer_;
};

/// The text or number behind "NAME": in flat JSON, without quotes; empty when it is not there.
[[nodiscard]] std::string_view member(std::string_view json, std::string_view name);

}  // namespace bench
