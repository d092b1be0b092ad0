#include "support/command_line.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace bench {

namespace {

template <class Number>
bool read(std::string_view text, Number& value) {
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stopped == end && value >= Number{};
}

std::string join(const std::vector<std::string>& words) {
    std::string joined;
    for (const auto& word : words) joined += (joined.empty() ? "" : "|") + word;
    return joined;
}

}  // namespace

CommandLine& CommandLine::number(std::string name, std::uint64_t& value, std::string help) {
    help += " (" + std::to_string(value) + ")";
    options_.push_back({std::move(name), true, std::move(help),
                        [&value](std::string_view text) { return read(text, value); }});
    return *this;
}

CommandLine& CommandLine::numbers(std::string name, std::vector<std::uint64_t>& values,
                                  std::string help) {
    help += "; may be repeated";
    const auto add = [&values](std::string_view text) {
        std::uint64_t value = 0;
        if (!read(text, value)) return false;
        values.push_back(value);
        return true;
    };
    options_.push_back({std::move(name), true, std::move(help), add});
    return *this;
}

CommandLine& CommandLine::decimal(std::string name, double& value, std::string help) {
    options_.push_back({std::move(name), true, std::move(help),
                        [&value](std::string_view text) { return read(text, value); }});
    return *this;
}

CommandLine& CommandLine::text(std::string name, std::string& value, std::string help) {
    const auto set = [&value](std::string_view text) {
        value = text;
        return !value.empty();
    };
    options_.push_back({std::move(name), true, std::move(help), set});
    return *this;
}

CommandLine& CommandLine::flag(std::string name, bool& value, std::string help) {
    options_.push_back({std::move(name), false, std::move(help),
                        [&value](std::string_view) { return value = true; }});
    return *this;
}

CommandLine& CommandLine::choice(std::string name, std::string& value,
                                 std::vector<std::string> words, std::string help) {
    help += " (" + join(words) + ")";
    const auto set = [&value, words = std::move(words)](std::string_view text) {
        value = text;
        return std::find(words.begin(), words.end(), text) != words.end();
    };
    options_.push_back({std::move(name), true, std::move(help), set});
    return *this;
}

void CommandLine::parse(int argc, char** argv) const {
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--help") {
            print_usage(argv[0]);
            std::exit(0);
        }
        const auto* option = find(name);
        if (!option) refuse("unknown option " + name + "; --help lists them");
        std::string_view text;
        if (option->takes_value) {
            if (++i == argc) refuse(name + " needs a value");
            text = argv[i];
        }
        if (!option->set(text)) refuse(name + " cannot be " + std::string(text));
    }
}

void CommandLine::print_usage(std::string_view program) const {
    std::printf("%s\n\nusage: %.*s [OPTION]...\n\n", purpose_.c_str(),
                static_cast<int>(program.size()), program.data());
    for (const auto& option : options_) {
        std::printf("  %-22s %s\n", option.name.c_str(), option.help.c_str());
    }
}

const CommandLine::Option* CommandLine::find(std::string_view name) const {
    const auto found = std::find_if(options_.begin(), options_.end(),
                                    [&](const Option& option) { return option.name == name; });
    return found == options_.end() ? nullptr : &*found;
}

void refuse(std::string_view why) {
    std::fprintf(stderr, "%s: %.*s\n", program_invocation_short_name, static_cast<int>(why.size()),
                 why.data());
    std::exit(2);
}

}  // namespace bench
