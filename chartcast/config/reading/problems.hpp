#pragma once
// Everything that is wrong with a configuration, collected: a person who corrects a file wants to know all
// of it at once. Lives where a configuration is read.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::config {

/// Where something stands. Lines and columns count from 1; line 0 is the file as a whole.
struct Place {
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

class Problems {
public:
    /// More than this helps nobody; further ones are only counted.
    static constexpr std::size_t kept_max = 50;

    /// The number that places use for a file.
    [[nodiscard]] std::uint32_t add_file(std::string name);
    /// `path` says where in the configuration, as in `charts.sales.data[0]`; may be empty.
    void add(Place place, std::string_view path, std::string_view text);

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    /// "crm.yaml:7:3".
    [[nodiscard]] std::string where(Place place) const;
    /// `file:line:column: path: text`, in the order of the files.
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    struct Problem {
        Place place;
        std::string text;
    };
    std::vector<std::string> files_;
    std::vector<Problem> problems_;
    std::size_t count_ = 0;
};

}  // namespace chartcast::config
