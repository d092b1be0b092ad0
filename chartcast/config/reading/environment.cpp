#include "config/reading/environment.hpp"

#include "config/reading/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace chartcast::config {
namespace {

bool is_name(std::string_view text) noexcept {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
           std::ranges::all_of(text, fits);
}

/// `inside` stood between ${ and }.
void add_variable(Substituted& result, std::string_view inside, const Environment& environment) {
    const auto separator = inside.find(":-");
    const std::string name(inside.substr(0, separator));
    if (!is_name(name)) {
        result.error =
            "${...} does not name a variable; write ${NAME} or ${NAME:-default}, and $${ for a "
            "text with ${ in it";
        return;
    }
    result.from_environment = true;
    auto value = environment(name);
    const bool has_default = separator != std::string_view::npos;
    if (has_default && (!value || value->empty())) {
        result.text += inside.substr(separator + 2);
    } else if (!value) {
        result.error = "the environment variable " + name + " is not set; set it, or write ${" +
                       name + ":-default} (and $${ for a text with ${ in it)";
    } else if (!is_plain_utf8(*value)) {
        result.error = "the environment variable " + name + " is not UTF-8 text";
    } else {
        result.text += *value;
    }
}

}  // namespace

Substituted substitute(std::string_view text, const Environment& environment) {
    Substituted result;
    while (!text.empty() && result.error.empty()) {
        const auto dollar = std::min(text.find('$'), text.size());
        result.text += text.substr(0, dollar);
        text.remove_prefix(dollar);
        if (text.starts_with("$$")) {
            result.text += '$';
            text.remove_prefix(2);
        } else if (text.starts_with("${")) {
            const auto end = text.find('}');
            if (end == std::string_view::npos) {
                result.error = "${ without its }; write $${ for a text with ${ in it";
                break;
            }
            add_variable(result, text.substr(2, end - 2), environment);
            text.remove_prefix(end + 1);
        } else if (!text.empty()) {
            result.text += '$';
            text.remove_prefix(1);
        }
    }
    return result;
}

}  // namespace chartcast::config
