#pragma once
// A chart's ECharts option without its data. Immutable; any thread.

#include "live/locale_texts.hpp"
#include <socketio/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chartcast::live {

class OptionTemplate {
public:
    /// `option` is an object; anything else counts as an empty one. Series without an id get one by their
    /// place, because ECharts merges by it.
    OptionTemplate(socketio::Value option, LocaleTexts title);

    /// The template after `option` of the API: a merge patch.
    [[nodiscard]] OptionTemplate patched(const socketio::Value& patch) const;

    /// Names the template: 12 hex digits that depend on nothing but what it holds.
    [[nodiscard]] const std::string& tpl() const noexcept { return tpl_; }
    /// As delta clients get it: with the title in their language, and with `$`-keys, which the SDK
    /// knows. It holds no data.
    [[nodiscard]] socketio::Value option(std::string_view locale) const;
    /// Template and data in one, for setOption on an empty chart. `datasets` are dataset_option()s.
    [[nodiscard]] socketio::Value materialise(socketio::Array datasets,
                                              std::string_view locale) const;

    struct Series {
        std::string id;
        socketio::Value type;
    };
    /// Those that the option draws, in order.
    [[nodiscard]] std::vector<Series> series() const;

private:
    socketio::Value option_;
    LocaleTexts title_;
    std::string tpl_;
};

/// Resolves `$format` where ECharts has a text template for it, and takes out every key that begins with
/// `$`: setOption knows none.
[[nodiscard]] socketio::Value without_dollar_keys(socketio::Value option);

}  // namespace chartcast::live
