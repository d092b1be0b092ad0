#include "pages/templates.hpp"

#include "embedded/page_files.hpp"
#include "pages/bundle.hpp"

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

// Done before the template is read: mustache would leave a hole where a name is not known.
std::string with_assets(std::string_view text) {
    constexpr std::string_view begin = "{{asset.";
    std::string whole;
    for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin)) {
        const auto end = text.find("}}", at);
        if (end == std::string_view::npos) break;
        const auto name = text.substr(at + begin.size(), end - at - begin.size());
        whole.append(text.substr(0, at)).append(asset_address(name));
        text.remove_prefix(end + 2);
    }
    return whole.append(text);
}

data data_of(const socketio::Value& value) {
    if (const auto* text = value.if_string()) return *text;
    if (const auto* flag = value.if_bool()) return *flag;
    if (const auto* list = value.if_array()) {
        data items(data::type::list);
        for (const auto& item : *list) items.push_back(data_of(item));
        return items;
    }
    data members;
    if (const auto* object = value.if_object()) {
        for (const auto& [name, member] : *object) members.set(name, data_of(member));
    }
    return members;
}

// Texts are strings; what is none (`live_words`: the texts of a script) reaches the script as one JSON text in
// an attribute.
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

std::string render_page(std::string_view template_name, Language language,
                        const socketio::Object& more) {
    const auto name = std::string(template_name) + ".mustache";
    mustache page(with_assets(page_file(name)));
    auto texts = texts_of(language);
    for (const auto& [key, value] : more) texts.set(key, data_of(value));
    auto html = page.render(texts);
    if (!page.is_valid()) throw std::logic_error(name + ": " + page.error_message());
    return html;
}

}  // namespace chartcast::pages
