#include "auth/token/refusal.hpp"

namespace chartcast::auth {

std::string_view to_string(Refusal refusal) noexcept {
    switch (refusal) {
        case Refusal::missing: return "missing";
        case Refusal::malformed: return "malformed";
        case Refusal::unknown: return "unknown";
        case Refusal::expired: return "expired";
        case Refusal::not_yet: return "not_yet";
        case Refusal::unavailable: return "unavailable";
    }
    return "unknown";
}

}  // namespace chartcast::auth
