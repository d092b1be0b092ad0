// Pages from templates, their answers, and the order of pushes on a lone node.
#include "pages/bundle.hpp"
#include "pages/live_pages.hpp"
#include "pages/local_feed.hpp"
#include "pages/site.hpp"
#include "pages/templates.hpp"

#include <boost/algorithm/string/erase.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chartcast::pages {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Templates, SpeakEachLanguage) {
    const auto english = render_page("simple_bar_chart", Language::en);
    EXPECT_THAT(english, HasSubstr("<html lang=\"en\">"));
    EXPECT_THAT(english, HasSubstr("<title>Simple bar chart</title>"));
    const auto chinese = render_page("simple_bar_chart", Language::zh_cn);
    EXPECT_THAT(chinese, HasSubstr("<html lang=\"zh-CN\">"));
    EXPECT_THAT(chinese, HasSubstr("<title>简单柱状图</title>"));
    EXPECT_THAT(chinese, HasSubstr("&quot;North&quot;:&quot;华北&quot;"));
}

// A name that a language does not have would leave a hole in its page.
TEST(Templates, LeaveNoTextEmpty) {
    for (const auto language : languages) {
        for (const auto* name : {"simple_bar_chart", "not_found", "overview", "chart", "embed",
                                 "dashboard", "plain_chart"}) {
            auto html = render_page(name, language);
            // An image that says nothing new has no text, and should not.
            boost::erase_all(html, " alt=\"\"");
            EXPECT_THAT(html, Not(HasSubstr("{{"))) << name;
            EXPECT_THAT(html, Not(HasSubstr("=\"\""))) << name << ' ' << tag_of(language);
            EXPECT_THAT(html, Not(HasSubstr("></p>\n  <p class=\"lead\""))) << name;
            EXPECT_THAT(html, Not(HasSubstr("<h1></h1>"))) << name;
        }
    }
}

TEST(Templates, AreNamedInTheError) {
    EXPECT_THROW((void)render_page("nope", Language::en), std::logic_error);
}

TEST(Templates, TakeWhatThePageAdds) {
    const auto html = render_page(
        "docs", Language::en,
        {{"page_title", "A & B"},
         {"content", "<b>bold</b>"},
         {"groups", socketio::Array{socketio::Object{
                        {"name", "Guide"},
                        {"pages", socketio::Array{socketio::Object{
                                      {"name", "one"}, {"title", "One"}, {"current", true}}}}}}}});
    EXPECT_THAT(html, HasSubstr("<title>A &amp; B"));
    EXPECT_THAT(html, HasSubstr("<b>bold</b>"));
    EXPECT_THAT(html, HasSubstr("aria-current=\"page\">One</a>"));
}

TEST(Bundle, KnowsTheFilesOfItsEntries) {
    for (const auto* entry : {"overview_page", "chart_page", "embed_page", "dashboard_page"}) {
        const auto address = asset_address(entry);
        EXPECT_THAT(address, StartsWith("/assets/"));
        EXPECT_TRUE(is_hashed(address)) << address;
        EXPECT_THAT(address, EndsWith(".js"));
    }
    EXPECT_THROW((void)asset_address("nope"), std::logic_error);
}

TEST(Bundle, TakesANameForHashedOnlyWhenItIs) {
    EXPECT_TRUE(is_hashed("chunk-3XKWQ2AB.js"));
    EXPECT_TRUE(is_hashed("a-b-3XKWQ2AB.css"));
    for (const auto* name : {"chartcast.js", "licences.txt", "a-3XKWQ2A.js", "a-3xkwq2ab.js",
                             "a-3XKWQ2ABC.js", "3XKWQ2AB.js", "a-3XKWQ2AB", ""}) {
        EXPECT_FALSE(is_hashed(name)) << name;
    }
}

TEST(Page, AnswersInTheReadersLanguageAndOnlyOnce) {
    const Page page("simple_bar_chart");
    socketio::HttpRequest request;
    request.headers.add("accept-language", "zh-CN");
    const auto first = page.answer(request);
    EXPECT_EQ(first.status, 200u);
    EXPECT_EQ(first.headers.get("content-language"), "zh-CN");
    EXPECT_THAT(std::string(first.headers.get("content-security-policy")),
                HasSubstr("script-src 'self'"));
    request.headers.add("if-none-match", std::string(first.headers.get("etag")));
    EXPECT_EQ(page.answer(request).status, 304u);

    socketio::HttpRequest english;
    english.headers.add("if-none-match", std::string(first.headers.get("etag")));
    EXPECT_EQ(page.answer(english).status, 200u);
}

TEST(Page, SaysWhoMayShowItInAFrame) {
    const auto policy_of = [](const Page& page) {
        return std::string(page.answer({}).headers.get("content-security-policy"));
    };
    EXPECT_THAT(policy_of(Page("chart")), EndsWith("; frame-ancestors 'self'"));
    EXPECT_THAT(policy_of(Page("embed", {.frame_ancestors = "'self' https://crm.example.cn"})),
                EndsWith("; frame-ancestors 'self' https://crm.example.cn"));
}

TEST(LivePages, RefuseAFrameAncestorThatWouldChangeTheRestOfThePolicy) {
    socketio::Server server;
    for (const auto* ancestor : {"", "https://a.example;script-src", "https://a.example\r\nx:y",
                                 "https://a.example,*", "https://a.example https://b.example"}) {
        EXPECT_THROW(serve_live_pages(server, {.frame_ancestors = {ancestor}}),
                     std::invalid_argument)
            << ancestor;
    }
    EXPECT_NO_THROW(serve_live_pages(server, {.frame_ancestors = {"https://crm.example.cn"}}));
}

TEST(LocalFeed, CountsItsPushesAndTellsEachOnce) {
    std::int64_t now = 1000;
    LocalFeed feed([&now] { return now; });
    EXPECT_EQ(feed.current()->version, 0u);
    EXPECT_EQ(feed.current()->pushed_at, 1000);

    std::vector<std::uint64_t> told;
    feed.start([&](const live::ChartStatePtr& state) { told.push_back(state->version); });
    now = 2000;
    std::vector<std::uint64_t> pushed;
    for (int i = 0; i < 2; ++i) {
        feed.push([&](const auto& state) {
            pushed.push_back((*state)->version);
            EXPECT_EQ(told, pushed);
        });
    }
    EXPECT_EQ(pushed, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(feed.current()->version, 2u);
    EXPECT_EQ(feed.current()->pushed_at, 2000);
}

}  // namespace
}  // namespace chartcast::pages
