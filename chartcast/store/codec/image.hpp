#pragma once
// A dataset's whole state as records of bounded size, and back. Pure; any thread. docs/store.md has the format.

#include "live/dataset_state.hpp"
#include "live/schema.hpp"
#include "store/codec/bytes.hpp"

#include <functional>
#include <optional>
#include <string>

namespace chartcast::store {

/// The head, then rows, then results, in records of about 256 KiB: neither memory nor SQLite ever holds the
/// whole twice.
void encode_image(const live::DatasetImage& image,
                  const std::function<void(std::string record)>& take);

class ImageReader {
public:
    /// REQUIRES: a schema that outlives the reader.
    explicit ImageReader(const live::Schema& schema) : schema_(schema) {}

    /// In the order they were written. False when the record is damaged or out of place.
    [[nodiscard]] bool add(ByteReader reader);
    /// Nothing unless all is there and a dataset with this schema can be in this state.
    [[nodiscard]] std::optional<live::DatasetImage> finish();

private:
    bool add_head(ByteReader& reader);
    bool add_rows(ByteReader& reader);
    bool add_results(ByteReader& reader);
    [[nodiscard]] bool keys_differ() const;

    const live::Schema& schema_;
    live::DatasetImage image_;
    std::uint64_t rows_left_ = 0;
    std::uint64_t results_left_ = 0;
    bool has_head_ = false;
};

/// Where the state is, from the first record alone.
[[nodiscard]] std::optional<live::Position> image_position(ByteReader reader);

}  // namespace chartcast::store
