// The bytes of a response body, whoever owns them. Any thread. socketio/http.hpp.

#include "socketio/http.hpp"

namespace socketio {

std::string_view HttpBody::view() const noexcept {
    if (const auto* owned = std::get_if<std::string>(&bytes_)) return *owned;
    if (const auto* shared = std::get_if<Binary>(&bytes_)) return shared->view();
    if (const auto* fixed = std::get_if<std::string_view>(&bytes_)) return *fixed;
    return {};
}

}  // namespace socketio
