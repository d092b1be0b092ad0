// The provider's keys: which are taken, which tokens they prove, and the known attacks on both.
#include "auth/key_set.hpp"

#include "unit/auth/signing.hpp"

#include <gtest/gtest.h>

namespace chartcast::auth {
namespace {

using test::Array;
using test::Object;
using Match = KeySet::Match;

const Object claims{{"sub", "anna"}};

struct Keys {
    test::Key rsa = test::rsa_key();
    test::Key other_rsa = test::rsa_key();
    test::Key p256 = test::ec_key("P-256");
    test::Key p384 = test::ec_key("P-384");
};
const Keys& keys() {
    static const Keys made;
    return made;
}

KeySetPtr all_keys() {
    return KeySet::parse(
        test::jwks({test::rsa_jwk(keys().rsa, "r"), test::ec_jwk(keys().p256, "e256", "P-256"),
                    test::ec_jwk(keys().p384, "e384", "P-384")}));
}

KeySetPtr only(const Object& key) {
    return KeySet::parse(test::jwks({key}));
}

Object rsa_with(std::string_view name, socketio::Value value) {
    auto key = test::rsa_jwk(keys().rsa, "r");
    key[name] = std::move(value);
    return key;
}

Match match(const KeySetPtr& set, const std::string& token) {
    const auto jwt = parse_jwt(token);
    EXPECT_TRUE(jwt) << token;
    return jwt ? set->verify(*jwt, token) : Match::bad_signature;
}

std::string rsa_token(std::string_view alg = "RS256") {
    return test::jwt({{"alg", alg}, {"kid", "r"}}, claims, keys().rsa);
}

TEST(KeySet, ProvesEveryAlgorithmThatWeTake) {
    const auto set = all_keys();
    ASSERT_TRUE(set);
    for (const auto* alg : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
        EXPECT_EQ(match(set, rsa_token(alg)), Match::good) << alg;
    }
    EXPECT_EQ(match(set, test::jwt({{"alg", "ES256"}, {"kid", "e256"}}, claims, keys().p256)),
              Match::good);
    EXPECT_EQ(match(set, test::jwt({{"alg", "ES384"}, {"kid", "e384"}}, claims, keys().p384)),
              Match::good);
}

TEST(KeySet, RefusesTheSignatureOfAnotherKeyAndChangedTokens) {
    const auto set = all_keys();
    EXPECT_EQ(match(set, test::jwt({{"alg", "RS256"}, {"kid", "r"}}, claims, keys().other_rsa)),
              Match::bad_signature);
    const auto token = rsa_token();
    const auto first = token.find('.');
    const auto second = token.rfind('.');
    EXPECT_EQ(match(set, token.substr(0, first + 1) + to_base64url(R"({"sub":"admin"})") +
                             token.substr(second)),
              Match::bad_signature);
    const auto signature = *from_base64url(token.substr(second + 1));
    EXPECT_EQ(match(set, token.substr(0, second + 1) + to_base64url(signature.substr(3))),
              Match::bad_signature);
    // A P-384 signature is no P-256 signature, whatever the header says.
    EXPECT_EQ(match(set, test::jwt({{"alg", "ES256"}, {"kid", "e256"}}, claims, keys().p384)),
              Match::bad_signature);
    EXPECT_EQ(match(set, test::unsigned_token({{"alg", "ES256"}, {"kid", "e256"}}, claims) + "." +
                             to_base64url(std::string(64, '\0'))),
              Match::bad_signature);
}

TEST(KeySet, RefusesAnAlgorithmThatTheKeyIsNotFor) {
    const auto set = all_keys();
    const auto with = [](std::string_view alg, std::string_view kid) {
        return test::unsigned_token({{"alg", alg}, {"kid", kid}}, claims) + ".c2ln";
    };
    EXPECT_EQ(match(set, with("ES256", "r")), Match::no_fit);
    EXPECT_EQ(match(set, with("RS256", "e256")), Match::no_fit);
    EXPECT_EQ(match(set, with("ES384", "e256")), Match::no_fit);
    EXPECT_EQ(match(set, with("RS256", "elsewhere")), Match::no_such_kid);
}

TEST(KeySet, NeverTakesThePublicKeyForASecret) {
    const auto pem = test::public_pem(keys().rsa);
    const auto text = test::unsigned_token({{"alg", "HS256"}, {"kid", "r"}}, claims);
    const auto token = text + "." + to_base64url(test::hmac(text, pem));
    EXPECT_FALSE(parse_jwt(token));
    // Nor would the key set, were the header read differently twice.
    const Jwt jwt{Algorithm::rs256, "r", claims};
    EXPECT_EQ(all_keys()->verify(jwt, token), Match::bad_signature);
    const auto none = test::unsigned_token({{"alg", "none"}, {"kid", "r"}}, claims) + ".c2ln";
    EXPECT_EQ(all_keys()->verify(jwt, none), Match::bad_signature);
}

TEST(KeySet, HoldsAKeyToWhatItSaysOfItself) {
    EXPECT_EQ(match(only(rsa_with("alg", "RS256")), rsa_token("RS256")), Match::good);
    EXPECT_EQ(match(only(rsa_with("alg", "RS256")), rsa_token("PS256")), Match::no_fit);
    EXPECT_EQ(match(only(rsa_with("use", "sig")), rsa_token()), Match::good);
    EXPECT_EQ(match(only(rsa_with("key_ops", Array{"verify"})), rsa_token()), Match::good);
    EXPECT_FALSE(only(rsa_with("use", "enc")));
    EXPECT_FALSE(only(rsa_with("key_ops", Array{"encrypt"})));
    EXPECT_FALSE(only(rsa_with("alg", 256)));
}

TEST(KeySet, PassesOverGarbageAmongGoodKeys) {
    auto off_curve = test::ec_jwk(keys().p256, "off", "P-256");
    off_curve["y"] = off_curve.find("x")->as_string();
    const auto set = KeySet::parse(
        test::jwks({nullptr, 5, Object{}, Object{{"kty", "RSA"}, {"kid", "bare"}},
                    Object{{"kty", "oct"}, {"kid", "secret"}, {"k", "c2VjcmV0"}},
                    Object{{"kty", "RSA"}, {"kid", "odd"}, {"n", "!!"}, {"e", 3}}, off_curve,
                    test::rsa_jwk(test::rsa_key(1024), "short"), rsa_with("kid", ""),
                    rsa_with("kid", 7), test::rsa_jwk(keys().rsa, "r")}));
    ASSERT_TRUE(set);
    EXPECT_EQ(set->size(), 1U);
    EXPECT_EQ(match(set, rsa_token()), Match::good);
}

TEST(KeySet, IsNoneWithoutAUsableKey) {
    for (const auto* text : {"", "nonsense", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})",
                             R"({"keys":[{"kty":"RSA"}]})"}) {
        EXPECT_FALSE(KeySet::parse(text)) << text;
    }
}

TEST(KeySet, LooksAtAHundredEntries) {
    Array list(KeySet::keys_max, Object{{"kty", "RSA"}});
    list.back() = test::rsa_jwk(keys().rsa, "r");
    ASSERT_TRUE(KeySet::parse(test::jwks(list)));
    list.insert(list.begin(), Object{{"kty", "RSA"}});
    EXPECT_FALSE(KeySet::parse(test::jwks(list)));
}

}  // namespace
}  // namespace chartcast::auth
