#pragma once
// The options of a benchmark program: each is declared with the variable that it sets, whose value is the
// default. One thread.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

class CommandLine {
public:
    explicit CommandLine(std::string purpose) : purpose_(std::move(purpose)) {}

    CommandLine& number(std::string name, std::uint64_t& value, std::string help);
    /// May be there several times.
    CommandLine& numbers(std::string name, std::vector<std::uint64_t>& values, std::string help);
    CommandLine& decimal(std::string name, double& value, std::string help);
    CommandLine& text(std::string name, std::string& value, std::string help);
    CommandLine& flag(std::string name, bool& value, std::string help);
    /// One of these words.
    CommandLine& choice(std::string name, std::string& value, std::vector<std::string> words,
                        std::string help);

    /// Ends the program: with its usage for --help, with status 2 for what it does not understand.
    void parse(int argc, char** argv) const;

private:
    struct Option {
        std::string name;
        bool takes_value;
        std::string help;
        /// False when the text is no value of it.
        std::function<bool(std::string_view)> set;
    };

    void print_usage(std::string_view program) const;
    [[nodiscard]] const Option* find(std::string_view name) const;

    std::string purpose_;
    std::vector<Option> options_;
};

/// Says why on stderr and ends the program with status 2.
[[noreturn]] void refuse(std::string_view why);

}  // namespace bench
