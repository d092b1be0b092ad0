#include "api/batch.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chartcast::api {
namespace {

/// How many rows each batch has, and the line that it ends with.
std::vector<std::pair<std::size_t, std::size_t>> cut(std::string_view text, std::size_t piece,
                                                     Batch batch = {}) {
    const auto decoder = decode::make_decoder(decode::Format::ndjson, nullptr);
    std::vector<std::pair<std::size_t, std::size_t>> batches;
    const auto collect = [&](bool last) {
        while (batch.fill(*decoder) || (last && !batch.empty())) {
            const auto lines = batch.lines();
            batches.emplace_back(batch.take().size(), lines);
        }
    };
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        EXPECT_FALSE(decoder->feed(text.substr(0, piece)));
        collect(false);
    }
    EXPECT_FALSE(decoder->finish());
    collect(true);
    return batches;
}

TEST(Batch, IsFullOfAThousandRows) {
    std::string text;
    for (int row = 0; row < 2'500; ++row) text += "{\"a\":1}\n\n";
    const std::vector<std::pair<std::size_t, std::size_t>> wanted{
        {1'000, 1'999}, {1'000, 3'999}, {500, 4'999}};
    EXPECT_EQ(cut(text, text.size()), wanted);
    EXPECT_EQ(cut(text, 997), wanted);
}

TEST(Batch, IsFullOfAQuarterOfAMebibyte) {
    std::string text;
    for (int row = 0; row < 5; ++row) text += '"' + std::string(100'000, 'x') + "\"\n";
    const std::vector<std::pair<std::size_t, std::size_t>> wanted{{3, 3}, {2, 5}};
    EXPECT_EQ(cut(text, text.size()), wanted);
    EXPECT_EQ(cut(text, 4'096), wanted);
}

TEST(Batch, EndsBeforeAKeyThatItHas) {
    live::DatasetDefinition definition;
    definition.fields = {{"id", live::FieldType::string}, {"n", live::FieldType::number}};
    definition.key = {"id"};
    const auto schema =
        std::make_shared<const live::Schema>(*live::Schema::make(std::move(definition)));
    const auto batch = [&](live::Operation operation) {
        Batch empty;
        empty.keep_keys_apart(schema, operation);
        return empty;
    };
    const std::string rows = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n[\"a\",1]\n{\"id\":\"a\"}\n7\n";
    const std::vector<std::pair<std::size_t, std::size_t>> wanted{{2, 2}, {1, 3}, {2, 5}};
    EXPECT_EQ(cut(rows, rows.size(), batch(live::Operation::upsert)), wanted);
    EXPECT_EQ(cut(rows, 3, batch(live::Operation::upsert)), wanted);
    const std::string patches = "{\"key\":\"a\"}\n{\"key\":[\"a\"]}\n{\"key\":{\"id\":\"b\"}}\n";
    const std::vector<std::pair<std::size_t, std::size_t>> of_patches{{1, 1}, {2, 3}};
    EXPECT_EQ(cut(patches, 5, batch(live::Operation::patch)), of_patches);
    EXPECT_EQ(cut(rows, rows.size(), batch(live::Operation::append)).size(), 1U);
}

}  // namespace
}  // namespace chartcast::api
