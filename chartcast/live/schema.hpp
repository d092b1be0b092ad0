#pragma once
// What a dataset's rows look like, and how many of them are kept. Immutable once made; any thread.

#include "live/field.hpp"

#include <boost/system/result.hpp>

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::live {

/// The width of a set of fields that goes with each changed row; wider tables are for reports, not charts.
inline constexpr std::size_t fields_max = 128;
inline constexpr std::size_t field_name_bytes_max = 128;

/// Fields by their place in the schema.
using DimSet = std::bitset<fields_max>;

/// Which rows are kept: the newest `rows`, and those not older than `age`. Zero is no bound.
struct Window {
    std::size_t rows = 0;
    std::chrono::milliseconds age{0};
    /// The field that a row's age counts from; without one it counts from the batch that brought the row.
    std::string time_field;

    friend bool operator==(const Window&, const Window&) = default;
};

enum class DownsampleMethod : std::uint8_t { lttb, min_max };

struct Downsample {
    std::size_t points = 0;
    DownsampleMethod method = DownsampleMethod::lttb;
    std::string x;
    std::string y;

    friend bool operator==(const Downsample&, const Downsample&) = default;
};

/// A dataset as its configuration says it.
struct DatasetDefinition {
    std::vector<Field> fields;
    std::vector<std::string> key;
    Window window;
    /// The field whose value decides who may see a row; empty when everybody may see all.
    std::string row_access;
    std::optional<Downsample> downsample;
    /// A bound for memory, window or not: a batch that would leave more rows is refused.
    std::size_t rows_max = 1'000'000;

    friend bool operator==(const DatasetDefinition&, const DatasetDefinition&) = default;
};

/// What a definition has wrong, and where.
struct SchemaFault {
    std::string field;
    std::string text;
};

class Schema {
public:
    [[nodiscard]] static boost::system::result<Schema, SchemaFault> make(
        DatasetDefinition definition);

    [[nodiscard]] const DatasetDefinition& definition() const noexcept { return definition_; }
    [[nodiscard]] const std::vector<Field>& fields() const noexcept { return definition_.fields; }
    [[nodiscard]] const Window& window() const noexcept { return definition_.window; }
    [[nodiscard]] std::optional<std::size_t> dim_of(std::string_view name) const noexcept;
    /// Fields of the key, in the key's order. Empty: rows are known by their sequence numbers alone.
    [[nodiscard]] const std::vector<std::size_t>& key() const noexcept { return key_; }
    [[nodiscard]] bool keyed() const noexcept { return !key_.empty(); }
    [[nodiscard]] bool in_key(std::size_t dim) const noexcept { return key_set_.test(dim); }
    [[nodiscard]] std::optional<std::size_t> access() const noexcept { return access_; }
    /// The field that ages count from, when rows have an age and it counts from a field.
    [[nodiscard]] std::optional<std::size_t> time() const noexcept { return time_; }

private:
    Schema() = default;

    DatasetDefinition definition_;
    std::vector<std::size_t> key_;
    DimSet key_set_;
    std::optional<std::size_t> access_;
    std::optional<std::size_t> time_;
};

}  // namespace chartcast::live
