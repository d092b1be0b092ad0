// Joining and leaving, from both sides, against a simple model.

#include "hub/room_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace socketio::hub {
namespace {

class Member final : public RoomMember {
public:
    [[nodiscard]] std::set<std::string> rooms() const {
        std::set<std::string> names;
        for_each_room([&](std::string_view name) { names.emplace(name); });
        return names;
    }
};

std::set<const RoomMember*> members(const RoomIndex& index, std::string_view room) {
    std::set<const RoomMember*> found;
    if (const auto* entry = index.find(room)) {
        for (const auto& member : entry->members) found.insert(member.member);
    }
    return found;
}

TEST(RoomIndex, JoinsOnceAndLeavesOnce) {
    RoomIndex index;
    Member member;
    EXPECT_TRUE(index.join(member, "a"));
    EXPECT_FALSE(index.join(member, "a"));
    EXPECT_TRUE(index.has(member, "a"));
    EXPECT_EQ(member.rooms_count(), 1U);
    EXPECT_TRUE(index.leave(member, "a"));
    EXPECT_FALSE(index.leave(member, "a"));
    EXPECT_FALSE(index.has(member, "a"));
}

TEST(RoomIndex, KeepsWhatTheJoinerNoted) {
    RoomIndex index;
    Member member;
    for (std::uint32_t i = 0; i < 50; ++i) index.join(member, std::to_string(i), i + 100);
    EXPECT_FALSE(index.join(member, "7", 1)) << "the first note stays";
    for (std::uint32_t i = 0; i < 50; i += 3) index.leave(member, std::to_string(i));
    std::size_t seen = 0;
    member.for_each_membership([&](std::string_view name, std::uint32_t note) {
        EXPECT_EQ(std::to_string(note - 100), name);
        ++seen;
    });
    EXPECT_EQ(seen, member.rooms_count());
    index.leave_all(member);
}

TEST(RoomIndex, ForgetsARoomWithItsLastMember) {
    RoomIndex index;
    Member first;
    Member second;
    index.join(first, "a");
    index.join(second, "a");
    index.leave(first, "a");
    EXPECT_NE(index.find("a"), nullptr);
    index.leave(second, "a");
    EXPECT_EQ(index.find("a"), nullptr);
    EXPECT_EQ(index.size(), 0U);
}

TEST(RoomIndex, LeavingAllLeavesTheOthersIn) {
    RoomIndex index;
    Member first;
    Member second;
    for (const auto* room : {"a", "b", "c"}) {
        index.join(first, room);
        index.join(second, room);
    }
    index.leave_all(first);
    EXPECT_EQ(first.rooms_count(), 0U);
    EXPECT_EQ(second.rooms(), (std::set<std::string>{"a", "b", "c"}));
    EXPECT_EQ(members(index, "b"), (std::set<const RoomMember*>{&second}));
    index.leave_all(second);
}

TEST(RoomIndexDeathTest, AMemberMustHaveLeftBeforeItDies) {
    RoomIndex index;
    EXPECT_DEATH(
        {
            Member member;
            index.join(member, "a");
        },
        "assertion");
}

// Enough rooms for one member that it keeps an index of them.
TEST(RoomIndex, AgreesWithAModelOverALongRandomLife) {
    constexpr int member_count = 12;
    constexpr int room_count = 90;
    RoomIndex index;
    std::vector<Member> everyone(member_count);
    std::map<std::string, std::set<const RoomMember*>> model;
    std::mt19937 random(11);
    for (int step = 0; step < 60'000; ++step) {
        auto& member = everyone[random() % member_count];
        const auto room = "room" + std::to_string(random() % room_count);
        const auto dice = random() % 1'000;
        if (dice < 600) {
            ASSERT_EQ(index.join(member, room), model[room].insert(&member).second);
        } else if (dice < 997) {
            ASSERT_EQ(index.leave(member, room), model[room].erase(&member) == 1);
        } else {
            index.leave_all(member);
            for (auto& [name, in] : model) in.erase(&member);
        }
        ASSERT_EQ(index.has(member, room), model[room].contains(&member));
        if (step % 500 != 0) continue;
        for (const auto& [name, in] : model) ASSERT_EQ(members(index, name), in);
        for (const auto& one : everyone) {
            std::set<std::string> expected;
            for (const auto& [name, in] : model) {
                if (in.contains(&one)) expected.insert(name);
            }
            ASSERT_EQ(one.rooms(), expected);
        }
    }
    for (auto& member : everyone) index.leave_all(member);
    EXPECT_EQ(index.size(), 0U);
}

}  // namespace
}  // namespace socketio::hub
