#include "api/routes/api.hpp"
#include "embedded/api_files.hpp"
#include <socketio/json.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace chartcast::api {
namespace {

std::set<std::string> described(const socketio::Object& document) {
    std::set<std::string> routes;
    for (const auto& [path, item] : document.find("paths")->as_object()) {
        for (const auto& [name, value] : item.as_object()) {
            if (name == "parameters") continue;
            std::string method = name;
            std::transform(method.begin(), method.end(), method.begin(),
                           [](unsigned char letter) { return std::toupper(letter); });
            routes.insert(method + ' ' + path);
        }
    }
    return routes;
}

/// Every `$ref` below the value.
void collect_references(const socketio::Value& value, std::set<std::string>& found) {
    if (const auto* list = value.if_array()) {
        for (const auto& item : *list) collect_references(item, found);
    } else if (const auto* object = value.if_object()) {
        for (const auto& [name, item] : *object) {
            if (name == "$ref") found.insert(item.as_string());
            collect_references(item, found);
        }
    }
}

bool resolves(const socketio::Value& document, std::string_view reference) {
    const auto* at = &document;
    reference.remove_prefix(std::string_view("#/").size());
    while (at && !reference.empty()) {
        const auto slash = std::min(reference.find('/'), reference.size());
        const auto* object = at->if_object();
        at = object ? object->find(reference.substr(0, slash)) : nullptr;
        reference.remove_prefix(std::min(slash + 1, reference.size()));
    }
    return at != nullptr;
}

TEST(OpenApi, DescribesTheRoutesThatThereAreAndNoOthers) {
    const auto document = socketio::parse_json(api_files().front().identity);
    ASSERT_TRUE(document);
    std::set<std::string> served;
    for (const auto& route : route_names()) {
        EXPECT_TRUE(
            served.insert(std::string(route.method) + ' ' + std::string(route.path)).second);
    }
    EXPECT_EQ(described(document->as_object()), served);
}

TEST(OpenApi, RefersOnlyToWhatItHas) {
    const auto document = socketio::parse_json(api_files().front().identity);
    ASSERT_TRUE(document);
    std::set<std::string> references;
    collect_references(*document, references);
    EXPECT_GT(references.size(), 20U);
    for (const auto& reference : references)
        EXPECT_TRUE(resolves(*document, reference)) << reference;
}

}  // namespace
}  // namespace chartcast::api
