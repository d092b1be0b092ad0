// Kinds of identities against actions: the table of docs/auth.md.
#include "auth/permission.hpp"

#include <gtest/gtest.h>

namespace chartcast::auth {
namespace {

using config::Allow;
using socketio::Array;
using socketio::Object;
using Kind = Identity::Kind;
using Anonymous = config::AuthSettings::Anonymous;

config::ChartSettings chart(std::string id, std::vector<std::string> data,
                            std::optional<Allow> allow = {}) {
    config::ChartSettings made;
    made.id = std::move(id);
    made.data = std::move(data);
    made.allow = std::move(allow);
    return made;
}

/// open (deals), sales (deals, pipeline; for some), board (raw; for some).
config::Settings settings(Anonymous anonymous = Anonymous::none) {
    config::Settings made;
    made.auth.anonymous = anonymous;
    made.charts.push_back(chart("open", {"deals"}));
    made.charts.push_back(chart(
        "sales", {"deals", "pipeline"},
        Allow{{"role:sales", "user:eve", "key:wall"}, {"role:sales"}, {"user:eve", "key:wall"}}));
    made.charts.push_back(chart("board", {}, Allow{{"*"}, {"user:eve"}, {}}));
    return made;
}

Identity person(std::string name, std::vector<std::string> roles = {}) {
    Identity who;
    who.kind = Kind::jwt;
    who.name = std::move(name);
    who.roles = std::move(roles);
    return who;
}
Identity key(std::string id, std::vector<std::string> can) {
    Identity who;
    who.kind = Kind::api_key;
    who.name = std::move(id);
    who.can = std::move(can);
    return who;
}
Identity embed(std::vector<std::string> charts) {
    Identity who;
    who.kind = Kind::embed;
    who.name = "page";
    who.charts = std::move(charts);
    return who;
}

/// What somebody may, in a line: "view:open view:sales read:deals publish:deals edit:open tokens".
std::string rights(const config::Settings& all, const Identity& who) {
    std::string line;
    const auto add = [&](bool may, const std::string& right) {
        if (may) line += (line.empty() ? "" : " ") + right;
    };
    for (const auto& one : all.charts) add(may_view(all, who, one), "view:" + one.id);
    for (const auto* id : {"deals", "pipeline"})
        add(may_read(all, who, id), std::string("read:") + id);
    for (const auto* id : {"deals", "pipeline", "board"}) {
        add(may_publish(all, who, id), std::string("publish:") + id);
    }
    for (const auto& one : all.charts) add(may_edit(all, who, one), "edit:" + one.id);
    add(may_issue_tokens(all, who), "tokens");
    return line;
}

TEST(Permission, AnonymousSeesWhatSaysNothingOrNamesIt) {
    EXPECT_EQ(rights(settings(Anonymous::none), {}), "");
    EXPECT_EQ(rights(settings(Anonymous::view), {}), "view:open read:deals");
    auto all = settings(Anonymous::none);
    all.charts[1].allow = Allow{{"anonymous"}, {}, {}};
    EXPECT_EQ(rights(all, {}), "view:sales read:deals read:pipeline");
    EXPECT_EQ(rights(all, person("bob")),
              "view:open view:sales view:board read:deals read:pipeline");
    EXPECT_EQ(rights(all, embed({"open"})), "view:open read:deals");
    EXPECT_EQ(rights(all, key("erp", {})), "");
}

TEST(Permission, AnonymousMayPublishInTheDemoOnly) {
    EXPECT_EQ(rights(settings(Anonymous::publish), {}),
              "view:open read:deals publish:deals publish:pipeline publish:board "
              "edit:open edit:sales edit:board");
    EXPECT_EQ(rights(settings(Anonymous::publish), embed({"open"})), "view:open read:deals");
    EXPECT_EQ(rights(settings(Anonymous::publish), key("erp", {})), "");
}

TEST(Permission, APersonMayWhatTheChartsAllow) {
    EXPECT_EQ(rights(settings(), person("bob")), "view:open view:board read:deals");
    EXPECT_EQ(rights(settings(), person("bob", {"sales", "other"})),
              "view:open view:sales view:board read:deals read:pipeline publish:deals "
              "publish:pipeline");
    EXPECT_EQ(rights(settings(), person("eve")),
              "view:open view:sales view:board read:deals read:pipeline publish:board edit:sales "
              "edit:board");
    // Names of one kind are not names of another.
    EXPECT_EQ(rights(settings(), person("wall", {"eve"})), "view:open view:board read:deals");
    EXPECT_EQ(rights(settings(), person("role:sales", {"user:eve"})),
              "view:open view:board read:deals");
}

TEST(Permission, APersonsTokenCarriesNoScopes) {
    auto who = person("bob");
    who.can = {"publish:*", "edit:*", "view:*", "tokens"};
    who.charts = {"*"};
    EXPECT_EQ(rights(settings(), who), "view:open view:board read:deals");
}

TEST(Permission, AKeyMayWhatItsScopesSayAndWhatNamesIt) {
    EXPECT_EQ(rights(settings(), key("erp", {"publish:deals"})), "publish:deals");
    EXPECT_EQ(rights(settings(), key("erp", {"publish:board"})), "publish:board edit:board");
    EXPECT_EQ(rights(settings(), key("erp", {"publish:*"})),
              "publish:deals publish:pipeline publish:board edit:board");
    EXPECT_EQ(rights(settings(), key("erp", {"view:pipeline"})), "read:pipeline");
    EXPECT_EQ(rights(settings(), key("erp", {"view:sales"})),
              "view:sales read:deals read:pipeline");
    EXPECT_EQ(rights(settings(), key("erp", {"view:*"})),
              "view:open view:sales view:board read:deals read:pipeline");
    EXPECT_EQ(rights(settings(), key("erp", {"edit:open"})), "edit:open");
    EXPECT_EQ(rights(settings(), key("erp", {"edit:*"})), "edit:open edit:sales edit:board");
    EXPECT_EQ(rights(settings(), key("erp", {"tokens"})), "tokens");
    EXPECT_EQ(rights(settings(), key("wall", {})),
              "view:sales read:deals read:pipeline edit:sales");
    EXPECT_EQ(rights(settings(Anonymous::view), key("erp", {"publish:deals"})), "publish:deals");
}

TEST(Permission, AScopeIsReadAsAWhole) {
    EXPECT_EQ(rights(settings(),
                     key("erp", {"publish", "publish:", "publish:deal", "*", "*:*",
                                 "publish:deals2", "republish:deals", "view:ope", "tokens:*", ""})),
              "");
}

TEST(Permission, AnEmbedTokenOpensItsChartsAndNothingElse) {
    EXPECT_EQ(rights(settings(), embed({})), "");
    EXPECT_EQ(rights(settings(), embed({"sales"})), "view:sales read:deals read:pipeline");
    EXPECT_EQ(rights(settings(), embed({"*"})),
              "view:open view:sales view:board read:deals read:pipeline");
    EXPECT_EQ(rights(settings(Anonymous::view), embed({"board"})), "view:board");
}

TEST(Permission, AnEmptyListIsLikeNone) {
    auto all = settings(Anonymous::view);
    all.charts[1].allow = Allow{{}, {}, {"user:eve"}};
    EXPECT_TRUE(may_view(all, {}, all.charts[1]));
}

/// The dashboards that somebody sees of three: "free" without allow, "some" for sales, eve and a key, "empty"
/// without panels.
std::string dashboards_for(const Identity& who, Anonymous anonymous = Anonymous::none) {
    auto all = settings(anonymous);
    const auto add = [&all](std::string id, const std::vector<std::string>& charts,
                            std::optional<Allow> allow) {
        auto& made = all.dashboards.emplace_back();
        made.id = std::move(id);
        made.allow = std::move(allow);
        for (const auto& one : charts) made.panels.emplace_back().chart = one;
    };
    add("free", {"open", "sales"}, {});
    add("some", {"open"}, Allow{{"role:sales", "user:eve", "key:wall"}, {}, {}});
    add("empty", {}, {});
    std::string seen;
    for (const auto& one : all.dashboards) {
        if (may_view(all, who, one)) seen += (seen.empty() ? "" : " ") + one.id;
    }
    return seen;
}

TEST(Permission, ADashboardIsSeenAsAChartWithItsAllow) {
    EXPECT_EQ(dashboards_for({}), "");
    EXPECT_EQ(dashboards_for({}, Anonymous::view), "free empty");
    EXPECT_EQ(dashboards_for(person("bob")), "free empty");
    EXPECT_EQ(dashboards_for(person("bob", {"sales"})), "free some empty");
    EXPECT_EQ(dashboards_for(key("erp", {"publish:*"}), Anonymous::view), "");
    EXPECT_EQ(dashboards_for(key("erp", {"view:free"})), "free");
    EXPECT_EQ(dashboards_for(key("wall", {})), "some");
}

TEST(Permission, AnEmbedTokenSeesTheDashboardWhoseChartsItAllNames) {
    EXPECT_EQ(dashboards_for(embed({"open"}), Anonymous::view), "some");
    EXPECT_EQ(dashboards_for(embed({"sales", "open"})), "free some");
    EXPECT_EQ(dashboards_for(embed({"free"})), "");
    EXPECT_EQ(dashboards_for(embed({"*"})), "free some empty");
}

TEST(VisibleValues, AreAllWithoutRowAccessAndForKeys) {
    config::DatasetSettings dataset;
    EXPECT_EQ(visible_values(dataset, {}), std::nullopt);
    dataset.access_claim = "regions";
    EXPECT_EQ(visible_values(dataset, key("erp", {})), std::nullopt);
}

TEST(VisibleValues, AreThoseOfTheClaim) {
    config::DatasetSettings dataset;
    dataset.access_claim = "regions";
    const auto with = [&](socketio::Value claim, Kind kind) {
        Identity who;
        who.kind = kind;
        who.claims = {{"regions", std::move(claim)}};
        return visible_values(dataset, who);
    };
    for (const auto kind : {Kind::jwt, Kind::embed}) {
        EXPECT_EQ(with("EU", kind), (Array{"EU"}));
        EXPECT_EQ(with(7, kind), (Array{7}));
        EXPECT_EQ(with(Array{"EU", "US"}, kind), (Array{"EU", "US"}));
        EXPECT_EQ(with(Array{"EU", nullptr, Object{}, Array{}}, kind), (Array{"EU"}));
        EXPECT_EQ(with(Array{}, kind), Array{});
        EXPECT_EQ(with(nullptr, kind), Array{});
        EXPECT_EQ(with(Object{{"a", "*"}}, kind), Array{});
        EXPECT_EQ(with("*", kind), std::nullopt);
        EXPECT_EQ(with(Array{"EU", "*"}, kind), std::nullopt);
    }
}

TEST(VisibleValues, AreNoneWithoutTheClaim) {
    config::DatasetSettings dataset;
    dataset.access_claim = "regions";
    EXPECT_EQ(visible_values(dataset, {}), Array{});
    EXPECT_EQ(visible_values(dataset, person("bob")), Array{});
    EXPECT_EQ(visible_values(dataset, embed({"*"})), Array{});
}

}  // namespace
}  // namespace chartcast::auth
