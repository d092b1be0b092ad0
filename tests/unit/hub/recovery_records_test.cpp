// What sockets left behind: who finds it, and when it is dropped.

#include "hub/recovery_records.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace socketio::hub {
namespace {

using base::Milliseconds;

class RecoveryRecordsTest : public testing::Test {
protected:
    static Pid pid(char letter) { return Pid::of(std::string(20, letter)); }
    RecoveryRecords::Record make(char letter, std::size_t bytes = 1, const std::string& nsp = "/") {
        auto record = std::make_unique<RecoverySession>();
        record->pid = pid(letter);
        record->nsp = nsp;
        record->bytes = bytes;
        record->left_at = now;
        return record;
    }

    static Inquiry asking_for(char letter, const std::string& nsp = "/",
                              wire::PacketFormat format = wire::PacketFormat::json) {
        Inquiry inquiry;
        inquiry.pid = pid(letter);
        inquiry.nsp = nsp;
        inquiry.format = format;
        return inquiry;
    }

    RecoveryOptions options{.max_disconnection_duration = Milliseconds(100),
                            .sessions_max = 3,
                            .session_bytes_max = 10};
    RecoveryRecords records{options};
    base::TimePoint now{std::chrono::hours(1)};
};

TEST_F(RecoveryRecordsTest, AreTakenOnceAndInTheirNamespace) {
    EXPECT_TRUE(records.put(make('a')).empty());
    EXPECT_TRUE(records.has(pid('a')));
    EXPECT_FALSE(records.take(asking_for('b')));
    EXPECT_FALSE(records.take(asking_for('a', "/b")));
    const auto taken = records.take(asking_for('a'));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->pid, pid('a'));
    EXPECT_FALSE(records.has(pid('a')));
    EXPECT_FALSE(records.take(asking_for('a')));
    EXPECT_EQ(records.size(), 0U);
    EXPECT_EQ(records.bytes(), 0U);
}

TEST_F(RecoveryRecordsTest, AreTakenByWhoReadsTheSameFormat) {
    (void)records.put(make('a'));
    EXPECT_FALSE(records.take(asking_for('a', "/", wire::PacketFormat::msgpack)));
    EXPECT_TRUE(records.has(pid('a'))) << "it stays where it is";
    EXPECT_TRUE(records.take(asking_for('a')));
}

TEST_F(RecoveryRecordsTest, AreDroppedOverTheirBoundsTheOldestFirst) {
    for (const char letter : {'a', 'b', 'c'}) EXPECT_TRUE(records.put(make(letter)).empty());
    EXPECT_EQ(records.put(make('d')), std::vector<Pid>{pid('a')});
    EXPECT_EQ(records.put(make('e', 9)), (std::vector<Pid>{pid('b'), pid('c')}));
    EXPECT_EQ(records.bytes(), 10U);
    EXPECT_EQ(records.put(make('f', 11)), (std::vector<Pid>{pid('d'), pid('e'), pid('f')}))
        << "one that is over the bound alone is not kept";
    EXPECT_EQ(records.size(), 0U);
}

TEST_F(RecoveryRecordsTest, Expire) {
    EXPECT_EQ(records.next_expiry(), base::TimePoint::max());
    (void)records.put(make('a'));
    const auto first = now;
    now += Milliseconds(50);
    (void)records.put(make('b'));
    EXPECT_EQ(records.next_expiry(), first + Milliseconds(100));
    EXPECT_TRUE(records.drop_expired(first + Milliseconds(99)).empty());
    EXPECT_EQ(records.drop_expired(first + Milliseconds(100)), std::vector<Pid>{pid('a')});
    EXPECT_EQ(records.drop_expired(first + Milliseconds(500)), std::vector<Pid>{pid('b')});
    const auto record = make('c');
    EXPECT_FALSE(records.is_expired(*record, now + Milliseconds(99)));
    EXPECT_TRUE(records.is_expired(*record, now + Milliseconds(100)));
}

TEST_F(RecoveryRecordsTest, AreDroppedWithTheirNamespace) {
    (void)records.put(make('a', 1, "/chart"));
    (void)records.put(make('b'));
    (void)records.put(make('c', 1, "/chart"));
    EXPECT_EQ(records.drop_of("/chart"), (std::vector<Pid>{pid('a'), pid('c')}));
    EXPECT_EQ(records.size(), 1U);
    EXPECT_TRUE(records.drop_of("/chart").empty());
}

}  // namespace
}  // namespace socketio::hub
