// Options for delta clients, for the API, and for pages that know nothing but setOption.
#include "live/option_template.hpp"

#include "live/dataset_option.hpp"
#include "live/locale_texts.hpp"
#include "live/plain_option.hpp"
#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

Value bar(const char* id) {
    return Object{{"id", id}, {"type", "bar"}};
}
OptionTemplate with_series(Array series) {
    return {Object{{"series", std::move(series)}}, {}};
}

TEST(OptionTemplate, HasAHashOfWhatItHolds) {
    const auto first = with_series({bar("a")});
    EXPECT_EQ(first.tpl().size(), 12u);
    EXPECT_EQ(first.tpl(), with_series({bar("a")}).tpl());
    EXPECT_NE(first.tpl(), with_series({bar("b")}).tpl());
    EXPECT_NE(first.tpl(), OptionTemplate(first.option("en"), {{"en", "Title"}}).tpl());
    const auto patched = first.patched(Object{{"grid", Object{{"top", 1}}}});
    EXPECT_NE(patched.tpl(), first.tpl());
    EXPECT_EQ(patched.patched(Object{{"grid", nullptr}}).tpl(), first.tpl());
}

TEST(OptionTemplate, GivesEverySeriesAnId) {
    const auto option =
        with_series({Object{{"type", "bar"}}, Object{{"id", 7}}, bar("x")}).series();
    ASSERT_EQ(option.size(), 3u);
    EXPECT_EQ(option[0].id, "series0");
    EXPECT_EQ(option[1].id, "7");
    EXPECT_EQ(option[2].id, "x");
    EXPECT_EQ(OptionTemplate(Object{{"series", bar("alone")}}, {}).series().size(), 1u);
    EXPECT_TRUE(OptionTemplate(nullptr, {}).series().empty());
    EXPECT_TRUE(OptionTemplate(Object{{"series", Array{1}}}, {}).series().empty());
}

TEST(OptionTemplate, SpeaksTheViewersLanguage) {
    const LocaleTexts title{{"zh-CN", "销售"}, {"en", "Sales"}};
    EXPECT_EQ(text_for(title, "en"), "Sales");
    EXPECT_EQ(text_for(title, "en-GB"), "Sales");
    EXPECT_EQ(text_for(title, "zh"), "销售");
    EXPECT_EQ(text_for(title, "fr"), "销售");
    EXPECT_EQ(text_for({}, "en"), "");
    EXPECT_EQ(OptionTemplate(Object{}, title).option("en"),
              Value(Object{{"title", Object{{"text", "Sales"}}}}));
    const Object own{{"title", Object{{"text", "Mine"}}}};
    EXPECT_EQ(OptionTemplate(own, title).option("en"), Value(own));
}

TEST(OptionTemplate, ResolvesDollarKeysOrTakesThemOut) {
    const auto format = [](const char* text) {
        return without_dollar_keys(Object{{"axisLabel", Object{{"$format", text}}}});
    };
    const auto formatter = [](const char* text) {
        return Value(Object{{"axisLabel", Object{{"formatter", text}}}});
    };
    EXPECT_EQ(format("currency:CNY"), formatter("¥{value}"));
    EXPECT_EQ(format("currency:CHF"), formatter("CHF {value}"));
    EXPECT_EQ(format("unit:ms"), formatter("{value} ms"));
    EXPECT_EQ(format("something"), Value(Object{{"axisLabel", Object{}}}));
    EXPECT_EQ(format("other:thing"), Value(Object{{"axisLabel", Object{}}}));
    EXPECT_EQ(
        without_dollar_keys(Object{{"$top", 1},
                                   {"tooltip", Object{{"$format", "currency:CNY"}, {"show", true}}},
                                   {"list", Array{Object{{"$x", Object{}}, {"y", 1}}}}}),
        Value(Object{{"tooltip", Object{{"show", true}}}, {"list", Array{Object{{"y", 1}}}}}));
    EXPECT_EQ(without_dollar_keys(
                  Object{{"axisLabel", Object{{"formatter", "own"}, {"$format", "unit:ms"}}}}),
              Value(Object{{"axisLabel", Object{{"formatter", "own"}}}}));
}

TEST(DatasetOption, SaysWhenTheFirstRowIsNoHeader) {
    const auto schema = schema_of(deals_definition());
    const std::vector<RowRef> numbers{make_row(0, 0, deal("a", "x", 1))};
    const auto dataset = dataset_option("d", schema, numbers);
    EXPECT_EQ(dataset, (Object{{"id", "d"},
                               {"dimensions", Array{"id", "region", "amount", "deals"}},
                               {"source", Array{deal("a", "x", 1)}}}));
    const std::vector<RowRef> texts{make_row(0, 0, {"a", "x", nullptr, nullptr})};
    EXPECT_EQ(*dataset_option("d", schema, texts).find("sourceHeader"), Value(false));
    EXPECT_EQ(dataset_option("d", schema, {}).find("sourceHeader"), nullptr);
}

TEST(OptionTemplate, MaterialisesWithItsOwnDatasetsBehindOurs) {
    const Object ours{{"id", "d"}};
    const Object transform{{"transform", Object{}}};
    const auto dataset = [&](Value own) {
        return *OptionTemplate(Object{{"dataset", std::move(own)}}, {})
                    .materialise({ours}, "en")
                    .as_object()
                    .find("dataset");
    };
    EXPECT_EQ(dataset(nullptr), Value(Array{ours}));
    EXPECT_EQ(dataset(transform), Value(Array{ours, transform}));
    EXPECT_EQ(dataset(Array{transform}), Value(Array{ours, transform}));
}

TEST(PlainOption, NamesTheSeriesThatWereInTheirPlaces) {
    PlainOption plain;
    const auto series = [&plain](const OptionTemplate& chart) {
        plain.learn(chart);
        return *plain.option(chart, {}, "en").as_object().find("series");
    };
    const auto present = [](const char* id) {
        return Object{{"id", id}, {"type", "bar"}, {"data", nullptr}};
    };
    const auto absent = [](const char* id) {
        return Object{{"id", id}, {"type", "bar"}, {"name", ""}, {"data", Array{}}};
    };
    EXPECT_EQ(series(with_series({bar("a"), bar("b")})), Value(Array{present("a"), present("b")}));
    EXPECT_EQ(series(with_series({bar("b")})), Value(Array{absent("a"), present("b")}));
    EXPECT_EQ(series(with_series({bar("c"), bar("a")})),
              Value(Array{present("a"), absent("b"), present("c")}));
    const Object inline_data{{"id", "a"}, {"type", "bar"}, {"data", Array{1}}};
    EXPECT_EQ(series(with_series({inline_data})),
              Value(Array{inline_data, absent("b"), absent("c")}));
    EXPECT_EQ(series(OptionTemplate(Object{}, {})),
              Value(Array{absent("a"), absent("b"), absent("c")}));
}

TEST(PlainOption, RemembersABoundedNumberOfSeries) {
    PlainOption plain;
    for (int at = 0; at < 200; ++at)
        plain.learn(with_series({bar(("s" + std::to_string(at)).c_str())}));
    const auto last = with_series({bar("s199")});
    const auto option = plain.option(last, {}, "en");
    EXPECT_EQ(option.as_object().find("series")->as_array().size(), 1 + PlainOption::absent_max);
}

}  // namespace
}  // namespace chartcast::live
