#pragma once
// What leaves the store again: first what is older than the history that was asked for, then the oldest of all
// while there is too much. What loading needs never leaves: the newest snapshot of each dataset, the records
// after it, the newest value of each document. Lives on the writer thread.

#include "store/sqlite.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace chartcast::store {

struct RetentionRules {
    std::chrono::milliseconds history{};
    /// By dataset or chart.
    std::map<std::string, std::chrono::milliseconds> history_of;
    std::uint64_t max_size = 0;
};

class Retention {
public:
    explicit Retention(Connection& connection) : connection_(connection) {}

    /// Works for a bounded time; true when there is more to do.
    bool run(const RetentionRules& rules, std::int64_t now);
    /// What is in use of the file.
    [[nodiscard]] std::uint64_t used_bytes();

private:
    void by_age(const RetentionRules& rules, std::int64_t now);
    void documents_by_age(const RetentionRules& rules, std::int64_t now);
    void by_size(const RetentionRules& rules);
    /// False when there is nothing that may leave.
    bool remove_oldest();
    void remove_before(std::int64_t dataset, std::uint64_t snapshot);
    void remove_entries(std::int64_t dataset, std::uint64_t snapshot);
    void give_back();

    Connection& connection_;
    int budget_ = 0;
    bool told_too_large_ = false;
};

}  // namespace chartcast::store
