#include "pages/docs_pages.hpp"

#include "embedded/doc_files.hpp"
#include "pages/site.hpp"

#include <boost/json.hpp>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace chartcast::pages {
namespace {

namespace json = boost::json;
using socketio::Array;
using socketio::HttpReply;
using socketio::HttpRequest;
using socketio::Object;

/// A line of docs.json, which web/tools/docs.mjs writes in reading order.
struct DocPage {
    std::string name;
    std::string title;
    std::string group;
    /// Of its text; the page around it is in the reader's.
    std::string lang;
};

std::string_view doc_file(const std::string& name) {
    for (const auto& file : doc_files()) {
        if (file.name == name) return file.identity;
    }
    throw std::logic_error("docs have no file " + name);
}

std::vector<DocPage> table_of_contents() {
    boost::system::error_code ec;
    const auto parsed = json::parse(doc_file("docs.json"), ec);
    if (ec || !parsed.is_array()) throw std::logic_error("docs.json is no list");
    const auto text = [](const json::value& page, const char* name) {
        const auto* found = page.as_object().if_contains(name);
        return found && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    std::vector<DocPage> pages;
    for (const auto& page : parsed.get_array()) {
        pages.push_back(
            {text(page, "name"), text(page, "title"), text(page, "group"), text(page, "lang")});
    }
    if (pages.empty()) throw std::logic_error("docs.json is empty");
    return pages;
}

/// `[{name, pages: [{name, title, lang, current}]}]`.
Array groups_of(const std::vector<DocPage>& pages, const DocPage& current) {
    Array groups;
    for (std::size_t at = 0; at < pages.size();) {
        const auto& group = pages[at].group;
        Array links;
        for (; at < pages.size() && pages[at].group == group; ++at) {
            const auto& page = pages[at];
            links.emplace_back(Object{{"name", page.name},
                                      {"title", page.title},
                                      {"lang", page.lang},
                                      {"current", page.name == current.name}});
        }
        groups.emplace_back(Object{{"name", group}, {"pages", std::move(links)}});
    }
    return groups;
}

void serve_doc(socketio::Server& server, const std::vector<DocPage>& pages, const DocPage& doc) {
    const auto page = std::make_shared<const Page>(
        "docs", PageOptions{.more = {{"page_title", doc.title},
                                     {"page_lang", doc.lang},
                                     {"content", doc_file(doc.name + ".html")},
                                     {"groups", groups_of(pages, doc)}}});
    serve_get(server, "/docs/" + doc.name,
              [page](const HttpRequest& request, const HttpReply& reply) {
                  reply.send(page->answer(request));
              });
}

/// The first page in each language; of one that has none the first of all.
std::array<std::string, languages.size()> first_pages(const std::vector<DocPage>& pages) {
    std::array<std::string, languages.size()> first;
    for (const auto language : languages) {
        auto& name = first[static_cast<std::size_t>(language)];
        name = pages.front().name;
        for (const auto& page : pages) {
            if (page.lang != tag_of(language)) continue;
            name = page.name;
            break;
        }
    }
    return first;
}

}  // namespace

void serve_docs(socketio::Server& server) {
    const auto pages = table_of_contents();
    for (const auto& doc : pages) serve_doc(server, pages, doc);
    for (const auto& file : doc_files()) {
        if (file.name.ends_with(".html") || file.name.ends_with(".json")) continue;
        serve_asset(server, "/docs/" + std::string(file.name), file);
    }
    const auto to_first = [first = first_pages(pages)](const HttpRequest& request,
                                                       const HttpReply& reply) {
        const auto language = preferred_language(request.headers.get("accept-language"));
        auto response = redirect("/docs/" + first[static_cast<std::size_t>(language)]);
        response.headers.add("vary", "accept-language");
        reply.send(std::move(response));
    };
    serve_get(server, "/docs/", to_first);
    serve_get(server, "/docs", to_first);
}

}  // namespace chartcast::pages
