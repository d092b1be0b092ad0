#pragma once
// Boost.Beast's parser behind a narrow front: Beast takes seconds to compile. One request. Lives on one
// shard.

#include "socketio/error.hpp"
#include "socketio/http.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace socketio::transport {

class RequestParser {
public:
    enum class Fault : std::uint8_t { none, malformed, header_too_large, body_too_large };

    explicit RequestParser(std::size_t header_bytes_max);
    ~RequestParser();

    /// Takes what it can; stops at the end of the header once, at the end of the request and, when the
    /// body comes in pieces, after each of them.
    [[nodiscard]] std::size_t feed(std::string_view bytes);
    [[nodiscard]] Fault fault() const noexcept;
    [[nodiscard]] bool header_done() const noexcept;
    [[nodiscard]] bool done() const noexcept;
    /// Between header and body.
    void set_body_bytes_max(std::size_t bytes);
    /// Between header and body: it is not kept, and there is no bound.
    void read_body_in_pieces();
    /// Of the body, found by the last feed(): a view into its bytes, or nothing.
    [[nodiscard]] std::string_view piece() const noexcept;

    // ---- Once the header is done ---------------------------------------------------------------
    [[nodiscard]] std::string_view method() const;
    [[nodiscard]] std::string_view target() const;
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] bool http_1_0() const;
    /// The peer sends its body when it is asked to (Expect: 100-continue).
    [[nodiscard]] bool expects_continue() const;
    /// Method, target, path, query and headers; the body too when it is done. The parser is used up then.
    [[nodiscard]] HttpRequest take_request();
    /// The same without the body, which goes on.
    [[nodiscard]] HttpRequest copy_head() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace socketio::transport
