#include "pages/templates.hpp"

#include "embedded/page_files.hpp"

#include <boost/json.hpp>
#include <kainjow/mustache.hpp>

#include <stdexcept>

namespace chartcast::pages {
namespace {

namespace json = boost::json;
using kainjow::mustache::data;
using kainjow::mustache::mustache;

std::string_view page_file(const std::string& name) {
    for (const auto& file : page_files()) {
        if (file.name == name) return file.identity;
    }
    throw std::logic_error("no page file is called " + name);
}

// Texts are strings; `chart_words`, the translations of the demo's data, reaches the script as one JSON
// text in an attribute.
data texts_of(Language language) {
    const auto name = std::string(tag_of(language)) + ".json";
    boost::system::error_code ec;
    const auto parsed = json::parse(page_file(name), ec);
    if (ec || !parsed.is_object()) throw std::logic_error(name + " is no JSON object");
    data texts;
    for (const auto& [key, text] : parsed.get_object()) {
        texts.set(std::string(key),
                  text.is_string() ? std::string(text.get_string()) : json::serialize(text));
    }
    texts.set("lang", std::string(tag_of(language)));
    texts.set("version", CHARTCAST_VERSION);
    return texts;
}

}  // namespace

std::string render_page(std::string_view template_name, Language language) {
    const auto name = std::string(template_name) + ".mustache";
    mustache page(std::string(page_file(name)));
    auto html = page.render(texts_of(language));
    if (!page.is_valid()) throw std::logic_error(name + ": " + page.error_message());
    return html;
}

}  // namespace chartcast::pages
