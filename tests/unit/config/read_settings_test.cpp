// The documented example, key by key, and what its mistakes look like.
#include "config/reading/read_settings.hpp"

#include "unit/config/reading.hpp"
#include <socketio/json.hpp>

#include <gmock/gmock.h>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string digits(64, 'a');

/// The text of the specification with the hash, which is cut there, made whole.
std::string documented() {
    auto text = file_text(TESTS_FOLDER "/unit/config/product.yaml");
    const std::string cut = "sha256:9f2c...";
    return text.replace(text.find(cut), cut.size(), "sha256:" + digits);
}

Environment documented_environment() {
    return environment_of({{"REDIS_PASSWORD", "p%40ss"},
                           {"EMBED_SECRET", "0123456789abcdef0123456789abcdef"},
                           {"CRM_PW", "s3cret"},
                           {"WECOM_URL", "https://qyapi.example.cn/hook?key=1"}});
}

TEST(ReadSettings, ReadsTheServerOfTheDocumentedExample) {
    const auto settings = read(documented(), documented_environment());
    const auto& server = settings.server;
    ASSERT_EQ(server.listen.size(), 1u);
    EXPECT_EQ(server.listen[0].port, 8080);
    EXPECT_EQ(server.public_url, "https://bi.example.cn");
    ASSERT_TRUE(server.tls);
    EXPECT_EQ(server.tls->key, "/etc/chartcast/tls.key");
    EXPECT_EQ(server.limits.max_connections, 20'000u);
    EXPECT_EQ(server.limits.max_body, 1u << 20);
    EXPECT_EQ(server.limits.client_queue, 256u << 10);
    EXPECT_EQ(server.limits.connect_rate, 500);
    EXPECT_EQ(server.internal->port, 9090);
    EXPECT_THAT(server.origins, ElementsAre("https://bi.example.cn"));
    EXPECT_THAT(server.frame_ancestors, ElementsAre("https://crm.example.cn"));
    EXPECT_THAT(server.trusted_proxies, ElementsAre("127.0.0.1/32"));
    EXPECT_EQ(settings.default_chart, "simpleBarChart");
    EXPECT_EQ(settings.store.path, "/var/lib/chartcast");
    EXPECT_EQ(settings.store.history, 24h);
    EXPECT_EQ(settings.store.max_size, 2ULL << 30);
}

TEST(ReadSettings, ReadsClusterAndAuthOfTheDocumentedExample) {
    const auto settings = read(documented(), documented_environment());
    ASSERT_TRUE(settings.cluster);
    EXPECT_EQ(settings.cluster->redis.options.password, "p@ss");
    EXPECT_TRUE(settings.cluster->redis.options.tls.enabled);
    EXPECT_EQ(settings.cluster->key_prefix, "socket.io");
    EXPECT_TRUE(settings.cluster->ready_alone);
    EXPECT_TRUE(settings.cluster->accept_emitter);
    EXPECT_EQ(settings.auth.anonymous, AuthSettings::Anonymous::none);
    ASSERT_EQ(settings.auth.api_keys.size(), 1u);
    EXPECT_EQ(settings.auth.api_keys[0].id, "erp");
    EXPECT_EQ(settings.auth.api_keys[0].hash, "sha256:" + digits);
    EXPECT_THAT(settings.auth.api_keys[0].can, ElementsAre("publish:deals", "publish:orders"));
    EXPECT_EQ(settings.auth.jwt->jwks_url, "https://sso.example.cn/jwks");
    EXPECT_EQ(settings.auth.jwt->roles, "groups");
    EXPECT_EQ(settings.auth.embed->secret, "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(settings.auth.embed->max_ttl, 1h);
}

TEST(ReadSettings, ReadsTheDatasetsOfTheDocumentedExample) {
    const auto settings = read(documented(), documented_environment());
    const auto& crm = settings.connections.at("crm");
    EXPECT_EQ(crm.driver, ConnectionSettings::Driver::postgresql);
    EXPECT_THAT(crm.dsn, testing::EndsWith("password=s3cret"));
    EXPECT_EQ(crm.timeout, 5s);
    ASSERT_EQ(settings.datasets.size(), 3u);
    const auto& pipeline = settings.datasets[0];
    EXPECT_EQ(pipeline.id, "pipeline");
    ASSERT_EQ(pipeline.definition.fields.size(), 4u);
    EXPECT_EQ(pipeline.definition.fields[3].type, live::FieldType::integer);
    EXPECT_THAT(pipeline.definition.key, ElementsAre("stage", "region"));
    EXPECT_EQ(pipeline.definition.row_access, "region");
    EXPECT_EQ(pipeline.access_claim, "regions");
    const auto& sql = std::get<SqlSource>(pipeline.source);
    EXPECT_EQ(sql.connection, "crm");
    EXPECT_THAT(sql.query, HasSubstr("GROUP BY stage, region"));
    EXPECT_EQ(sql.every, 10s);
    EXPECT_TRUE(sql.only_while_watched);
    EXPECT_EQ(sql.on_change->listen, "deals_changed");
    EXPECT_EQ(sql.on_change->debounce, 200ms);
    const auto& deals = settings.datasets[1];
    EXPECT_EQ(std::get<PushSource>(deals.source).rate, 200);
    EXPECT_EQ(deals.definition.window.rows, 5000u);
    EXPECT_EQ(deals.definition.window.age, 24h);
    EXPECT_EQ(deals.definition.window.time_field, "ts");
    const auto& calls = settings.datasets[2];
    EXPECT_EQ(std::get<StdinSource>(calls.source).op, live::Operation::append);
    EXPECT_EQ(calls.definition.downsample->points, 600u);
    EXPECT_EQ(calls.definition.downsample->y, "seconds");
}

TEST(ReadSettings, ReadsTheChartsOfTheDocumentedExample) {
    const auto settings = read(documented(), documented_environment());
    ASSERT_EQ(settings.charts.size(), 2u);
    const auto& funnel = settings.charts[0];
    EXPECT_EQ(live::text_for(funnel.title, "zh"), "销售漏斗");
    EXPECT_THAT(funnel.data, ElementsAre("pipeline"));
    EXPECT_EQ(funnel.max_rate, 2);
    EXPECT_EQ(socketio::to_json(settings.charts[1].option),
              R"({"xAxis":{"type":"time"},"yAxis":{"type":"value","axisLabel":)"
              R"({"$format":"currency:CNY"}},"series":[{"id":"d","type":"scatter",)"
              R"("encode":{"x":"ts","y":"amount","itemId":"id"}}]})");
    EXPECT_EQ(settings.alerts.as_array().size(), 2u);
    EXPECT_NE(settings.notify.as_object().find("sales_wecom"), nullptr);
}

TEST(ReadSettings, ReadsTheDashboardOfTheDocumentedExample) {
    const auto settings = read(documented(), documented_environment());
    ASSERT_EQ(settings.dashboards.size(), 1u);
    const auto& dashboard = settings.dashboards[0];
    EXPECT_EQ(dashboard.id, "crm_sales");
    EXPECT_EQ(live::text_for(dashboard.title, "zh-CN"), "销售驾驶舱");
    EXPECT_EQ(dashboard.theme, DashboardSettings::Theme::automatic);
    EXPECT_THAT(dashboard.allow->view, ElementsAre("role:sales", "role:exec"));
    ASSERT_EQ(dashboard.variables.size(), 1u);
    const auto& region = dashboard.variables[0];
    EXPECT_EQ(region.type, VariableSettings::Type::select);
    EXPECT_EQ(region.dataset, "pipeline");
    EXPECT_EQ(region.field, "region");
    EXPECT_TRUE(region.multi);
    ASSERT_EQ(dashboard.panels.size(), 2u);
    const auto& deals = dashboard.panels[1];
    EXPECT_EQ(deals.chart, "deals_live");
    EXPECT_EQ(deals.x, 4u);
    EXPECT_EQ(deals.width, 8u);
    EXPECT_EQ(deals.height, 6u);
    EXPECT_EQ(deals.on_click->set, "region");
    EXPECT_EQ(deals.on_click->open, "");
    EXPECT_FALSE(dashboard.panels[0].on_click);
}

TEST(ReadSettings, SaysWhatTheDocumentedExampleHasAndThisBuildHasNot) {
    const auto settings = read(documented(), documented_environment());
    EXPECT_THAT(settings.not_in_this_build,
                ElementsAre(HasSubstr("connections.crm"), HasSubstr("cluster"), HasSubstr("alerts"),
                            HasSubstr("notify")));
}

TEST(ReadSettings, FindsTheHashThatIsCutInTheSpecification) {
    EXPECT_THAT(
        problems_of(file_text(TESTS_FOLDER "/unit/config/product.yaml"), documented_environment()),
        ElementsAre(AllOf(HasSubstr("c.yaml:18:31: auth.api_keys[0].hash: "), HasSubstr("hash-key"),
                          Not(HasSubstr("9f2c")))));
}

TEST(ReadSettings, ReadsTheExampleWithoutAnyEnvironment) {
    const auto settings = read(file_text(TESTS_FOLDER "/../examples/crm.yaml"));
    EXPECT_EQ(settings.datasets.size(), 3u);
    EXPECT_EQ(settings.store.history_of.at("deals"), 168h);
    EXPECT_EQ(settings.connections.at("crm").path, "crm.db");
}

TEST(ReadSettings, TakesJson) {
    const auto settings =
        read(R"({"charts": {"a": {"option": {"n": "1", "m": 1}}}, "default_chart": "a"})");
    EXPECT_EQ(settings.default_chart, "a");
    EXPECT_EQ(socketio::to_json(settings.charts.at(0).option), R"({"n":"1","m":1})");
}

TEST(ReadSettings, IsDefaultsWhenTheTextIsEmpty) {
    for (const auto* text : {"", "# nothing\n", "---\n", "{}"}) {
        const auto settings = read(text);
        EXPECT_EQ(settings.server.listen.at(0).port, 8080);
        EXPECT_TRUE(settings.datasets.empty());
    }
}

TEST(ReadSettings, NamesPlaceAndNearestKeyOfAnUnknownOne) {
    EXPECT_THAT(problems_of("server:\n  lsiten: [\":80\"]\n"),
                ElementsAre("c.yaml:2:3: server.lsiten: unknown key; did you mean listen?"));
    EXPECT_THAT(problems_of("charts:\n  销售: { titel: x }\n"),
                ElementsAre(HasSubstr("c.yaml:2:3: charts.销售: is no id"),
                            "c.yaml:2:9: charts.销售.titel: unknown key; did you mean title?"));
    EXPECT_THAT(problems_of("databases: 1\n"), ElementsAre(HasSubstr("databases: unknown key")));
}

TEST(ReadSettings, TellsAllMistakesOfAFileInTheirOrder) {
    const auto problems = problems_of(R"(
default_chart: sales
server: { limits: { max_body: 1MB, connect_rate: fast }, origins: ["bi.example.com/x"] }
datasets:
  deals: { fields: { id: text }, key: [idd], source: { push: {}, file: { path: x } } }
charts:
  deals: { data: [deal], max_rate: 2 }
)");
    EXPECT_THAT(problems,
                ElementsAre(HasSubstr(":2:16: default_chart: there is no chart \"sales\""),
                            HasSubstr(":3:31: server.limits.max_body: \"1MB\" is no size"),
                            HasSubstr("server.limits.connect_rate: \"fast\" is no rate"),
                            HasSubstr("server.origins[0]: \"bi.example.com/x\" is no origin"),
                            HasSubstr("datasets.deals.fields.id: \"text\" is not known here"),
                            HasSubstr("datasets.deals.key[0]: there is no field \"idd\""),
                            HasSubstr("datasets.deals.source: has one of push, sql"),
                            HasSubstr("charts.deals.data[0]: there is no dataset \"deal\"; did "
                                      "you mean deals?"),
                            HasSubstr("charts.deals.max_rate: \"2\" is no rate")));
}

TEST(ReadSettings, TellsFiftyMistakesAtMost) {
    std::string text;
    for (int i = 0; i < 80; ++i) text += "k" + std::to_string(i) + ": 1\n";
    const auto problems = problems_of(text);
    ASSERT_EQ(problems.size(), 51u);
    EXPECT_EQ(problems.back(), "and 30 more problems");
}

TEST(ReadSettings, JoinsFilesSectionBySection) {
    const auto settings = read_settings(
        {{"1.yaml", "version: 1\ndatasets:\n  a: { fields: { x: number } }\n", ""},
         {"2.yaml", "version: 1\ndatasets: { b: { fields: { x: number } } }\nalerts: []\n", ""},
         {"3.json", R"({"charts": {"c": {"data": ["a", "b"]}}})", ""}},
        environment_of({}));
    EXPECT_EQ(settings.datasets.size(), 2u);
    EXPECT_THAT(settings.charts.at(0).data, ElementsAre("a", "b"));
}

TEST(ReadSettings, NamesBothPlacesOfWhatIsDefinedTwice) {
    EXPECT_THAT(
        problems_of({{"1.yaml", "charts:\n  a: {}\n", ""}, {"2.yaml", "charts:\n\n  a: {}\n", ""}}),
        ElementsAre("2.yaml:3:3: charts.a: is defined twice; it is already at 1.yaml:2:3"));
    EXPECT_THAT(problems_of("charts:\n  a: {}\n  a: {}\n"),
                ElementsAre(AllOf(HasSubstr("c.yaml:3:3: charts"), HasSubstr("line 2"))));
    const std::string key =
        "auth: { api_keys: [{ id: k, hash: \"sha256:" + digits + "\", can: tokens }] }\n";
    EXPECT_THAT(problems_of({{"1.yaml", key, ""}, {"2.yaml", key, ""}}),
                ElementsAre(AllOf(HasSubstr("2.yaml:1:"), HasSubstr("id k"))));
}

TEST(ReadSettings, FindsPathsFromTheFolderOfTheFile) {
    const auto settings = read_settings(
        {{"conf/c.yaml",
          "store: { path: kept }\nconnections: { a: { driver: sqlite, path: /a } }\n", "conf"}},
        environment_of({}));
    EXPECT_EQ(settings.store.path, "conf/kept");
    EXPECT_EQ(settings.connections.at("a").path, "/a");
}

TEST(ReadSettings, LetsTheSchemaRefuseAtTheRightPlace) {
    EXPECT_THAT(
        problems_of("datasets:\n  a:\n    fields: { j: json }\n    key: [j]\n"),
        ElementsAre(HasSubstr("c.yaml:4:10: datasets.a.key: j: json is no type for a key")));
    EXPECT_THAT(problems_of("datasets:\n  a:\n    fields: { s: string }\n"
                            "    window: { age: 1h, time_field: s }\n"),
                ElementsAre(HasSubstr("c.yaml:4:13: datasets.a.window: s: time_field")));
}

TEST(ReadSettings, LetsOneDatasetReadStandardInput) {
    const std::string stdin_source = "{ fields: { x: number }, source: { stdin: {} } }\n";
    EXPECT_THAT(problems_of("datasets:\n  a: " + stdin_source + "  b: " + stdin_source),
                ElementsAre(AllOf(HasSubstr("datasets.b"), HasSubstr("so does a"))));
}

}  // namespace
}  // namespace chartcast::config
