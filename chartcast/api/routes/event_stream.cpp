#include "api/routes/event_stream.hpp"

#include "api/parameters.hpp"
#include "api/routes/access.hpp"
#include "auth/permission.hpp"
#include <socketio/json.hpp>

#include <algorithm>
#include <utility>

namespace chartcast::api {

EventStream::EventStream(const Services& services, Call call, std::string chart,
                         socketio::HttpStream stream)
    : services_(services),
      call_(std::move(call)),
      chart_(std::move(chart)),
      locale_(locale_of(*call_.request)),
      stream_(std::move(stream)) {}

void EventStream::start(std::string_view seen) {
    sent_ = seen;
    const std::weak_ptr<EventStream> weak = weak_from_this();
    watch_ = services_.charts->watch(chart_, call_.who, [weak] {
        if (const auto self = weak.lock()) self->changed();
    });
    // The stream's owner until its connection ends.
    stream_.on_close([self = shared_from_this()](socketio::HttpEnd) {
        self->services_.at_charts([self] { self->close(); });
    });
    changed();
    tick();
}

void EventStream::changed() {
    if (!open_ || waiting_) return;
    // A reload may have removed the chart, or the right to see it: who asks again hears which.
    const auto settings = services_.charts->settings();
    const auto* chart = find_chart(*settings, chart_);
    const bool may_view = chart && auth::may_view(*settings, call_.who, *chart);
    const auto view =
        may_view ? services_.charts->option(chart_, call_.who, locale_) : std::nullopt;
    if (!view) return finish();
    if (view->etag == sent_) return;
    sent_ = view->etag;
    write("event: option\nid: " + sent_ + "\ndata: " + socketio::to_json(view->option) + "\n\n");
}

void EventStream::write(std::string text) {
    waiting_ = true;
    if (!stream_.write(std::move(text))) return;
    const std::weak_ptr<EventStream> weak = weak_from_this();
    stream_.on_drain([weak, &services = services_] {
        services.at_charts([weak] {
            const auto self = weak.lock();
            if (!self) return;
            self->waiting_ = false;
            self->changed();
        });
    });
}

void EventStream::tick() {
    if (!open_) return;
    if (expired()) return expire();
    auto pause = heartbeat;
    if (const auto at = call_.who.expires_at) {
        pause = std::clamp(std::chrono::milliseconds(*at - services_.now()),
                           std::chrono::milliseconds(1), heartbeat);
    }
    const std::weak_ptr<EventStream> weak = weak_from_this();
    services_.after(pause, [weak] {
        const auto self = weak.lock();
        if (!self || !self->open_) return;
        if (!self->waiting_ && !self->expired()) self->write(":\n\n");
        self->tick();
    });
}

bool EventStream::expired() const {
    return call_.who.expires_at && services_.now() >= *call_.who.expires_at;
}

void EventStream::expire() {
    stream_.write("event: expired\ndata:\n\n");
    finish();
}

void EventStream::finish() {
    stream_.finish();
    close();
}

void EventStream::close() {
    open_ = false;
    watch_.reset();
}

void get_events(const Services& services, const Call& call,
                const std::function<socketio::HttpStream(socketio::HttpResponse)>& open) {
    const auto settings = services.charts->settings();
    const auto* chart = find_chart(*settings, call.id());
    if (!chart) return call.answer(unknown_chart(call.id()));
    if (!auth::may_view(*settings, call.who, *chart)) {
        return call.answer(forbidden(call.who, "see this chart"));
    }
    socketio::HttpResponse head;
    head.headers.add("content-type", "text/event-stream");
    head.headers.add("cache-control", "no-store");
    // nginx collects an answer before it passes it on, unless it is told not to.
    head.headers.add("x-accel-buffering", "no");
    auto stream = open(std::move(head));
    if (!stream.is_open()) return;
    std::make_shared<EventStream>(services, call, chart->id, std::move(stream))
        ->start(call.request->headers.get("last-event-id"));
}

}  // namespace chartcast::api
