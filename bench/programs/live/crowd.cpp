#include "live/crowd.hpp"

#include "support/loopback.hpp"

namespace bench {

void Crowd::join(std::size_t viewers, std::size_t at_once,
                 const std::function<void(std::string_view)>& on_first) {
    std::size_t joined = 0;
    manners_.on_event = [&](const Viewer& viewer, std::string_view event) {
        if (viewer.events() != 1) return;
        ++joined;
        on_first(event);
    };
    viewers_.reserve(viewers);
    const auto room = [&] {
        return viewers_.size() < viewers && viewers_.size() - joined < at_once;
    };
    loop_.until(
        [&] {
            while (room()) {
                // What has come is read between a few, so that the server need not wait for us.
                for (int i = 0; i < 16 && room(); ++i) {
                    viewers_.push_back(std::make_unique<Viewer>(loop_, manners_, viewers_.size()));
                }
                loop_.turn(0);
            }
            return joined == viewers;
        },
        "everybody's first event");
    manners_.on_event = nullptr;
}

}  // namespace bench
