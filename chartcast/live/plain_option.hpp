#pragma once
// What a client gets that knows nothing but setOption. That merges series by id and never removes one, so
// each option names all series that any of them ever had. Lives on one shard.

#include "live/option_template.hpp"
#include <socketio/value.hpp>

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
    /// earlier `data: []` otherwise), and an empty series for each that is absent, without its name, which the legend would show. REQUIRES: learn() of
    /// this template was the last one.
    [[nodiscard]] socketio::Value option(const OptionTemplate& now, socketio::Array datasets,
                                         std::string_view locale) const;

private:
    std::vector<OptionTemplate::Series> present_;
    std::vector<OptionTemplate::Series> absent_;
};

}  // namespace chartcast::live
