#include "client/dialect.hpp"

#include <charconv>
#include <system_error>

namespace bench {

namespace {

Reading read_socketio(std::string_view beginning) {
    if (beginning.starts_with("42")) return {Meaning::delivery, {}};
    if (beginning.starts_with("40")) return {Meaning::joined, {}};
    if (beginning.starts_with('0')) return {Meaning::other, "40"};
    if (beginning == "2") return {Meaning::other, "3"};
    return {};
}

Reading read_centrifuge(std::string_view beginning) {
    if (beginning.starts_with(R"({"push":)")) return {Meaning::delivery, {}};
    if (beginning.starts_with(R"({"id":1,)")) return {Meaning::joined, {}};
    if (beginning == "{}") return {Meaning::other, "{}"};
    return {};
}

constexpr Dialect socketio_dialect{"/socket.io/?EIO=4&transport=websocket", "", read_socketio};
constexpr Dialect centrifuge_dialect{"/connection/websocket", R"({"id":1,"connect":{}})",
                                     read_centrifuge};

}  // namespace

const Dialect* find_dialect(std::string_view name) {
    if (name == "socketio") return &socketio_dialect;
    return name == "centrifuge" ? &centrifuge_dialect : nullptr;
}

std::optional<std::uint64_t> time_of(std::string_view beginning) {
    constexpr std::string_view key = R"("t":)";
    const auto found = beginning.find(key);
    if (found == std::string_view::npos) return std::nullopt;
    std::uint64_t time = 0;
    const auto* end = beginning.data() + beginning.size();
    const auto result = std::from_chars(beginning.data() + found + key.size(), end, time);
    if (result.ec != std::errc()) return std::nullopt;
    return time;
}

}  // namespace bench
