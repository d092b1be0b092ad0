#include "live/plain_option.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;
using Series = OptionTemplate::Series;

Value empty_series(const Series& one) {
    return Object{{"id", one.id}, {"type", one.type}, {"name", ""}, {"data", Array()}};
}

/// Takes series out of a list by their ids. Nearly always they are asked for in its order, so each is looked for
/// behind the one before.
class Taker {
public:
    explicit Taker(Array& list) noexcept : list_(list) {}

    /// Null when the list has none of that id.
    Value take(std::string_view id) {
        for (std::size_t step = 0; step < list_.size(); ++step) {
            const auto at = (next_ + step) % list_.size();
            const auto* one = list_[at].if_object();
            const auto* its_id = one ? one->find("id") : nullptr;
            if (!its_id || !its_id->if_string() || *its_id->if_string() != id) continue;
            next_ = at + 1;
            return std::exchange(list_[at], nullptr);
        }
        return nullptr;
    }

private:
    Array& list_;
    std::size_t next_ = 0;
};

}  // namespace

void PlainOption::learn(const OptionTemplate& now) {
    ++learned_;
    for (auto& one : known_) {
        if (one.left_at == present) one.left_at = learned_;
    }
    for (auto& series : now.series()) {
        if (auto* one = find(series.id)) {
            *one = {std::move(series), present};
        } else {
            known_.push_back({std::move(series), present});
        }
    }
    // ECharts can make no series without a type; one without was never drawn.
    std::erase_if(known_,
                  [](const Known& one) { return one.is_absent() && !one.series.type.if_string(); });
    forget_oldest();
}

PlainOption::Known* PlainOption::find(std::string_view id) {
    const auto found = std::find_if(known_.begin(), known_.end(),
                                    [id](const Known& one) { return one.series.id == id; });
    return found == known_.end() ? nullptr : &*found;
}

void PlainOption::forget_oldest() {
    const auto left_before = [](const Known& one, const Known& other) {
        return one.left_at < other.left_at;
    };
    auto absent = std::count_if(known_.begin(), known_.end(),
                                [](const Known& one) { return one.is_absent(); });
    for (; absent > static_cast<std::ptrdiff_t>(absent_max); --absent) {
        known_.erase(std::min_element(known_.begin(), known_.end(), left_before));
    }
}

Value PlainOption::option(const OptionTemplate& now, Array datasets,
                          std::string_view locale) const {
    auto option = now.materialise(std::move(datasets), locale);
    if (known_.empty()) return option;
    auto& member = (*option.if_object())["series"];
    if (!member.if_array()) member = Array();
    auto& list = *member.if_array();
    for (auto& value : list) {
        if (auto* one = value.if_object(); one && !one->find("data")) one->append("data", nullptr);
    }
    Array placed;
    placed.reserve(known_.size());
    Taker taker(list);
    for (const auto& one : known_) {
        placed.push_back(one.is_absent() ? empty_series(one.series) : taker.take(one.series.id));
    }
    // Of two with one id ECharts draws what it likes.
    for (auto& rest : list) {
        if (rest.if_object()) placed.push_back(std::move(rest));
    }
    list = std::move(placed);
    return option;
}

}  // namespace chartcast::live
