#pragma once
// A chart for those who only listen (server-sent events): its option now and after each change. Lives on
// shard 0; what it writes leaves on the shard of its connection. A reader who is slow skips to the newest: the
// next event is made when the last one is with the kernel, so that one is all that waits.

#include "api/routes/call.hpp"
#include "api/routes/services.hpp"
#include <socketio/http_stream.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace chartcast::api {

class EventStream : public std::enable_shared_from_this<EventStream> {
public:
    /// So that proxies keep an idle stream, and a reader who has gone is found.
    static constexpr std::chrono::milliseconds heartbeat{15'000};

    EventStream(const Services& services, Call call, std::string chart,
                socketio::HttpStream stream);

    /// `seen` is the id of the last event that the reader has.
    void start(std::string_view seen);

private:
    void changed();
    void write(std::string text);
    void tick();
    void expire();
    void finish();
    void close();
    [[nodiscard]] bool expired() const;

    const Services& services_;
    Call call_;
    std::string chart_;
    std::string locale_;
    socketio::HttpStream stream_;
    std::shared_ptr<void> watch_;
    /// The id of the last event.
    std::string sent_;
    /// What was written is not with the kernel yet.
    bool waiting_ = false;
    bool open_ = true;
};

/// `GET .../charts/{id}/events`, on shard 0. `open` answers with a stream.
void get_events(const Services& services, const Call& call,
                const std::function<socketio::HttpStream(socketio::HttpResponse)>& open);

}  // namespace chartcast::api
