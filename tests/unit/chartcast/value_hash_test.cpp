// Hashes that are the same everywhere, and lengths that are about right.
#include "live/value_hash.hpp"

#include "live/state_json.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

TEST(ValueHash, IsTheSameOnEveryMachine) {
    EXPECT_EQ(stable_hash(nullptr), 12638194897137039473ULL);
    EXPECT_EQ(stable_hash(1), stable_hash(1.0));
    EXPECT_EQ(stable_hash(std::uint64_t{1} << 63), stable_hash(0x1p63));
    EXPECT_EQ(stable_hash(-0.0), stable_hash(0));
}

TEST(ValueHash, TellsValuesApart) {
    const std::vector<Value> values = {nullptr,
                                       true,
                                       false,
                                       0,
                                       1,
                                       1.5,
                                       "",
                                       "1",
                                       "n",
                                       Array{},
                                       Array{nullptr},
                                       Array{Array{}},
                                       Object{},
                                       Object{{"a", 1}},
                                       Object{{"a", 2}},
                                       Object{{"b", 1}},
                                       socketio::Binary("1"),
                                       Array{"a", "b"},
                                       Array{"ab"}};
    for (std::size_t a = 0; a < values.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            EXPECT_NE(stable_hash(values[a]), stable_hash(values[b])) << a << ' ' << b;
        }
    }
}

TEST(ValueHash, EstimatesLengths) {
    const Value value = Object{{"name", "text"},
                               {"list", Array{1, -20, 300, true, false, nullptr}},
                               {"inner", Object{{"a", 7.0}}}};
    const auto exact = to_json(value).size();
    EXPECT_GE(json_bytes(value), exact);
    EXPECT_LE(json_bytes(value), exact + 10);
    EXPECT_EQ(json_bytes(INT64_MIN), 20u);
}

}  // namespace
}  // namespace chartcast::live
