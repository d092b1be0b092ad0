// Base64url: the vectors of RFC 4648 without their padding, and one text for one token.
#include "auth/token/base64url.hpp"

#include <gtest/gtest.h>

namespace chartcast::auth {
namespace {

TEST(Base64url, WritesAndReadsTheVectorsOfTheRfc) {
    const std::pair<const char*, const char*> vectors[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfb", "__77"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(to_base64url(bytes), text);
        EXPECT_EQ(from_base64url(text), bytes);
    }
}

TEST(Base64url, RefusesWhatItWouldNotWrite) {
    for (const auto* text : {"Zg==", "Zm9v ", "Zm+v", "Zm/v", "Z", "Zm9vY", "Zh", "Zm9", "Zg\n"}) {
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
    }
}

TEST(Base64url, KeepsEveryByte) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
}

}  // namespace
}  // namespace chartcast::auth
