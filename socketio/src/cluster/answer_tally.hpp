#pragma once
// Which servers have answered a question, on a wire on which only servers of our own kind say who they are, and
// what it tells when fewer of them answer another one. Bounded; no I/O; any thread.

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace socketio::cluster {

class AnswerTally {
public:
    using Names = std::set<std::string, std::less<>>;

    /// False when that one has answered before, or more have than a cluster has servers. A name that is none,
    /// empty or over 64 bytes, is one more that is not known by name.
    [[nodiscard]] bool add(std::string_view server);

    [[nodiscard]] std::size_t answered() const noexcept { return names_.size() + unnamed_; }
    [[nodiscard]] const Names& names() const noexcept { return names_; }
    [[nodiscard]] std::size_t unnamed() const noexcept { return unnamed_; }

private:
    Names names_;
    std::size_t unnamed_ = 0;
};

/// How many of `expected` servers neither answered `question` nor say that they are alive, which those in
/// `alive` have said since. Of servers without a name it is taken that those who have answered are alive.
[[nodiscard]] std::size_t silent_servers(std::size_t expected, const AnswerTally& question,
                                         const AnswerTally& alive);

}  // namespace socketio::cluster
