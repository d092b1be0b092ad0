#include "pages/bundle.hpp"

#include "embedded/bundle_files.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace chartcast::pages {
namespace {

namespace json = boost::json;

/// Entries and the addresses of their files.
json::object entries() {
    for (const auto& file : bundle_files()) {
        if (file.name != "assets.json") continue;
        boost::system::error_code ec;
        const auto parsed = json::parse(file.identity, ec);
        if (ec || !parsed.is_object()) break;
        return parsed.get_object();
    }
    throw std::logic_error("the bundle has no table of its files");
}

}  // namespace

std::string asset_address(std::string_view entry) {
    const auto table = entries();
    const auto* address = table.if_contains(entry);
    if (!address || !address->is_string()) {
        throw std::logic_error("the bundle has no entry " + std::string(entry));
    }
    return std::string(address->get_string());
}

std::string_view file_name(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

bool is_hashed(std::string_view file_name) noexcept {
    constexpr std::size_t hash_letters = 8;
    const auto dash = file_name.rfind('-');
    const auto hash = dash == std::string_view::npos ? std::string_view()
                                                     : file_name.substr(dash + 1, hash_letters);
    return hash.size() == hash_letters &&
           file_name.substr(dash + 1 + hash_letters).starts_with('.') &&
           std::all_of(hash.begin(), hash.end(), [](char letter) {
               return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
           });
}

}  // namespace chartcast::pages
