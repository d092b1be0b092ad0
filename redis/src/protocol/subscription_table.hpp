#pragma once
// What a Subscriber wants to hear, and what Redis has confirmed. I/O-free; lives where its
// connection lives. Commands come out of take_output(), replies go into on_reply().
//
// Each command names one subscription, so that each reply, an error too, belongs to the oldest
// command without an answer. Churn is bounded: a name stands at most once in the queue of names to
// send, and what is sent is the difference between what is wanted and what was last sent.

#include <redis/error.hpp>
#include <redis/reply.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace redis {

class SubscriptionTable {
public:
    enum class Kind : std::uint8_t { channel, pattern, shard_channel };

    struct Event {
        enum class Kind : std::uint8_t {
            none,
            message,  ///< channel, pattern, payload; views into the reply.
            refused,  ///< channel is the name, payload Redis's reason; views likewise.
        };
        Kind kind = Kind::none;
        std::string_view channel;
        std::string_view pattern;
        std::string_view payload;
        bool sharded = false;
    };

    explicit SubscriptionTable(std::size_t subscriptions_max)
        : subscriptions_max_(subscriptions_max) {}

    [[nodiscard]] boost::system::error_code subscribe(Kind kind, std::string_view name);
    void unsubscribe(Kind kind, std::string_view name);

    /// A new connection: everything wanted is to be sent again.
    void on_connected();
    void on_disconnected();
    void send_ping() noexcept { ping_due_ = true; }
    /// Sends again what Redis refused.
    void retry_refused();
    [[nodiscard]] bool has_refused() const noexcept { return refused_ > 0; }

    /// Commands to send now, somewhat over `bytes_max` at most.
    [[nodiscard]] std::string take_output(std::size_t bytes_max);
    [[nodiscard]] bool has_output() const noexcept {
        return connected_ && (ping_due_ || !to_send_.empty());
    }
    /// protocol_error when the reply answers nothing that was sent.
    [[nodiscard]] Result<Event> on_reply(const Reply& reply);

    /// Connected, and everything wanted is confirmed.
    [[nodiscard]] bool ready() const noexcept {
        return connected_ && to_send_.empty() && unconfirmed_ == 0 && refused_ == 0;
    }

private:
    struct Entry {
        bool wanted = false;
        bool sent = false;    ///< What Redis was last told.
        bool queued = false;  ///< Stands in to_send_.
        bool refused = false;
        std::uint32_t unconfirmed = 0;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };
    using Names = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
    /// A node of a Names map does not move, and stays while it is queued or unconfirmed.
    struct Operation {
        Kind kind = Kind::channel;
        Names::value_type* node = nullptr;  ///< nullptr: a PING.
        bool subscribe = false;
    };

    [[nodiscard]] Names& names(Kind kind) { return names_[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] std::size_t size() const noexcept;
    void queue(Kind kind, Names::value_type& node);
    void forget_refusal(Entry& entry) noexcept;
    void erase_if_done(Kind kind, Names::value_type& node);
    [[nodiscard]] Result<Event> on_error(const Reply& reply);
    [[nodiscard]] Result<Event> on_confirmation(Kind kind, bool subscribe, std::string_view name);
    [[nodiscard]] Event on_message(Kind kind, const std::vector<Reply>& items);
    [[nodiscard]] Result<Event> on_pong();

    std::size_t subscriptions_max_;
    std::array<Names, 3> names_;
    std::deque<Operation> to_send_;
    std::deque<Operation> sent_;
    std::size_t unconfirmed_ = 0;
    std::size_t refused_ = 0;
    bool connected_ = false;
    bool ping_due_ = false;
};

}  // namespace redis
