// Accept-Language, and the lists it is made of.
#include "pages/negotiation.hpp"

#include "pages/language.hpp"

#include <gtest/gtest.h>

namespace chartcast::pages {
namespace {

TEST(Preferences, KeepOrderAndWeights) {
    std::vector<std::pair<std::string, int>> seen;
    for_each_preference("a, b;q=0.5 ,c;x=1;Q=0.125,, d;q=2, e;q=1.000,f;q=0.1234",
                        [&](auto item, int weight) { seen.emplace_back(item, weight); });
    const std::vector<std::pair<std::string, int>> expected = {{"a", 1000}, {"b", 500},  {"c", 125},
                                                               {"d", 0},    {"e", 1000}, {"f", 0}};
    EXPECT_EQ(seen, expected);
}

TEST(Language, IsTheOneThatTheBrowserPrefers) {
    EXPECT_EQ(preferred_language("zh-CN,zh;q=0.9,en;q=0.8"), Language::zh_cn);
    EXPECT_EQ(preferred_language("en-US,en;q=0.9,zh-CN;q=0.8"), Language::en);
    EXPECT_EQ(preferred_language("de, zh-TW;q=0.5, en;q=0.3"), Language::zh_cn);
    EXPECT_EQ(preferred_language("ZH"), Language::zh_cn);
    EXPECT_EQ(preferred_language("zh;q=0, en;q=0.1"), Language::en);
    EXPECT_EQ(preferred_language("de"), Language::en);
    EXPECT_EQ(preferred_language("zha"), Language::en);
    EXPECT_EQ(preferred_language(""), Language::en);
}

}  // namespace
}  // namespace chartcast::pages
