// Accept-Encoding, Accept-Language and If-None-Match.
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

TEST(AcceptEncoding, TakesOnlyWhatIsNamedAndNotRefused) {
    EXPECT_TRUE(accepts_coding("gzip, deflate, br", "br"));
    EXPECT_TRUE(accepts_coding("GZIP;q=0.2", "gzip"));
    EXPECT_FALSE(accepts_coding("gzip, deflate", "br"));
    EXPECT_FALSE(accepts_coding("br;q=0, gzip", "br"));
    EXPECT_FALSE(accepts_coding("", "gzip"));
    EXPECT_FALSE(accepts_coding("brotli", "br"));
}

TEST(Etag, IsFoundInItsForms) {
    const auto has = [](const char* field) {
        socketio::HttpRequest request;
        request.headers.add("if-none-match", field);
        return has_etag(request, "\"abc\"");
    };
    EXPECT_TRUE(has("\"abc\""));
    EXPECT_TRUE(has("W/\"abc\""));
    EXPECT_TRUE(has("\"x\", \"abc\""));
    EXPECT_TRUE(has("*"));
    EXPECT_FALSE(has("\"abcd\""));
    EXPECT_FALSE(has("abc"));
    EXPECT_FALSE(has_etag({}, "\"abc\""));
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
