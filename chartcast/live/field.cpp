#include "live/field.hpp"

#include <array>

namespace chartcast::live {
namespace {

constexpr std::array names = {"string", "number", "integer", "boolean", "time", "json"};

}  // namespace

std::string_view to_string(FieldType type) noexcept {
    return names.at(static_cast<std::size_t>(type));
}

std::optional<FieldType> field_type_of(std::string_view name) noexcept {
    for (std::size_t at = 0; at < names.size(); ++at) {
        if (names.at(at) == name) return static_cast<FieldType>(at);
    }
    return std::nullopt;
}

}  // namespace chartcast::live
