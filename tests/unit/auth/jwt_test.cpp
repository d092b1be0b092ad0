// JWTs as text: which headers are refused, and when claims are good.
#include "auth/token/jwt.hpp"

#include "unit/auth/signing.hpp"

#include <gtest/gtest.h>

namespace chartcast::auth {
namespace {

using test::Array;
using test::Object;

constexpr std::int64_t at = 1'700'000'000'000;
constexpr std::int64_t issued_s = at / 1000;
const Expectations expected{"chartcast", "https://sso.example"};

std::string token_with(const Object& header) {
    return test::unsigned_token(header, {{"sub", "anna"}}) + ".c2ln";
}

Object good_claims() {
    return {{"aud", "chartcast"}, {"iss", "https://sso.example"}, {"exp", issued_s + 60}};
}

std::optional<Refusal> check_with(std::string_view name, socketio::Value value) {
    auto claims = good_claims();
    claims[name] = std::move(value);
    return check_claims(claims, expected, at);
}

TEST(Jwt, ReadsAlgorithmKeyAndClaims) {
    const auto jwt = parse_jwt(token_with({{"alg", "ES384"}, {"kid", "k1"}, {"typ", "JWT"}}));
    ASSERT_TRUE(jwt);
    EXPECT_EQ(jwt->algorithm, Algorithm::es384);
    EXPECT_EQ(jwt->kid, "k1");
    EXPECT_EQ(jwt->claims, (Object{{"sub", "anna"}}));
}

TEST(Jwt, TakesOnlyAlgorithmsThatNeedThePrivateKey) {
    for (const auto* alg : {"none", "None", "HS256", "HS384", "HS512", "ES512", "ES256K", "RSA1_5",
                            "rs256", "RS256 ", ""}) {
        EXPECT_FALSE(parse_jwt(token_with({{"alg", alg}, {"kid", "k1"}}))) << alg;
    }
    EXPECT_FALSE(parse_jwt(token_with({{"kid", "k1"}})));
    EXPECT_FALSE(parse_jwt(token_with({{"alg", 1}, {"kid", "k1"}})));
}

TEST(Jwt, WantsAKid) {
    EXPECT_FALSE(parse_jwt(token_with({{"alg", "RS256"}})));
    EXPECT_FALSE(parse_jwt(token_with({{"alg", "RS256"}, {"kid", ""}})));
    EXPECT_FALSE(parse_jwt(token_with({{"alg", "RS256"}, {"kid", 1}})));
    EXPECT_FALSE(parse_jwt(token_with({{"alg", "RS256"}, {"kid", std::string(257, 'k')}})));
}

TEST(Jwt, RefusesHeadersThatMeanMoreThanWeUnderstand) {
    for (const auto* name : {"crit", "enc", "zip", "cty"}) {
        EXPECT_FALSE(parse_jwt(token_with({{"alg", "RS256"}, {"kid", "k"}, {name, "x"}}))) << name;
    }
}

TEST(Jwt, RefusesOtherShapes) {
    const auto good = token_with({{"alg", "RS256"}, {"kid", "k1"}});
    ASSERT_TRUE(parse_jwt(good));
    EXPECT_FALSE(parse_jwt(""));
    EXPECT_FALSE(parse_jwt(".."));
    EXPECT_FALSE(parse_jwt(good.substr(0, good.rfind('.'))));
    EXPECT_FALSE(parse_jwt(good.substr(0, good.rfind('.') + 1)));
    EXPECT_FALSE(parse_jwt(good + ".a.b"));
    EXPECT_FALSE(parse_jwt(good + "="));
    EXPECT_FALSE(parse_jwt(good + std::string(token_bytes_max, 'A')));
    EXPECT_FALSE(parse_jwt(to_base64url("[]") + "." + to_base64url("{}") + ".c2ln"));
    EXPECT_FALSE(parse_jwt(to_base64url("{\"alg\":\"RS256\",\"kid\":\"k\"}") + "." +
                           to_base64url("[]") + ".c2ln"));
}

TEST(JwtClaims, AreGoodWhenEverythingFits) {
    EXPECT_EQ(check_claims(good_claims(), expected, at), std::nullopt);
    EXPECT_EQ(check_with("aud", Array{"other", "chartcast"}), std::nullopt);
    EXPECT_EQ(check_with("exp", static_cast<double>(issued_s) + 0.5), std::nullopt);
    EXPECT_EQ(check_with("nbf", issued_s), std::nullopt);
}

TEST(JwtClaims, MustBeForUsAndFromOurIssuer) {
    EXPECT_EQ(check_with("aud", "chartcasts"), Refusal::unknown);
    EXPECT_EQ(check_with("aud", Array{"other", 1}), Refusal::unknown);
    EXPECT_EQ(check_with("aud", nullptr), Refusal::unknown);
    EXPECT_EQ(check_with("iss", "https://sso.example/"), Refusal::unknown);
    EXPECT_EQ(check_with("iss", nullptr), Refusal::unknown);
    auto claims = good_claims();
    claims.erase("iss");
    EXPECT_EQ(check_claims(claims, {"chartcast", ""}, at), std::nullopt);
    EXPECT_EQ(check_claims(claims, {"", ""}, at), Refusal::unknown);
    claims.erase("aud");
    EXPECT_EQ(check_claims(claims, {"chartcast", ""}, at), Refusal::unknown);
}

TEST(JwtClaims, ExpireAfterThirtySecondsOfLeeway) {
    EXPECT_EQ(check_with("exp", issued_s - 29), std::nullopt);
    EXPECT_EQ(check_with("exp", issued_s - 30), Refusal::expired);
    auto claims = good_claims();
    claims.erase("exp");
    EXPECT_EQ(check_claims(claims, expected, at), Refusal::malformed);
    for (const socketio::Value& exp :
         {socketio::Value("soon"), socketio::Value(1e300), socketio::Value(INT64_MAX)}) {
        EXPECT_EQ(check_with("exp", exp), Refusal::malformed);
    }
}

TEST(JwtClaims, BeginAtNbfAndAreNotFromTheFuture) {
    EXPECT_EQ(check_with("nbf", issued_s + 30), std::nullopt);
    EXPECT_EQ(check_with("nbf", issued_s + 31), Refusal::not_yet);
    EXPECT_EQ(check_with("iat", issued_s + 31), Refusal::not_yet);
    EXPECT_EQ(check_with("nbf", "at"), Refusal::malformed);
    EXPECT_EQ(check_with("iat", nullptr), Refusal::malformed);
}

TEST(JwtClaims, AreFoundByNameOrByPath) {
    const Object claims{{"realm_access", Object{{"roles", Array{"sales"}}}},
                        {"https://example.com/roles", "exec"}};
    ASSERT_NE(find_claim(claims, "realm_access.roles"), nullptr);
    EXPECT_EQ(*find_claim(claims, "https://example.com/roles"), socketio::Value("exec"));
    EXPECT_EQ(find_claim(claims, "realm_access.groups"), nullptr);
    EXPECT_EQ(find_claim(claims, "realm_access.roles.0"), nullptr);
}

}  // namespace
}  // namespace chartcast::auth
