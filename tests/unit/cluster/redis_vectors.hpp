#pragma once
// Bytes captured from Node's adapters and emitters: redis_vectors.json.

#include "support/hex.hpp"
#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::test {

struct RedisVector {
    std::string scenario;
    std::string channel;
    std::string bytes;
    /// The message as JSON: binary as {"$bin": hex}, and what JSON cannot say as null.
    Value decoded;
};

inline Value read_vector_file() {
    std::ifstream file(TESTS_FOLDER "/unit/cluster/redis_vectors.json");
    std::ostringstream text;
    text << file.rdbuf();
    Result<Value> parsed = wire::parse_json(text.str(), 100);
    EXPECT_TRUE(parsed.has_value()) << "redis_vectors.json";
    return parsed.value();
}

inline bool begins_with_one_of(std::string_view text,
                               std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return text.starts_with(beginning); });
}

/// Messages published in the scenarios that are called so, of today and of the seed era, on the channels that
/// are called so.
inline std::vector<RedisVector> redis_vectors(std::initializer_list<std::string_view> scenarios,
                                              std::initializer_list<std::string_view> channels) {
    std::vector<RedisVector> vectors;
    const Value root = read_vector_file();
    const Array* lists[] = {
        root.as_object().find("scenarios")->if_array(),
        root.as_object().find("seed_era")->as_object().find("scenarios")->if_array()};
    for (const Array* list : lists) {
        for (const Value& scenario : *list) {
            const std::string& name = scenario.as_object().find("name")->as_string();
            if (!begins_with_one_of(name, scenarios)) continue;
            for (const Value& message : scenario.as_object().find("messages")->as_array()) {
                const Object& fields = message.as_object();
                const Value* channel = fields.find("channel");
                if (channel == nullptr || !begins_with_one_of(channel->as_string(), channels)) {
                    continue;
                }
                vectors.push_back({name, channel->as_string(),
                                   from_hex(fields.find("hex")->as_string()),
                                   *fields.find("decoded")});
            }
        }
    }
    return vectors;
}

/// As RedisVector::decoded writes it.
inline Value as_vector_json(const Value& value) {
    if (const Binary* binary = value.if_binary()) {
        static constexpr char digits[] = "0123456789abcdef";
        std::string hex;
        for (const char byte : binary->view()) {
            hex += digits[static_cast<unsigned char>(byte) >> 4];
            hex += digits[static_cast<unsigned char>(byte) & 15];
        }
        return Object{{"$bin", hex}};
    }
    if (const double* number = value.if_double(); number != nullptr && !(*number - *number == 0)) {
        return nullptr;
    }
    if (const Array* array = value.if_array()) {
        Array out;
        for (const Value& element : *array) out.push_back(as_vector_json(element));
        return out;
    }
    if (const Object* object = value.if_object()) {
        Object out;
        for (const auto& [key, member] : *object) out.append(key, as_vector_json(member));
        return out;
    }
    return value;
}

}  // namespace socketio::test
