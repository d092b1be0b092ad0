#pragma once
// A Lua script that Redis runs as one step. Any thread may own one.

#include <redis/deployment.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace redis {

class Script {
public:
    explicit Script(std::string source);

    /// 40 lower-case hexadecimal digits, as SCRIPT LOAD would answer.
    [[nodiscard]] const std::string& sha1() const noexcept { return sha1_; }

    /// EVALSHA, and EVAL with the source where Redis does not know the script yet (after a
    /// restart). In that case the script runs after commands that were issued since. In a Cluster all keys
    /// have to be of one slot. `redis` must live until the callback.
    void run(Deployment& redis, std::span<const std::string_view> keys,
             std::span<const std::string_view> arguments, OnReply callback = {}) const;

private:
    std::shared_ptr<const std::string> source_;
    std::string sha1_;
};

}  // namespace redis
