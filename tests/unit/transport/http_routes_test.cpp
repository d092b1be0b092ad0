// Which route a path finds, and with what parameters.
#include "transport/http_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace socketio::transport {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Routing : public testing::Test {
protected:
    void add(const std::string& path, const std::string& method = "GET") {
        routes.add(method, path, {.handler = [](const HttpRequest&, const HttpReply&) {}});
        ++added;
    }
    /// The names and values of what `path` finds: "key=7".
    std::vector<std::string> find(const std::string& path, const std::string& method = "GET") {
        const auto match = routes.find(path);
        if (match.methods == nullptr) return {"none"};
        const auto* route = route_for(*match.methods, method);
        if (route == nullptr) return {"no method"};
        std::vector<std::string> fields;
        for (std::size_t i = 0; i < match.values.size(); ++i) {
            fields.push_back(route->names[i] + "=" + match.values[i]);
        }
        return fields;
    }

    HttpRoutes routes;
    int added = 0;
};

TEST_F(Routing, GivesTheSegmentsThatParametersStandFor) {
    add("/api/v1/datasets/{id}/rows/{key}");
    EXPECT_THAT(find("/api/v1/datasets/deals/rows/17"), ElementsAre("id=deals", "key=17"));
    EXPECT_THAT(find("/api/v1/datasets/deals/rows"), ElementsAre("none"));
    EXPECT_THAT(find("/api/v1/datasets/deals/rows/17/more"), ElementsAre("none"));
}

TEST_F(Routing, DecodesAfterItHasDivided) {
    add("/{a}/{b}");
    add("/x/y");
    EXPECT_THAT(find("/one%2Ftwo/%C3%A9"), ElementsAre("a=one/two", "b=\xc3\xa9"));
    EXPECT_THAT(find("/a+b/%2"), ElementsAre("a=a+b", "b=%2"));
    EXPECT_THAT(find("/%78/y"), IsEmpty()) << "the literal path, written otherwise";
    EXPECT_THAT(find("/x%2fy"), ElementsAre("none")) << "an encoded slash divides nothing";
}

TEST_F(Routing, TakesNoEmptySegmentForAParameter) {
    add("/d/{id}");
    add("/f/{id}.csv");
    EXPECT_THAT(find("/d/"), ElementsAre("none"));
    EXPECT_THAT(find("/d//"), ElementsAre("none"));
    EXPECT_THAT(find("/f/.csv"), ElementsAre("none"));
    EXPECT_THAT(find("d/x"), ElementsAre("none"));
    EXPECT_THAT(find(""), ElementsAre("none"));
}

TEST_F(Routing, PrefersWhatIsMoreLiteralFromLeftToRight) {
    add("/{id}/rows");
    add("/{id}/rows.csv");
    add("/{id}/{name}");
    add("/{id}/{name}.csv");
    add("/{id}/v{number}.csv");
    add("/all/{name}");
    EXPECT_THAT(find("/a/rows"), ElementsAre("id=a"));
    EXPECT_THAT(find("/a/rows.csv"), ElementsAre("id=a"));
    EXPECT_THAT(find("/a/other"), ElementsAre("id=a", "name=other"));
    EXPECT_THAT(find("/a/other.csv"), ElementsAre("id=a", "name=other"));
    EXPECT_THAT(find("/a/v2.csv"), ElementsAre("id=a", "number=2"));
    EXPECT_THAT(find("/all/rows"), ElementsAre("name=rows"));
}

TEST_F(Routing, GoesBackWhereALiteralLeadsNowhere) {
    add("/charts/simple/page");
    add("/charts/{id}/option");
    EXPECT_THAT(find("/charts/simple/option"), ElementsAre("id=simple"));
}

TEST_F(Routing, PrefersALiteralPathToAPattern) {
    add("/charts/{id}");
    add("/charts/first", "POST");
    EXPECT_THAT(find("/charts/first"), ElementsAre("no method")) << "it is another path";
    EXPECT_THAT(find("/charts/first", "POST"), IsEmpty());
}

TEST_F(Routing, NamesParametersForEachMethod) {
    add("/d/{id}");
    add("/d/{name}", "PUT");
    EXPECT_THAT(find("/d/x"), ElementsAre("id=x"));
    EXPECT_THAT(find("/d/x", "PUT"), ElementsAre("name=x"));
    EXPECT_THAT(find("/d/x", "HEAD"), ElementsAre("id=x")) << "GET answers it";
    EXPECT_THAT(find("/d/x", "DELETE"), ElementsAre("no method"));
    EXPECT_EQ(allowed_methods(*routes.find("/d/x").methods), "GET, HEAD, PUT");
}

TEST_F(Routing, LooksAtNoMoreOfALongPathThanTheLongestPatternHas) {
    add("/a/{b}");
    std::string path;
    for (int i = 0; i < 5'000; ++i) path += "/a";
    EXPECT_THAT(find(path), ElementsAre("none"));
}

TEST_F(Routing, FindsOneOfManyRoutes) {
    for (int i = 0; i < 1'000; ++i) add("/r" + std::to_string(i) + "/{id}/end");
    EXPECT_THAT(find("/r999/x/end"), ElementsAre("id=x"));
}

TEST_F(Routing, SaysWhatIsNoPattern) {
    for (const auto* path : {"/a/{b", "/a/b}", "/{}", "/{a}{b}", "/{a}/{a}", "{a}", "/{a/b}"}) {
        try {
            add(path);
            FAIL() << path << " was taken";
        } catch (const std::invalid_argument& error) {
            EXPECT_THAT(error.what(), HasSubstr(path));
        }
    }
    EXPECT_EQ(added, 0);
}

}  // namespace
}  // namespace socketio::transport
