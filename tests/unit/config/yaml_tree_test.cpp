// The bounds of a YAML text, its places, and what unquoted values mean.
#include "config/reading/yaml_tree.hpp"

#include "config/reading/nearest.hpp"
#include "config/reading/plain_value.hpp"
#include "unit/config/reading.hpp"
#include <socketio/json.hpp>

#include <gmock/gmock.h>

namespace chartcast::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string json_of(const std::string& text) {
    Problems problems;
    const auto tree = parse_yaml(text, problems.add_file("c.yaml"), environment_of({}), problems);
    if (!tree) return problems.lines().at(0);
    return socketio::to_json(plain_value(*tree));
}

TEST(YamlTree, MeansWhatTheCoreSchemaSays) {
    EXPECT_EQ(json_of("{a: 1, b: -1.5, c: 1e3, d: 0x1F, e: 0o17, f: +7, g: .5, h: 0755}"),
              R"({"a":1,"b":-1.5,"c":1000,"d":31,"e":15,"f":7,"g":0.5,"h":755})");
    EXPECT_EQ(json_of("{a: true, b: False, c: ~, d: null, e: }"),
              R"({"a":true,"b":false,"c":null,"d":null,"e":null})");
    EXPECT_EQ(json_of("{a: yes, b: 'yes', c: on, d: '1', e: \"true\", f: !!str 1, g: 'null'}"),
              R"({"a":"yes","b":"yes","c":"on","d":"1","e":"true","f":"1","g":"null"})");
    EXPECT_EQ(json_of("{a: inf, b: .inf, c: nan, d: 1.2.3, e: 2026-11-25, f: -, g: 1_000}"),
              R"({"a":"inf","b":".inf","c":"nan","d":"1.2.3","e":"2026-11-25","f":"-",)"
              R"("g":"1_000"})");
    EXPECT_EQ(json_of("{a: 9007199254740993, b: 18446744073709551615}"),
              R"({"a":9007199254740993,"b":18446744073709551615})");
}

TEST(YamlTree, ExpandsAliases) {
    EXPECT_EQ(json_of("a: &x { n: 1 }\nb: *x\n"), R"({"a":{"n":1},"b":{"n":1}})");
}

TEST(YamlTree, RefusesAnAliasBomb) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        auto line = "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int n = 0; n < 10; ++n) line += (n > 0 ? ", " : "") + before;
        text += line + "]\n";
    }
    EXPECT_THAT(json_of(text), HasSubstr("more than 200000 values"));
    EXPECT_THAT(json_of("a: &a [*a]\n"), HasSubstr("an alias of something that holds it"));
}

TEST(YamlTree, RefusesAnAliasThatNestsTooDeep) {
    std::string text;
    for (int i = 0; i < 70; ++i) {
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) +
                (i == 0 ? " [1]\n" : " [*a" + std::to_string(i - 1) + "]\n");
    }
    EXPECT_THAT(json_of(text), HasSubstr("nested deeper than 64 levels"));
}

TEST(YamlTree, RefusesDeepNesting) {
    EXPECT_THAT(json_of("a: " + std::string(100, '[') + std::string(100, ']')),
                HasSubstr("nested deeper than 64 levels"));
    for (const auto* text : {"[", "{", "- ", "? ", "{a: "}) {
        std::string many;
        while (many.size() < 20'000) many += text;
        EXPECT_THAT(json_of("a: " + many), HasSubstr("c.yaml:1:")) << text;
    }
}

TEST(YamlTree, RefusesWhatIsTooLarge) {
    EXPECT_THAT(json_of("a: " + std::string(5 << 20, 'x')), HasSubstr("larger than 4 MiB"));
}

TEST(YamlTree, RefusesWhatIsNoText) {
    EXPECT_THAT(json_of("a: 1\nb: \xFF\n"), HasSubstr("c.yaml:2:1: not UTF-8"));
    EXPECT_THAT(json_of("a: 1\nb: \x04\n"), HasSubstr("c.yaml:2:1: not UTF-8"));
    EXPECT_THAT(json_of(std::string("a\0b", 3)), HasSubstr("c.yaml:1:1: not UTF-8"));
    EXPECT_EQ(json_of("\xEF\xBB\xBF"
                      "a: \xEF\xBF\xBD"),
              "{\"a\":\"\xEF\xBF\xBD\"}");
}

TEST(YamlTree, RefusesWhatIsNoConfiguration) {
    EXPECT_THAT(json_of("a: 1\nb: [\n"), HasSubstr("not YAML"));
    EXPECT_THAT(json_of("- a\n"), HasSubstr("no configuration"));
    EXPECT_THAT(json_of("a: 1\n---\nb: 1\n"), HasSubstr("c.yaml:2:1: a second document"));
    EXPECT_THAT(json_of("a: !mine 1\n"), HasSubstr("c.yaml:1:4: a YAML tag"));
    EXPECT_THAT(json_of("? [a]\n: 1\n"), HasSubstr("a key is a text"));
    EXPECT_THAT(json_of("~: 1\n"), HasSubstr("a key is a text"));
}

TEST(YamlTree, FindsKeysThatStandTwice) {
    EXPECT_THAT(problems_of("charts:\n  a: { option: { x: [{ y: 1, y: 2 }] } }\n"),
                ElementsAre(AllOf(HasSubstr("c.yaml:2:30: charts.a.option.x[0]"),
                                  HasSubstr("y stands twice"))));
}

TEST(Nearest, FindsTheNameThatWasMeant) {
    EXPECT_EQ(nearest("lsiten", {"origins", "listen"}), "listen");
    EXPECT_EQ(nearest("orgins", {"origins", "listen"}), "origins");
    EXPECT_EQ(nearest("fieldss", {"field", "fields"}), "fields");
    EXPECT_EQ(nearest("kye", {"key", "window"}), "key");
    EXPECT_EQ(nearest("x", {"y"}), "y");
    EXPECT_EQ(nearest("abc", {"xyz"}), "");
    EXPECT_EQ(nearest(std::string(1000, 'a'), {"a"}), "");
    EXPECT_EQ(nearest("a", {}), "");
}

}  // namespace
}  // namespace chartcast::config
