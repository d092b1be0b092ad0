#include "shard/mailbox.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace socketio::shard {
namespace {

TEST(Mailbox, AsksForOneWakeUpUntilItsLettersAreTaken) {
    Mailbox mailbox;
    EXPECT_TRUE(mailbox.put(make_letter([] {})));
    EXPECT_FALSE(mailbox.put(make_letter([] {})));
    EXPECT_EQ(mailbox.take().size(), 2U);
    EXPECT_TRUE(mailbox.put(make_letter([] {})));
}

TEST(Mailbox, KeepsTheOrderOfEachSender) {
    constexpr int senders = 4;
    constexpr int letters_each = 2'000;
    Mailbox mailbox;
    std::vector<std::vector<int>> read(senders);
    {
        std::vector<std::jthread> threads;
        for (int sender = 0; sender < senders; ++sender) {
            threads.emplace_back([&, sender] {
                for (int number = 0; number < letters_each; ++number) {
                    (void)mailbox.put(make_letter([&read, sender, number] {
                        read[static_cast<std::size_t>(sender)].push_back(number);
                    }));
                }
            });
        }
        std::size_t taken = 0;
        while (taken < senders * letters_each) {
            for (auto& letter : mailbox.take()) {
                letter->read();
                ++taken;
            }
        }
    }
    for (const auto& numbers : read) {
        ASSERT_EQ(numbers.size(), static_cast<std::size_t>(letters_each));
        for (int number = 0; number < letters_each; ++number) {
            ASSERT_EQ(numbers[static_cast<std::size_t>(number)], number);
        }
    }
}

TEST(Mailbox, CarriesWhatCanOnlyBeMoved) {
    Mailbox mailbox;
    int read = 0;
    (void)mailbox.put(make_letter([&read, value = std::make_unique<int>(7)] { read = *value; }));
    for (auto& letter : mailbox.take()) letter->read();
    EXPECT_EQ(read, 7);
}

TEST(Mailbox, ThrowsAwayWhatNobodyReads) {
    Mailbox mailbox;
    const auto content = std::make_shared<int>(0);
    (void)mailbox.put(make_letter([content] {}));
    mailbox.close();
    EXPECT_EQ(content.use_count(), 1);
    EXPECT_FALSE(mailbox.put(make_letter([content] {})));
    EXPECT_EQ(content.use_count(), 1);
    EXPECT_TRUE(mailbox.take().empty());
}

}  // namespace
}  // namespace socketio::shard
