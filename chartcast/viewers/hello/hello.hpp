#pragma once
// What a client says of itself when it connects: the auth payload of its CONNECT packet, or the URL's query
// for clients that have none. docs/protocol.md, "Connecting". Any thread.

#include "live/position.hpp"
#include <socketio/handshake.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::viewers {

/// A client that asks for more is no page of a person.
inline constexpr std::size_t charts_max = 64;

/// What a client has already.
struct Since {
    /// Templates by chart.
    std::map<std::string, std::string, std::less<>> tpl;
    /// By dataset.
    std::map<std::string, live::Position, std::less<>> datasets;
    /// By raw chart.
    std::map<std::string, live::Position, std::less<>> raw;

    [[nodiscard]] bool empty() const noexcept { return datasets.empty() && raw.empty(); }
};

struct Hello {
    /// It understands deltas, and names charts itself.
    bool delta = false;
    std::vector<std::string> charts;
    std::optional<double> max_rate;
    /// A language tag; empty when it has no wish.
    std::string locale;
    Since since;
    /// Empty when there is none.
    std::string token;
};

/// Never fails: what is not understood counts as not said.
[[nodiscard]] Hello read_hello(const socketio::Handshake& handshake);

/// `{tpl: {chart: hash}, ds: {id: [epoch, v]}, raw: {chart: [epoch, v]}}`.
[[nodiscard]] Since read_since(const socketio::Value* value);

/// A positive number of frames a second, as a number or as text ("4/s" too).
[[nodiscard]] std::optional<double> read_rate(const socketio::Value* value);

/// [A-Za-z0-9_-]{1,64}
[[nodiscard]] bool is_id(std::string_view text) noexcept;

}  // namespace chartcast::viewers
