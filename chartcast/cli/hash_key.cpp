#include "cli/hash_key.hpp"

#include "auth/authenticator.hpp"
#include "cli/random_text.hpp"

#include <cstdio>
#include <iostream>
#include <string>

namespace chartcast::cli {

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
    std::fputs(("hash: " + auth::hash_key(key) + "\n").c_str(), stdout);
    return 0;
}

}  // namespace chartcast::cli
