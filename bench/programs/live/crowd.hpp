#pragma once
// Viewers who all come, and all leave.

#include "live/viewer.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

class Crowd {
public:
    /// Fewer than a server's queue of connections to accept holds.
    static constexpr std::size_t connecting_max = 2'000;

    Crowd(EventLoop& loop, ViewerManners manners) : loop_(loop), manners_(std::move(manners)) {}
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    /// Returns when each has had its first event, of which `on_first` is told. At most `at_once` of
    /// those who come have not had theirs.
    void join(std::size_t viewers, std::size_t at_once,
              const std::function<void(std::string_view)>& on_first);
    /// Everybody closes their connection.
    void leave() { viewers_.clear(); }

    [[nodiscard]] const std::vector<std::unique_ptr<Viewer>>& viewers() const { return viewers_; }
    /// From now on.
    [[nodiscard]] ViewerManners& manners() noexcept { return manners_; }

private:
    EventLoop& loop_;
    ViewerManners manners_;
    std::vector<std::unique_ptr<Viewer>> viewers_;
};

}  // namespace bench
