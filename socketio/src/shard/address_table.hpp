#pragma once
// How many connections each address has, and how fast it makes new ones. Any thread: connections come on
// shard 0 and go on all of them. Bounded: by the connections there are, and for those who are none any more,
// whose rate counts for another second, by a number.

#include "base/time.hpp"
#include "base/token_bucket.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace socketio::shard {

/// Whom connections are counted for: transport/peer_address makes it.
enum class AddressKey : std::uint64_t {};

class AddressTable;

/// A connection's place among those of its address, given back when this goes. Empty where nobody counts.
class AddressPlace {
public:
    AddressPlace() noexcept = default;
    AddressPlace(AddressTable& table, AddressKey key) noexcept : table_(&table), key_(key) {}
    AddressPlace(AddressPlace&& other) noexcept
        : table_(std::exchange(other.table_, nullptr)), key_(other.key_) {}
    AddressPlace& operator=(AddressPlace&& other) noexcept {
        std::swap(table_, other.table_);
        std::swap(key_, other.key_);
        return *this;
    }
    ~AddressPlace();

    explicit operator bool() const noexcept { return table_ != nullptr; }

private:
    AddressTable* table_ = nullptr;
    AddressKey key_{};
};

class AddressTable {
public:
    /// Of the addresses without a connection, of which only the rate is kept.
    static constexpr std::size_t rates_max = 32'768;

    /// 0 is no bound.
    AddressTable(std::size_t connections_max, std::size_t connects_per_second_max) noexcept
        : connections_max_(connections_max), connects_per_second_max_(connects_per_second_max) {}
    AddressTable(const AddressTable&) = delete;
    AddressTable& operator=(const AddressTable&) = delete;

    enum class Answer : std::uint8_t { welcome, too_many, too_fast };
    /// One more of that address. Who is welcome leaves once.
    [[nodiscard]] Answer enter(AddressKey key, base::TimePoint now);
    void leave(AddressKey key) noexcept;

    [[nodiscard]] bool counts_connections() const noexcept { return connections_max_ != 0; }
    [[nodiscard]] bool counts_anything() const noexcept {
        return connections_max_ != 0 || connects_per_second_max_ != 0;
    }
    /// Addresses that it knows something about.
    [[nodiscard]] std::size_t size() const;

private:
    using Rates = boost::unordered_flat_map<AddressKey, base::TokenBucket>;

    [[nodiscard]] base::TokenBucket& rate_of(AddressKey key, base::TimePoint now);

    const std::size_t connections_max_;
    const std::size_t connects_per_second_max_;
    mutable std::mutex mutex_;
    boost::unordered_flat_map<AddressKey, std::size_t> connections_;
    /// Used in this second, and in the one before: a bucket that was not is full again, as if it were new.
    Rates recent_rates_;
    Rates older_rates_;
    base::TimePoint second_began_{};
};

inline AddressPlace::~AddressPlace() {
    if (table_ != nullptr) table_->leave(key_);
}

}  // namespace socketio::shard
