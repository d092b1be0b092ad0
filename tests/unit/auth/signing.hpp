#pragma once
// An identity provider's side: keys made by OpenSSL, the key set that shows them, and tokens signed with them,
// well or wrongly.

#include "auth/token/base64url.hpp"
#include <socketio/json.hpp>
#include <socketio/value.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chartcast::auth::test {

using socketio::Array;
using socketio::Object;
using socketio::Value;

using Key = std::shared_ptr<EVP_PKEY>;

inline Key rsa_key(unsigned bits = 2048) {
    return {EVP_RSA_gen(bits), EVP_PKEY_free};
}
inline Key ec_key(const char* curve) {
    return {EVP_EC_gen(curve), EVP_PKEY_free};
}

inline std::string number_of(const Key& key, const char* name, int bytes = 0) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), name, &number) != 1) throw std::runtime_error(name);
    const int size = bytes > 0 ? bytes : BN_num_bytes(number);
    std::string text(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(text.data()), size);
    BN_free(number);
    return to_base64url(text);
}

inline Object rsa_jwk(const Key& key, std::string_view kid) {
    return {{"kty", "RSA"},
            {"kid", kid},
            {"n", number_of(key, OSSL_PKEY_PARAM_RSA_N)},
            {"e", number_of(key, OSSL_PKEY_PARAM_RSA_E)}};
}
inline Object ec_jwk(const Key& key, std::string_view kid, std::string_view curve) {
    const int bytes = curve == "P-256" ? 32 : 48;
    return {{"kty", "EC"},
            {"kid", kid},
            {"crv", curve},
            {"x", number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, bytes)},
            {"y", number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, bytes)}};
}

inline std::string jwks(Array keys) {
    return socketio::to_json(Object{{"keys", std::move(keys)}});
}

inline const EVP_MD* digest_for(std::string_view alg) {
    if (alg.ends_with("512")) return EVP_sha512();
    return alg.ends_with("384") ? EVP_sha384() : EVP_sha256();
}

/// DER to the two numbers side by side that a JWS carries.
inline std::string plain_signature(const std::string& der, int bytes) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* parsed = d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size()));
    std::string plain(static_cast<std::size_t>(2 * bytes), '\0');
    auto* out = reinterpret_cast<unsigned char*>(plain.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(parsed), out, bytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(parsed), out + bytes, bytes);
    ECDSA_SIG_free(parsed);
    return plain;
}

inline std::string sign(std::string_view text, std::string_view alg, const Key& key) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    EVP_PKEY_CTX* options = nullptr;
    EVP_DigestSignInit(context.get(), &options, digest_for(alg), nullptr, key.get());
    if (alg.starts_with("PS")) {
        EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(signature.data());
    if (EVP_DigestSign(context.get(), out, &size, bytes, text.size()) != 1) {
        throw std::runtime_error("cannot sign");
    }
    signature.resize(size);
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC) return signature;
    return plain_signature(signature, EVP_PKEY_get_bits(key.get()) == 256 ? 32 : 48);
}

inline std::string hmac(std::string_view text, std::string_view secret) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    return {reinterpret_cast<const char*>(mac), size};
}

inline std::string public_pem(const Key& key) {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(memory, key.get());
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(memory);
    return pem;
}

/// Both parts, with the dot between them, as they are signed.
inline std::string unsigned_token(const Object& header, const Object& claims) {
    return to_base64url(socketio::to_json(header)) + "." + to_base64url(socketio::to_json(claims));
}

inline std::string jwt(const Object& header, const Object& claims, const Key& key) {
    const auto text = unsigned_token(header, claims);
    return text + "." + to_base64url(sign(text, header.find("alg")->as_string(), key));
}

}  // namespace chartcast::auth::test
