// Rows and keys from outside, and where what is wrong with them stands.
#include "live/row_check.hpp"

#include "live/row.hpp"
#include "live/row_error.hpp"
#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

using Texts = std::vector<std::string>;

Texts row_errors(const Value& row) {
    RowErrors errors;
    EXPECT_FALSE(check_row(schema_of(deals_definition()), row, 3, errors));
    return error_texts(errors);
}

TEST(RowCheck, TakesObjectsAndLists) {
    const auto schema = schema_of(deals_definition());
    RowErrors errors;
    const auto object = check_row(schema, Object{{"amount", 2}, {"id", "a"}}, 0, errors);
    ASSERT_TRUE(object);
    EXPECT_EQ(object->cells, (Cells{"a", nullptr, 2, nullptr}));
    EXPECT_EQ(object->present, DimSet(0b0101));
    const auto list = check_row(schema, deal("a", "north", 2, 1), 0, errors);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->present, DimSet(0b1111));
    EXPECT_TRUE(errors.empty());
}

TEST(RowCheck, NamesRowFieldAndPlace) {
    EXPECT_EQ(row_errors(1), (Texts{"/3 not_a_row"}));
    EXPECT_EQ(row_errors(Array{"a"}), (Texts{"/3 cell_count"}));
    EXPECT_EQ(row_errors(Object{{"amount", 1}}), (Texts{"/3/id missing_key"}));
    EXPECT_EQ(row_errors(Object{{"id", nullptr}}), (Texts{"/3/id missing_key"}));
    EXPECT_EQ(row_errors(Array{"a", 5, 1, 2.5}), (Texts{"/3/1 wrong_type", "/3/3 wrong_type"}));
    EXPECT_EQ(row_errors(Object{{"id", 1}, {"a/b~c", 1}}),
              (Texts{"/3/id wrong_type", "/3/a~1b~0c unknown_field"}));
}

TEST(RowCheck, TakesKeysInThreeForms) {
    auto definition = deals_definition();
    RowErrors errors;
    const auto single = schema_of(definition);
    EXPECT_EQ(check_key(single, "a", 0, errors), (Cells{"a"}));
    EXPECT_EQ(check_key(single, Array{"a"}, 0, errors), (Cells{"a"}));
    EXPECT_EQ(check_key(single, Object{{"id", "a"}}, 0, errors), (Cells{"a"}));
    definition.key = {"region", "id"};
    const auto composite = schema_of(definition);
    EXPECT_EQ(check_key(composite, Array{"north", "a"}, 0, errors), (Cells{"north", "a"}));
    EXPECT_EQ(check_key(composite, Object{{"id", "a"}, {"region", "north"}}, 0, errors),
              (Cells{"north", "a"}));
    EXPECT_TRUE(errors.empty());

    EXPECT_FALSE(check_key(composite, "a", 1, errors));
    EXPECT_FALSE(check_key(composite, Array{"a"}, 2, errors));
    EXPECT_FALSE(check_key(composite, Object{{"id", "a"}}, 3, errors));
    definition.key.clear();
    EXPECT_FALSE(check_key(schema_of(definition), "a", 4, errors));
    EXPECT_EQ(error_texts(errors),
              (Texts{"/1 not_a_row", "/2 cell_count", "/3/region missing_key", "/4 keyless"}));
}

TEST(RowCheck, ReportsABoundedNumberOfErrors) {
    const auto schema = schema_of(deals_definition());
    RowErrors errors;
    for (std::size_t row = 0; row < 1000; ++row) (void)check_row(schema, nullptr, row, errors);
    EXPECT_EQ(errors.count(), 1000u);
    EXPECT_EQ(errors.kept().size(), RowErrors::kept_max);
}

TEST(RowCheck, HasATextForEachCode) {
    std::vector<std::string_view> texts;
    for (int code = 0; code <= static_cast<int>(RowErrorCode::too_many_rows); ++code) {
        const auto text = to_string(static_cast<RowErrorCode>(code));
        EXPECT_NE(text, "unknown");
        EXPECT_EQ(std::count(texts.begin(), texts.end(), text), 0) << text;
        texts.push_back(text);
    }
}

TEST(Row, HasOneKeyTextForEachKey) {
    EXPECT_NE(key_text({"a", "b"}), key_text({"ab", ""}));
    EXPECT_NE(key_text({"a;1:b"}), key_text({"a", "b"}));
    EXPECT_NE(key_text({"1"}), key_text({1}));
    EXPECT_NE(key_text({true}), key_text({nullptr}));
    EXPECT_EQ(key_text({"a", 1}), key_text({"a", 1}));
}

TEST(Row, IsNamedByItsKeyOrItsNumber) {
    auto definition = deals_definition();
    const auto row = make_row(7, 0, deal("a", "north", 1));
    EXPECT_EQ(wire_key(schema_of(definition), *row), Value("a"));
    definition.key = {"region", "id"};
    EXPECT_EQ(wire_key(schema_of(definition), *row), Value(Array{"north", "a"}));
    definition.key.clear();
    EXPECT_EQ(wire_key(schema_of(definition), *row), Value(7));
}

}  // namespace
}  // namespace chartcast::live
