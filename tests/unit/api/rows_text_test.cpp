#include "api/rows_text.hpp"

#include "decode/row_decoder.hpp"
#include <socketio/json.hpp>

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

using live::FieldType;
using socketio::Array;
using socketio::Object;

viewers::RowsView view_of(std::vector<Array> rows) {
    live::DatasetDefinition definition;
    definition.fields = {{"id", FieldType::string},
                         {"n", FieldType::number},
                         {"b", FieldType::boolean},
                         {"t", FieldType::time},
                         {"j", FieldType::json}};
    definition.key = {"id"};
    viewers::RowsView view;
    view.position = {"k3f9", 118};
    view.schema = std::make_shared<const live::Schema>(*live::Schema::make(std::move(definition)));
    std::uint64_t seq = 0;
    for (auto& row : rows) view.rows.push_back(live::make_row(seq++, 0, std::move(row)));
    return view;
}

TEST(RowsText, HasRowsAsObjectsAndWhatIsToBeKnownOfThem) {
    const auto view =
        view_of({{"a", 1.5, true, 2'000, Array{1}}, {"b", nullptr, false, 0, nullptr}});
    EXPECT_EQ(rows_json("deals", view, 10),
              R"({"dataset":"deals","epoch":"k3f9","v":118,)"
              R"("fields":{"id":"string","n":"number","b":"boolean","t":"time","j":"json"},)"
              R"("key":["id"],"count":2,"rows":[{"id":"a","n":1.5,"b":true,"t":2000,"j":[1]},)"
              R"({"id":"b","n":null,"b":false,"t":0,"j":null}]})");
}

TEST(RowsText, GivesTheNewestWhenThereAreMoreThanTheLimit) {
    const auto view = view_of({{"a", 1, true, 0, nullptr}, {"b", 2, true, 0, nullptr}});
    EXPECT_TRUE(rows_json("d", view, 1)
                    .ends_with(R"("count":2,"rows":[{"id":"b","n":2,"b":true,"t":0,"j":null}]})"));
    EXPECT_TRUE(rows_json("d", view, 0).ends_with(R"("count":2,"rows":[]})"));
    EXPECT_EQ(rows_csv(view, 1), "id,n,b,t,j\r\nb,2,true,0,\r\n");
}

TEST(RowsText, QuotesWhatCsvWouldMisread) {
    const auto view =
        view_of({{"a,\"b\"\r\n", 1, true, 0, Object{{"k", "v"}}}, {"", 1, true, 0, "x"}});
    EXPECT_EQ(rows_csv(view, 10),
              "id,n,b,t,j\r\n\"a,\"\"b\"\"\r\n\",1,true,0,\"{\"\"k\"\":\"\"v\"\"}\"\r\n"
              "\"\",1,true,0,\"\"\"x\"\"\"\r\n");
}

TEST(RowsText, IsReadAgainAsTheSameRows) {
    const auto view = view_of({{" a\n", -1.25, false, 1'700'000'000'000, Array{"x", nullptr}},
                               {"", nullptr, nullptr, nullptr, nullptr},
                               {"1", 2, true, 0, "text"}});
    const auto decoder = decode::make_decoder(decode::Format::csv, view.schema.get());
    ASSERT_FALSE(decoder->feed(rows_csv(view, 10)));
    ASSERT_FALSE(decoder->finish());
    const auto rows = decoder->take();
    ASSERT_EQ(rows.size(), view.rows.size());
    for (std::size_t at = 0; at < rows.size(); ++at) {
        Array cells;
        for (const auto& [name, value] : rows[at].as_object()) cells.push_back(value);
        EXPECT_EQ(socketio::to_json(cells), socketio::to_json(view.rows[at]->cells));
    }
}

}  // namespace
}  // namespace chartcast::api
