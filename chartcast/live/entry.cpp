#include "live/entry.hpp"

namespace chartcast::live {

std::string_view to_string(Operation operation) noexcept {
    switch (operation) {
        case Operation::replace: return "replace";
        case Operation::append: return "append";
        case Operation::upsert: return "upsert";
        case Operation::patch: return "patch";
        case Operation::remove: return "remove";
        case Operation::clear: return "clear";
        case Operation::expire: return "expire";
    }
    return "unknown";
}

std::optional<Operation> operation_of(std::string_view name) noexcept {
    using enum Operation;
    for (const auto operation : {replace, append, upsert, patch, remove, clear}) {
        if (to_string(operation) == name) return operation;
    }
    return std::nullopt;
}

}  // namespace chartcast::live
