#pragma once
// Who was refused what, in the log: the one place where a refusal is written down. One for each shard.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace chartcast::auth {

struct Refused {
    /// What was asked for: "view", "publish", "connect".
    std::string_view what;
    /// As describe() calls somebody, or empty: the token proved nothing.
    std::string_view who;
    /// One word: a Refusal's, or "forbidden".
    std::string_view reason;
    /// The chart, dataset or URL, and whatever else helps to find it. Tokens in URLs are blanked.
    std::string_view where;
};

class Audit {
public:
    /// Milliseconds.
    using Clock = std::function<std::int64_t()>;
    using Write = std::function<void(const Refused&, std::uint64_t unsaid)>;

    /// Writes to the program's log.
    explicit Audit(Clock now);
    Audit(Clock now, Write write);

    /// One line a second at most, as `refused`; those that came between are counted in the next one's
    /// `unsaid`. A flood of refusals must not become a flood of lines.
    void refused(const Refused& what);

private:
    Clock now_;
    Write write_;
    std::optional<std::int64_t> written_at_;
    std::uint64_t unsaid_ = 0;
};

}  // namespace chartcast::auth
