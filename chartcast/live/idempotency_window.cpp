#include "live/idempotency_window.hpp"

#include <utility>

namespace chartcast::live {
namespace {

bool too_old(const RememberedResult& result, std::int64_t ts) noexcept {
    return result.ts < ts - IdempotencyWindow::age_max.count();
}

}  // namespace

const RememberedResult* IdempotencyWindow::find(const std::string& key, std::int64_t ts) const {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    const auto& result = results_[found->second - forgotten_];
    return too_old(result, ts) ? nullptr : &result;
}

void IdempotencyWindow::remember(RememberedResult result) {
    while (!results_.empty() && too_old(results_.front(), result.ts)) forget_oldest();
    if (results_.size() == keys_max) forget_oldest();
    places_[result.key] = forgotten_ + results_.size();
    results_.push_back(std::move(result));
}

void IdempotencyWindow::forget_oldest() {
    const auto found = places_.find(results_.front().key);
    // A key that outlived its first result stands for a younger one.
    if (found->second == forgotten_) places_.erase(found);
    results_.pop_front();
    ++forgotten_;
}

}  // namespace chartcast::live
