#include "api/routes/past_access.hpp"

#include "auth/permission.hpp"

namespace chartcast::api {

PastAccess::PastAccess(const config::DatasetSettings& today, const auth::Identity& who)
    : field_(today.definition.row_access), values_(auth::visible_values(today, who)) {}

std::optional<live::AccessSet> PastAccess::to(const live::Schema& then) const {
    if (!values_) return live::AccessSet::all();
    if (then.definition().row_access != field_) return std::nullopt;
    return live::AccessSet::of(then, *values_);
}

}  // namespace chartcast::api
