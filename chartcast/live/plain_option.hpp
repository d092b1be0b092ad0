#pragma once
// What a client gets that knows nothing but setOption. That merges series by id, never removes one and leaves
// each in the place where it came in, which its colour goes by. So each option names all series that any of
// them ever had, each in its place. Lives on one shard.

#include "live/option_template.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace chartcast::live {

class PlainOption {
public:
    /// Series that templates left behind; the oldest is forgotten, and stays on the screens that show it
    /// until they are opened again.
    static constexpr std::size_t absent_max = 64;

    /// `now` is the template from here on.
    void learn(const OptionTemplate& now);

    /// The materialised option, with `data: null` in series that draw from a dataset (ECharts keeps an
    /// earlier `data: []` otherwise), and an empty series for each that is absent, without its name, which the
    /// legend would show. REQUIRES: learn() of this template was the last one.
    [[nodiscard]] socketio::Value option(const OptionTemplate& now, socketio::Array datasets,
                                         std::string_view locale) const;

private:
    static constexpr auto present = std::numeric_limits<std::uint64_t>::max();
    struct Known {
        OptionTemplate::Series series;
        /// The number of the template that did not have it any more; `present` while it is there.
        std::uint64_t left_at;
        [[nodiscard]] bool is_absent() const noexcept { return left_at != present; }
    };

    [[nodiscard]] Known* find(std::string_view id);
    void forget_oldest();

    std::vector<Known> known_;   ///< In the order in which they came.
    std::uint64_t learned_ = 0;  ///< Templates.
};

}  // namespace chartcast::live
