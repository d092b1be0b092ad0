#include "api/publish_part.hpp"

#include <socketio/json.hpp>

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

Checked<std::vector<PublishPart>> parts(std::string_view text) {
    return parts_of(*socketio::parse_json(text));
}
std::string refusal(std::string_view text) {
    const auto read = parts(text);
    return read ? "accepted" : std::string(read.error().code);
}

TEST(PublishPart, IsADatasetsRowsOrAChartsOption) {
    const auto read = parts(R"([{"dataset":"d","op":"append","rows":[{"a":1}],"if_match":"e:4"},
                                {"dataset":"d","rows":{"a":1}}, {"dataset":"d","op":"clear"},
                                {"chart":"c","option":{}}, {"chart":"c","patch":{"x":null}}])");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 5U);
    EXPECT_EQ((*read)[0].operation, live::Operation::append);
    EXPECT_EQ((*read)[0].if_match, (live::Position{"e", 4}));
    EXPECT_EQ((*read)[1].operation, std::nullopt);
    EXPECT_EQ((*read)[1].rows.size(), 1U);
    EXPECT_EQ((*read)[2].operation, live::Operation::clear);
    EXPECT_TRUE((*read)[3].is_chart);
    EXPECT_FALSE((*read)[3].is_patch);
    EXPECT_TRUE((*read)[4].is_patch);
}

TEST(PublishPart, IsRefusedWithItsPlace) {
    const auto read = parts(R"([{"dataset":"d","rows":[]},{"dataset":"d"}])");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().status, 422U);
    EXPECT_EQ(socketio::to_json(read.error().more), R"({"part":1})");
}

TEST(PublishPart, IsNothingElse) {
    for (const auto* text :
         {"{}", "[]", "[1]", R"([{}])", R"([{"dataset":"d","chart":"c","rows":[]}])",
          R"([{"dataset":1,"rows":[]}])", R"([{"dataset":"d","op":"expire","rows":[]}])",
          R"([{"dataset":"d","rows":"x"}])", R"([{"dataset":"d","rows":[],"if_match":"x"}])",
          R"([{"chart":"c"}])", R"([{"chart":"c","option":{},"patch":{}}])",
          R"([{"chart":"c","option":[]}])"}) {
        EXPECT_EQ(refusal(text), "invalid_part") << text;
    }
    std::string many = "[";
    for (std::size_t at = 0; at <= PublishPart::count_max; ++at)
        many += R"({"dataset":"d","rows":[]},)";
    many.back() = ']';
    EXPECT_EQ(refusal(many), "invalid_part");
}

}  // namespace
}  // namespace chartcast::api
