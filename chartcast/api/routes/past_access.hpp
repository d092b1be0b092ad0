#pragma once
// Which rows of the past somebody sees: by the rules of today, whatever they were when the rows came. Any
// thread.

#include "auth/identity.hpp"
#include "config/settings.hpp"
#include "live/row_access.hpp"
#include "live/schema.hpp"

#include <optional>
#include <string>

namespace chartcast::api {

class PastAccess {
public:
    PastAccess(const config::DatasetSettings& today, const auth::Identity& who);

    [[nodiscard]] bool to_all() const noexcept { return !values_; }
    /// Nothing when rows were not divided then by the field that divides them today: what a row belonged to
    /// is not known of those that changed.
    [[nodiscard]] std::optional<live::AccessSet> to(const live::Schema& then) const;

private:
    std::string field_;
    /// Nothing: all rows.
    std::optional<socketio::Array> values_;
};

}  // namespace chartcast::api
