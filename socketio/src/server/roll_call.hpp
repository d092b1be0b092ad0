#pragma once
// Which of the servers that were asked something have answered, which are gone and which are still awaited. By
// name, or by number alone where the protocol does not say who answers. A value; no I/O.

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {

class RollCall {
public:
    /// No cluster has more: answers of more are a peer's invention.
    static constexpr std::size_t servers_max = 10'000;

    /// So many were asked; a later call takes the place of an earlier one.
    void expect(std::size_t servers, const std::vector<std::string>& names);
    /// False when that one has answered before, or too many have.
    [[nodiscard]] bool may_answer(std::string_view server) const;
    /// The same; it has answered then.
    [[nodiscard]] bool answer(std::string_view server);
    /// False when it has answered, is known to be gone, or was not asked.
    bool gone(std::string_view server);

    [[nodiscard]] bool has_answered(std::string_view server) const {
        return answered_.find(server) != answered_.end();
    }
    /// How many were asked is known, and nobody of them is awaited.
    [[nodiscard]] bool is_complete() const noexcept {
        return expected_ && answers() + gone_.size() >= *expected_;
    }
    [[nodiscard]] std::size_t expected() const noexcept { return expected_.value_or(answers()); }
    [[nodiscard]] std::size_t answers() const noexcept { return answered_.size() + nameless_; }
    /// Those that are gone; an empty text for each whose name is not known.
    [[nodiscard]] const std::vector<std::string>& gone() const noexcept { return gone_; }
    /// The same and those that are awaited.
    [[nodiscard]] std::vector<std::string> missing() const;

private:
    using Names = std::set<std::string, std::less<>>;

    [[nodiscard]] bool has_all_names() const noexcept {
        return expected_ && names_.size() >= *expected_;
    }

    std::optional<std::size_t> expected_;
    Names names_;  ///< Of those that were asked, as far as they are known.
    Names answered_;
    std::size_t nameless_ = 0;  ///< Answers of servers that did not say who they are.
    std::vector<std::string> gone_;
};

}  // namespace socketio
