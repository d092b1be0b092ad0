// Embed tokens: what was signed comes back, and nothing else is taken.
#include "auth/token/embed_token.hpp"

#include "unit/auth/signing.hpp"

#include <gtest/gtest.h>

namespace chartcast::auth {
namespace {

using test::Array;
using test::Object;

constexpr std::int64_t made_at = 1'700'000'000'000;
const EmbedRules rules{"a secret of the company", std::chrono::hours(1)};

EmbedClaims some_claims() {
    return {
        "partner page", {"deals", "funnel"}, {{"regions", Array{"EU"}}}, made_at, made_at + 60'000};
}

std::string signed_by_hand(const std::string& json) {
    const auto text = "cc1." + to_base64url(json);
    return text + "." + to_base64url(test::hmac(text, rules.secret));
}

TEST(EmbedToken, ComesBackAsItWasSigned) {
    const auto token = sign_embed_token(some_claims(), rules.secret);
    ASSERT_TRUE(token);
    EXPECT_TRUE(is_embed_token(*token));
    const auto claims = check_embed_token(*token, rules, made_at);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->name, "partner page");
    EXPECT_EQ(claims->charts, (std::vector<std::string>{"deals", "funnel"}));
    EXPECT_EQ(claims->rows, (Object{{"regions", Array{"EU"}}}));
    EXPECT_EQ(claims->expires_at, made_at + 60'000);
}

TEST(EmbedToken, IsRefusedWhenOneCharacterDiffers) {
    const auto token = *sign_embed_token(some_claims(), rules.secret);
    for (std::size_t i = 4; i < token.size(); ++i) {
        auto other = token;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(check_embed_token(other, rules, made_at)) << i;
    }
    EXPECT_EQ(check_embed_token(token, {"another secret", rules.max_ttl}, made_at).error(),
              Refusal::unknown);
}

TEST(EmbedToken, IsNeverTakenWithoutASecret) {
    const auto token = *sign_embed_token(some_claims(), "");
    EXPECT_EQ(check_embed_token(token, {"", rules.max_ttl}, made_at).error(), Refusal::unknown);
}

TEST(EmbedToken, ExpiresWithoutLeeway) {
    const auto token = *sign_embed_token(some_claims(), rules.secret);
    EXPECT_TRUE(check_embed_token(token, rules, made_at + 59'999));
    EXPECT_EQ(check_embed_token(token, rules, made_at + 60'000).error(), Refusal::expired);
    EXPECT_EQ(check_embed_token(token, rules, made_at - 30'001).error(), Refusal::not_yet);
}

TEST(EmbedToken, LivesNoLongerThanTheRulesSayWhoeverSignedIt) {
    auto claims = some_claims();
    claims.expires_at = made_at + 2 * 3'600'000;
    const auto token = *sign_embed_token(claims, rules.secret);
    EXPECT_EQ(check_embed_token(token, rules, made_at).error(), Refusal::malformed);
}

TEST(EmbedToken, CanBeMadeByHand) {
    const auto token = signed_by_hand(R"({"charts":["*"],"iat":1700000000,"exp":1700000060})");
    const auto claims = check_embed_token(token, rules, made_at);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->charts, std::vector<std::string>{"*"});
    EXPECT_TRUE(claims->rows.empty());
}

TEST(EmbedToken, IsRefusedWhenItsClaimsHaveAnotherShape) {
    for (const auto* json :
         {R"([])", R"({"iat":1700000000,"exp":1700000060})",
          R"({"charts":"deals","iat":1700000000,"exp":1700000060})",
          R"({"charts":[1],"iat":1700000000,"exp":1700000060})",
          R"({"charts":[],"exp":1700000060})", R"({"charts":[],"iat":1700000000})",
          R"({"charts":[],"iat":1700000000,"exp":"1700000060"})",
          R"({"charts":[],"iat":1700000000,"exp":1700000060,"rows":[]})",
          R"({"charts":[],"iat":1700000000,"exp":1700000060,"name":1})"}) {
        const auto refused = check_embed_token(signed_by_hand(json), rules, made_at);
        EXPECT_TRUE(refused.has_error() && refused.error() == Refusal::malformed) << json;
    }
    for (const auto* token : {"cc1.", "cc1..", "cc1.x", "cc2.a.b", ""}) {
        EXPECT_FALSE(check_embed_token(token, rules, made_at)) << token;
    }
}

TEST(EmbedToken, IsNotMadeWhenItWouldBeTooLong) {
    auto claims = some_claims();
    claims.rows["regions"] = std::string(9000, 'x');
    EXPECT_EQ(sign_embed_token(claims, rules.secret), std::nullopt);
}

}  // namespace
}  // namespace chartcast::auth
