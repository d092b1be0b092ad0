// See redis/script.hpp.
#include <redis/script.hpp>

#include <openssl/evp.h>

#include <array>
#include <utility>
#include <vector>

namespace redis {
namespace {

std::string sha1_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

/// EVAL's and EVALSHA's arguments, owned: the first call's may be needed again after its reply.
std::vector<std::string> make_call(std::span<const std::string_view> keys,
                                   std::span<const std::string_view> arguments) {
    std::vector<std::string> call{"EVALSHA", {}, std::to_string(keys.size())};
    call.insert(call.end(), keys.begin(), keys.end());
    call.insert(call.end(), arguments.begin(), arguments.end());
    return call;
}

void send_call(Deployment& redis, const std::string& key, const std::vector<std::string>& call,
               OnReply callback) {
    const std::vector<std::string_view> views(call.begin(), call.end());
    redis.command(key, views, std::move(callback));
}

}  // namespace

Script::Script(std::string source)
    : source_(std::make_shared<const std::string>(std::move(source))), sha1_(sha1_hex(*source_)) {}

void Script::run(Deployment& redis, std::span<const std::string_view> keys,
                 std::span<const std::string_view> arguments, OnReply callback) const {
    std::vector<std::string> call = make_call(keys, arguments);
    call[1] = sha1_;
    const std::string key(keys.empty() ? std::string_view() : keys.front());
    send_call(redis, key, call,
              [&redis, key, call, source = source_, callback = std::move(callback)](
                  boost::system::error_code ec, Reply reply) mutable {
                  if (ec == errc::server_error && reply.error_code() == "NOSCRIPT") {
                      call[0] = "EVAL";
                      call[1] = *source;
                      send_call(redis, key, call, std::move(callback));
                  } else if (callback) {
                      callback(ec, std::move(reply));
                  }
              });
}

}  // namespace redis
