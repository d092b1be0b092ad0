#include "socketio/adoption.hpp"

namespace socketio {

std::string_view to_string(Adoption adoption) noexcept {
    switch (adoption) {
        case Adoption::taken: return "taken";
        case Adoption::not_a_socket: return "not a socket";
        case Adoption::bytes_too_long: return "bytes too long";
        case Adoption::too_many: return "too many";
        case Adoption::draining: return "draining";
    }
    return {};
}

}  // namespace socketio
