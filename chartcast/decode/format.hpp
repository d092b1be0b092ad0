#pragma once
// The formats that rows come in. Any thread.

#include <cstdint>

namespace chartcast::decode {

enum class Format : std::uint8_t { json, ndjson, csv, msgpack };

}  // namespace chartcast::decode
