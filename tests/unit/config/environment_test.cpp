// ${NAME} in values, and that no mistake ever shows what the environment holds.
#include "config/reading/environment.hpp"

#include "unit/config/reading.hpp"
#include <socketio/json.hpp>

#include <gmock/gmock.h>

namespace chartcast::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Substituted substituted(std::string_view text) {
    return substitute(text, environment_of({{"A", "x"}, {"EMPTY", ""}, {"BAD", "\xFF"}}));
}

TEST(Environment, FillsInVariables) {
    EXPECT_EQ(substituted("<${A}${A}>").text, "<xx>");
    EXPECT_EQ(substituted("${EMPTY}").text, "");
    EXPECT_EQ(substituted("${NONE:-d:-e}").text, "d:-e");
    EXPECT_EQ(substituted("${EMPTY:-d}").text, "d");
    EXPECT_EQ(substituted("${A:-d}").text, "x");
    EXPECT_TRUE(substituted("${A}").from_environment);
}

TEST(Environment, LeavesOtherDollarsAlone) {
    for (const auto* text : {"$", "$format", "a$", "$1", "$A", "100 $ {b}"}) {
        EXPECT_EQ(substituted(text).text, text);
        EXPECT_FALSE(substituted(text).from_environment);
    }
    EXPECT_EQ(substituted("$$").text, "$");
    EXPECT_EQ(substituted("$${A}").text, "${A}");
}

TEST(Environment, NamesTheVariableThatIsNotSet) {
    EXPECT_THAT(substituted("${NO_SUCH}").error, HasSubstr("NO_SUCH is not set"));
    EXPECT_THAT(substituted("${A").error, HasSubstr("without its }"));
    for (const auto* text : {"${}", "${1A}", "${A B}", "${:-x}"}) {
        EXPECT_THAT(substituted(text).error, HasSubstr("does not name a variable")) << text;
    }
    EXPECT_THAT(substituted("${BAD}").error, HasSubstr("BAD is not UTF-8"));
}

TEST(Environment, IsFilledInInValuesOnly) {
    const auto settings =
        read("charts: { a: { option: { \"${K}\": \"${V}\" } } }", environment_of({{"V", "v"}}));
    EXPECT_EQ(socketio::to_json(settings.charts.at(0).option), R"({"${K}":"v"})");
}

TEST(Environment, IsAProblemAtTheValueWhenUnset) {
    EXPECT_THAT(problems_of("store:\n  path: ${NO_SUCH}\n"),
                ElementsAre(HasSubstr("c.yaml:2:9: store.path: the environment variable NO_SUCH")));
}

TEST(Environment, IsNeverShown) {
    const auto environment = environment_of({{"S", "s3cret"}});
    const auto problems = problems_of(R"(
server:
  listen: "${S}"
  limits: { max_body: "${S}", connect_rate: "${S}", max_connections: "${S}" }
  origins: "${S}"
  trusted_proxies: "x${S}"
store: { path: x, history: { default: "${S}" } }
cluster: { redis: { url: "${S}" }, accept_emitter: "${S}" }
auth:
  anonymous: "${S}"
  api_keys: [{ id: "${S}!", hash: "${S}", can: "${S}" }]
  jwt: { jwks_url: "${S}", audience: a }
  embed: { secret: "${S}" }
connections: { a: { driver: "${S}", path: x } }
datasets: { a: { fields: { x: "${S}" }, key: "${S}", source: { sql: { connection: "${S}", query: x } } } }
charts: { a: { data: "${S}", allow: { view: "${S}" } } }
default_chart: "${S}"
notify: { n: { webhook: "${S}" } }
version: "${S}"
)",
                                      environment);
    EXPECT_GT(problems.size(), 20u);
    EXPECT_THAT(problems, testing::Each(Not(HasSubstr("s3cret"))));
}

}  // namespace
}  // namespace chartcast::config
