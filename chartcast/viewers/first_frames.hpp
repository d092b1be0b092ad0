#pragma once
// First frames that were encoded already: thousands of viewers who come back at once missed the same, and get
// the same bytes. Lives on shard 0.

#include <socketio/encoded_event.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace chartcast::viewers {

class FirstFrames {
public:
    /// Of one chart; the oldest versions of `since` are asked for least, so all go when they are too many.
    static constexpr std::size_t kept_max = 64;

    template <class Make>
    const socketio::EncodedEvent& get(const std::string& chart, const std::string& key,
                                      Make&& make) {
        auto& frames = charts_[chart];
        const auto found = frames.find(key);
        if (found != frames.end()) return found->second;
        if (frames.size() >= kept_max) frames.clear();
        return frames.emplace(key, make()).first->second;
    }
    /// The chart changed.
    void forget(const std::string& chart) { charts_.erase(chart); }
    void clear() { charts_.clear(); }

private:
    std::map<std::string, std::map<std::string, socketio::EncodedEvent>> charts_;
};

}  // namespace chartcast::viewers
