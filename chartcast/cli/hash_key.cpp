#include "cli/hash_key.hpp"

#include "cli/random_text.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace chartcast::cli {

std::string key_hash(std::string_view key) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(key.data(), key.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 is not available");
    }
    std::string text = "sha256:";
    for (unsigned i = 0; i < size; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

int run(const config::HashKeyCommand& command) {
    constexpr std::size_t random_bytes = 24;
    constexpr std::size_t key_characters_min = 16;
    std::string key;
    if (!command.from_stdin) {
        key = "cc_" + random_hex(random_bytes);
    } else if (!std::getline(std::cin, key) || key.empty()) {
        std::fputs("hash-key: standard input holds no key\n", stderr);
        return 2;
    }
    if (key.size() < key_characters_min) {
        std::fputs("hash-key: warning: a short key can be guessed from its hash\n", stderr);
    }
    // A key that was given is known already, and perhaps not for this terminal.
    if (!command.from_stdin) std::fputs(("key:  " + key + "\n").c_str(), stdout);
    std::fputs(("hash: " + key_hash(key) + "\n").c_str(), stdout);
    return 0;
}

}  // namespace chartcast::cli
