#include "auth/audit.hpp"

#include "auth/request_token.hpp"
#include "ops/log.hpp"

#include <string>
#include <utility>

namespace chartcast::auth {
namespace {

constexpr std::int64_t line_interval = 1000;

std::string bounded(std::string_view text) {
    constexpr std::size_t bytes_max = 200;
    return std::string(text.substr(0, bytes_max));
}

void write_line(const Refused& refused, std::uint64_t unsaid) {
    ops::Fields fields = {{"what", bounded(refused.what)},
                          {"who", bounded(refused.who.empty() ? "nobody known" : refused.who)},
                          {"reason", bounded(refused.reason)},
                          {"where", bounded(refused.where)}};
    if (unsaid > 0) fields.emplace_back("unsaid", std::to_string(unsaid));
    ops::log(socketio::LogLevel::warn, "refused", fields);
}

}  // namespace

Audit::Audit(Clock now) : Audit(std::move(now), write_line) {}

Audit::Audit(Clock now, Write write) : now_(std::move(now)), write_(std::move(write)) {}

void Audit::refused(const Refused& what) {
    const auto now = now_();
    // A clock that was set back would else be silent for as long.
    if (written_at_ && now >= *written_at_ && now < *written_at_ + line_interval) {
        ++unsaid_;
        return;
    }
    auto safe = what;
    const auto where = redacted(what.where);
    safe.where = where;
    write_(safe, std::exchange(unsaid_, 0));
    written_at_ = now;
}

}  // namespace chartcast::auth
