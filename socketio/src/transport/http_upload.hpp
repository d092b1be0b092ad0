#pragma once
// A request's body on its way to the application's reader. Belongs to its connection until the body has
// ended or the request was answered; freed at the end of the turn, since its own call may be on the stack.
// Lives on one shard.

#include "shard/shard.hpp"
#include "socketio/http.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::transport {

class HttpConnection;

class HttpUpload final : public shard::Mortal {
public:
    HttpUpload(HttpConnection& connection, std::string path) noexcept
        : connection_(connection), path_(std::move(path)) {}

    /// Asks the application for a reader. It may answer the request, and so end this.
    void begin(const HttpStreamHandler& handler, const HttpRequest& request);
    void on_data(std::string_view piece);
    void on_end();
    void on_abort(HttpEnd why);

    /// Nobody wants the next piece now.
    [[nodiscard]] bool waits() const noexcept { return paused_ || !reader_; }
    void pause() noexcept { paused_ = true; }
    void resume() noexcept { paused_ = false; }
    /// The reader is being called: whoever calls it goes on with the body, or does not.
    [[nodiscard]] bool in_call() const noexcept { return calling_; }
    /// Whether the connection does not read. Kept here for it.
    bool held = false;
    /// How long nothing may come; zero: as for any request. Kept here for the connection.
    std::chrono::milliseconds silence_max{0};
    /// The peer waits to be asked for the body (Expect: 100-continue). Kept here for the connection.
    bool continue_due = false;

private:
    /// An application's fault fails the request, not the server.
    template <class Call>
    void guarded(Call&& call);

    HttpConnection& connection_;
    std::string path_;
    std::unique_ptr<HttpBodyReader> reader_;
    bool paused_ = false;
    bool calling_ = false;
};

}  // namespace socketio::transport
