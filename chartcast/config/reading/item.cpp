// The single kinds of values that a configuration holds.
#include "config/reading/nearest.hpp"
#include "config/reading/section.hpp"
#include "config/reading/units.hpp"

#include <algorithm>
#include <cctype>

namespace chartcast::config {
namespace {

std::string between(const std::string& least, const std::string& most) {
    return "is not within " + least + " and " + most;
}

bool is_locale(std::string_view tag) noexcept {
    return tag.size() >= 2 && tag.size() <= 35 && std::ranges::all_of(tag, [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
           });
}

}  // namespace

bool is_id(std::string_view text) noexcept {
    constexpr std::size_t id_bytes_max = 64;
    return !text.empty() && text.size() <= id_bytes_max && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

const Item& Item::required() const {
    if (!node_ && !told_) complain("is missing");
    return *this;
}

std::optional<std::string> Item::scalar(std::string_view wanted) const {
    if (!node_) return std::nullopt;
    if (node_->kind == Node::Kind::scalar) return node_->text;
    const auto found = node_->kind == Node::Kind::null   ? "has no value"
                       : node_->kind == Node::Kind::list ? "is a list"
                                                         : "is a map";
    complain(std::string(found) + "; give " + std::string(wanted));
    return std::nullopt;
}

void Item::text(std::string& out) const {
    auto found = scalar("a text");
    if (!found) return;
    if (found->empty()) return complain("is empty; give a text");
    out = *std::move(found);
}

void Item::id(std::string& out) const {
    const auto found = scalar("an id");
    if (!found) return;
    if (!is_id(*found)) {
        return complain(shown() + " is no id; ids are 1 to 64 letters, digits, _ and -");
    }
    out = *found;
}

void Item::flag(bool& out) const {
    const auto found = scalar("true or false");
    if (!found) return;
    if (*found != "true" && *found != "false") {
        return complain(shown() + " is neither true nor false");
    }
    out = *found == "true";
}

void Item::duration(milliseconds& out, milliseconds least, milliseconds most) const {
    const auto found = scalar("a duration, as in 10s");
    if (!found) return;
    const auto parsed = parse_duration(*found);
    if (!parsed) {
        return complain(shown() +
                        " is no duration; give a whole number with ms, s, m, h or d, as in 200ms");
    }
    if (*parsed < least || *parsed > most) {
        return complain(shown() + " " + between(duration_text(least), duration_text(most)));
    }
    out = *parsed;
}

void Item::rate(double& out, double most) const {
    const auto found = scalar("a rate, as in 2/s");
    if (!found) return;
    if (*found == "none") {
        out = 0;
        return;
    }
    const auto parsed = parse_rate(*found);
    if (!parsed || *parsed <= 0) {
        return complain(shown() +
                        " is no rate; give a number and /s, /m or /h, as in 2/s, or none");
    }
    if (*parsed > most) {
        return complain(shown() + " is more than " +
                        std::to_string(static_cast<std::int64_t>(most)) + "/s");
    }
    out = *parsed;
}

std::optional<std::int64_t> Item::whole_within(std::int64_t least, std::int64_t most) const {
    const auto found = scalar("a whole number");
    if (!found) return std::nullopt;
    const auto number = parse_whole(*found);
    if (number && *number >= least && *number <= most) return number;
    complain(number ? shown() + " " + between(std::to_string(least), std::to_string(most))
                    : shown() + " is no whole number");
    return std::nullopt;
}

std::optional<std::uint64_t> Item::size_within(std::uint64_t least, std::uint64_t most) const {
    const auto found = scalar("a size, as in 1MiB");
    if (!found) return std::nullopt;
    const auto bytes = parse_size(*found);
    if (bytes && *bytes >= least && *bytes <= most) return bytes;
    complain(bytes ? shown() + " " + between(size_text(least), size_text(most))
                   : shown() +
                         " is no size; give whole bytes, or a number with KiB, MiB, GiB or TiB, "
                         "as in 256KiB");
    return std::nullopt;
}

std::optional<std::size_t> Item::choice_of(const std::vector<std::string_view>& names) const {
    std::string list;
    for (const auto name : names) {
        if (!list.empty()) list += name == names.back() ? " or " : ", ";
        list += name;
    }
    const auto found = scalar(list);
    if (!found) return std::nullopt;
    const auto at = std::ranges::find(names, *found);
    if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
    const auto near = nearest(*found, names);
    complain(shown() + " is not known here; give " + list +
             (near.empty() || node_->from_environment
                  ? ""
                  : "; did you mean " + std::string(near) + "?"));
    return std::nullopt;
}

void Item::name_of(std::string& out, const NameSet& known, std::string_view what) const {
    const auto found = scalar("the name of a " + std::string(what));
    if (!found) return;
    if (known.contains(*found)) {
        out = *found;
        return;
    }
    const std::vector<std::string_view> names(known.begin(), known.end());
    complain("there is no " + std::string(what) + " " + shown() +
             (node_->from_environment ? "" : suggestion(*found, names)));
}

void Item::address(ListenAddress& out) const {
    const auto found = scalar("HOST:PORT");
    if (!found) return;
    const auto parsed = listen_address_of(*found);
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        return complain(shown() + " is no address: " + *reason);
    }
    out = std::get<ListenAddress>(parsed);
}

void Item::url(std::string& out) const {
    const auto found = scalar("a URL");
    if (!found) return;
    const auto scheme = found->find("://");
    const auto rest = scheme == std::string::npos ? std::string_view()
                                                  : std::string_view(*found).substr(scheme + 3);
    const bool http = found->starts_with("http://") || found->starts_with("https://");
    const bool printable =
        std::ranges::none_of(*found, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
    if (!http || rest.empty() || rest.front() == '/' || !printable) {
        // Never shown: URLs of webhooks are secrets.
        return complain("is no URL; give one that begins with http:// or https://");
    }
    out = *found;
}

void Item::texts(live::LocaleTexts& out) const {
    if (!node_) return;
    if (node_->kind != Node::Kind::map) {
        std::string one;
        text(one);
        if (!one.empty()) out = {{"", one}};
        return;
    }
    live::LocaleTexts texts;
    for (const auto& [tag, item] : section()->members()) {
        if (!is_locale(tag)) item.complain("is no language; give one as in en or zh-CN");
        texts.emplace_back(tag, "");
        item.text(texts.back().second);
    }
    if (texts.empty()) return complain("has no text; give one, or texts by language");
    out = std::move(texts);
}

}  // namespace chartcast::config
