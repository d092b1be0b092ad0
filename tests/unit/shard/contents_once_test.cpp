// Events that many threads encode once for all of them.

#include "shard/contents_once.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace socketio::shard {
namespace {

using wire::PacketFormat;

constexpr std::array all_forms = {
    hub::ContentForm{PacketFormat::json, false}, hub::ContentForm{PacketFormat::json, true},
    hub::ContentForm{PacketFormat::msgpack, false}, hub::ContentForm{PacketFormat::msgpack, true}};
static_assert(all_forms.size() == hub::content_forms);
constexpr auto json = all_forms[0];
constexpr auto msgpack = all_forms[2];

class ContentsOnceTest : public testing::Test {
protected:
    [[nodiscard]] auto make_contents() {
        return std::make_shared<const ContentsOnce>(
            [this](hub::ContentForm form) {
                ++encoded[form.index()];
                const Args args{std::string(20'000, 'x'), 1};
                const auto offset = wire::make_event_offset(1'795'388'960'617, 1);
                return hub::encode_event(form, {"/", "x", args, {}, offset});
            },
            values_bytes);
    }

    [[nodiscard]] int times(hub::ContentForm form) const { return encoded[form.index()].load(); }

    static constexpr std::size_t values_bytes = 20'100;
    std::array<std::atomic<int>, hub::content_forms> encoded{};
};

TEST_F(ContentsOnceTest, AreEncodedForTheFormsThatSomebodyAsksForAlone) {
    const auto contents = make_contents();
    for (const auto form : all_forms) EXPECT_EQ(times(form), 0);
    const auto& made = contents->of(msgpack);
    EXPECT_TRUE(made->binary);
    EXPECT_EQ(contents->of(msgpack), made);
    EXPECT_EQ(times(msgpack), 1);
    EXPECT_EQ(times(json), 0);
}

TEST_F(ContentsOnceTest, AreCountedWithTheFormsThatWereMade) {
    const auto contents = make_contents();
    EXPECT_EQ(contents->bytes(), values_bytes);
    const auto binary = contents->of(msgpack)->data.size();
    EXPECT_EQ(contents->bytes(), values_bytes + binary);
    (void)contents->of(msgpack);
    const auto text = contents->of(json)->data.size();
    EXPECT_EQ(contents->bytes(), values_bytes + binary + text);
}

TEST_F(ContentsOnceTest, AreEncodedOnceForShardsThatAskAtTheSameTime) {
    constexpr int threads = 4;
    constexpr int events = 300;
    std::vector<std::shared_ptr<const ContentsOnce>> contents;
    for (int i = 0; i < events; ++i) contents.push_back(make_contents());
    std::array<std::vector<std::array<engine::ContentRef, hub::content_forms>>, threads> seen;
    {
        std::barrier begin(threads);
        std::vector<std::jthread> shards;
        for (std::size_t index = 0; index < threads; ++index) {
            shards.emplace_back([&, index] {
                for (const auto& event : contents) {
                    // Each event is asked for by all of them at once, in different orders of the forms.
                    begin.arrive_and_wait();
                    std::array<engine::ContentRef, hub::content_forms> forms;
                    for (std::size_t step = 0; step < forms.size(); ++step) {
                        const auto form = all_forms[(step + index) % forms.size()];
                        forms[form.index()] = event->of(form);
                    }
                    seen[index].push_back(forms);
                }
            });
        }
    }
    for (const auto form : all_forms) EXPECT_EQ(times(form), events);
    for (const auto& forms : seen) EXPECT_EQ(forms, seen[0]) << "all have the same bytes";
}

TEST_F(ContentsOnceTest, AreThereForWhoAsksLaterAndWhenTheirMakerHasGone) {
    auto contents = make_contents();
    engine::ContentRef kept;
    {
        std::jthread first([&] { kept = contents->of(json); });
    }
    EXPECT_EQ(contents->of(json), kept);
    EXPECT_EQ(times(json), 1);
    contents.reset();
    EXPECT_TRUE(kept->data.starts_with(R"(2["x","xxx)"));
}

}  // namespace
}  // namespace socketio::shard
