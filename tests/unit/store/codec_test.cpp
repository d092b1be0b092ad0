// The records of the store: what is written is read again exactly, and nothing else is.
#include "store/codec/bytes.hpp"
#include "store/codec/image.hpp"
#include "store/codec/record.hpp"
#include "store_world.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace chartcast::store {
namespace {

live::Entry rich_entry() {
    live::Entry entry;
    entry.operation = Operation::patch;
    entry.rows = {nullptr,
                  true,
                  false,
                  0,
                  -1,
                  std::numeric_limits<std::int64_t>::min(),
                  std::numeric_limits<std::uint64_t>::max(),
                  1.0,
                  -0.0,
                  0.1,
                  "text \xe4\xbd\xa0",
                  socketio::Binary(std::string("\0\xff", 2)),
                  Object{{"a", Array{1, Array{}}}, {"b", Object{}}}};
    entry.if_match = live::Position{"k3f9", 118};
    entry.idempotency_key = "key";
    entry.body_hash = "hash";
    entry.rows_must_exist = true;
    entry.ts = -5;
    return entry;
}

live::DatasetImage rich_image(std::size_t rows) {
    live::DatasetImage image;
    image.position = {"k3f9", 118};
    image.clock = 1000;
    for (std::size_t at = 0; at < rows; ++at) {
        image.rows.push_back(live::make_row(at * 3, 7, deal(std::to_string(at), 1.5, Array{1})));
    }
    image.next_seq = rows * 3;
    image.results = {{"key", "hash", {"old", 5}, true, 3, 999},
                     {"two", "hash", {"old", 5}, false, 0, 1}};
    return image;
}

std::vector<std::string> records_of(const live::DatasetImage& image) {
    std::vector<std::string> records;
    encode_image(image, [&records](std::string record) { records.push_back(std::move(record)); });
    return records;
}

std::optional<live::DatasetImage> read(const std::vector<std::string>& records) {
    const auto schema = deals_schema();
    ImageReader reader(schema);
    for (const auto& record : records) {
        if (!reader.add(ByteReader(record))) return std::nullopt;
    }
    return reader.finish();
}

TEST(StoreCodec, GivesAnEntryBackExactly) {
    const auto entry = rich_entry();
    const auto record = decode_record(ByteReader(encode_entry({"e", 9}, entry)));
    ASSERT_TRUE(record && record->entry);
    EXPECT_EQ(record->position, (live::Position{"e", 9}));
    EXPECT_EQ(record->entry->operation, entry.operation);
    EXPECT_EQ(record->entry->rows, entry.rows);
    // Equal is not enough: 1.0 stays a double.
    for (std::size_t at = 0; at < entry.rows.size(); ++at) {
        EXPECT_EQ(record->entry->rows[at].kind(), entry.rows[at].kind());
    }
    EXPECT_EQ(record->entry->if_match, entry.if_match);
    EXPECT_EQ(record->entry->idempotency_key, "key");
    EXPECT_EQ(record->entry->body_hash, "hash");
    EXPECT_TRUE(record->entry->rows_must_exist);
    EXPECT_EQ(record->entry->ts, -5);
    const auto epoch = decode_record(ByteReader(encode_epoch({"f", 9})));
    ASSERT_TRUE(epoch);
    EXPECT_FALSE(epoch->entry);
    EXPECT_EQ(epoch->position, (live::Position{"f", 9}));
}

TEST(StoreCodec, FindsEveryChangedByteOfARecord) {
    const auto sound = encode_entry({"e", 9}, rich_entry());
    for (std::size_t at = 0; at < sound.size(); ++at) {
        auto damaged = sound;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        EXPECT_FALSE(decode_record(ByteReader(damaged))) << at;
        EXPECT_FALSE(decode_record(ByteReader(std::string_view(sound).substr(0, at)))) << at;
    }
}

TEST(StoreCodec, GivesASchemaBackExactly) {
    auto definition = deals_schema(7).definition();
    definition.window.age = std::chrono::hours(1);
    definition.row_access = "id";
    definition.rows_max = 77;
    definition.downsample = {600, live::DownsampleMethod::min_max, "amount", "deals"};
    const auto schema = *live::Schema::make(definition);
    const auto data = encode_schema(schema);
    const auto again = decode_schema(ByteReader(data));
    ASSERT_TRUE(again);
    EXPECT_EQ(encode_schema(*again), data);
    EXPECT_EQ(again->window().rows, 7u);
    EXPECT_EQ(again->definition().downsample->method, live::DownsampleMethod::min_max);
    EXPECT_NE(encode_schema(deals_schema()), data);
}

TEST(StoreCodec, GivesAnImageBackInSeveralRecords) {
    const auto image = rich_image(20'000);
    const auto records = records_of(image);
    EXPECT_GT(records.size(), 3u);
    const auto again = read(records);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->position, image.position);
    EXPECT_EQ(again->next_seq, image.next_seq);
    EXPECT_EQ(again->clock, image.clock);
    ASSERT_EQ(again->rows.size(), image.rows.size());
    EXPECT_EQ(again->rows.back()->seq, image.rows.back()->seq);
    EXPECT_EQ(again->rows.back()->arrived, 7);
    EXPECT_EQ(again->rows.back()->bytes, image.rows.back()->bytes);
    EXPECT_EQ(rows_of(*again), rows_of(image));
    ASSERT_EQ(again->results.size(), 2u);
    EXPECT_EQ(again->results[0].key, "key");
    EXPECT_EQ(again->results[0].position, (live::Position{"old", 5}));
    EXPECT_TRUE(again->results[0].changed);
    EXPECT_EQ(again->results[0].rows, 3u);
    EXPECT_EQ(again->results[0].ts, 999);
    EXPECT_EQ(image_position(ByteReader(records[0])), image.position);
}

TEST(StoreCodec, RefusesImagesThatNoDatasetCanHave) {
    EXPECT_FALSE(read({}));
    auto records = records_of(rich_image(3));
    auto without_head = records;
    without_head.erase(without_head.begin());
    EXPECT_FALSE(read(without_head));
    auto cut = records;
    cut.pop_back();
    EXPECT_FALSE(read(cut));
    records.push_back(records.back());
    EXPECT_FALSE(read(records));

    auto same_key = rich_image(2);
    same_key.rows[1] = live::make_row(4, 7, deal("0", 1));
    EXPECT_FALSE(read(records_of(same_key)));
    auto backwards = rich_image(2);
    std::swap(backwards.rows[0], backwards.rows[1]);
    EXPECT_FALSE(read(records_of(backwards)));
    auto beyond = rich_image(2);
    beyond.next_seq = 3;
    EXPECT_FALSE(read(records_of(beyond)));
    auto wrong_type = rich_image(1);
    wrong_type.rows[0] = live::make_row(0, 7, {Value(1), Value(1.5), Value(1), nullptr});
    EXPECT_FALSE(read(records_of(wrong_type)));
}

TEST(StoreCodec, ReadsNoDeeperThanItsStack) {
    std::string deep(100'000, '\x08');
    for (std::size_t at = 1; at < deep.size(); at += 2) deep[at] = '\x01';
    auto reader = ByteReader::unchecked(deep);
    static_cast<void>(reader.value());
    EXPECT_TRUE(reader.failed());
}

TEST(StoreCodec, BelievesNoCountBeyondTheBytesThatAreThere) {
    auto reader = ByteReader::unchecked("\x08\xff\xff\xff\xff\x7f");
    static_cast<void>(reader.value());
    EXPECT_TRUE(reader.failed());
}

}  // namespace
}  // namespace chartcast::store
