#include "store/codec/image.hpp"

#include "live/cell.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <utility>

namespace chartcast::store {
namespace {

using live::DatasetImage;
using live::RememberedResult;
using live::RowRef;

constexpr std::size_t record_bytes = 256 * 1024;

// The first byte of a record. Written to disk: never renumbered.
constexpr std::uint8_t kind_head = 1;
constexpr std::uint8_t kind_rows = 2;
constexpr std::uint8_t kind_results = 3;

void write_row(ByteWriter& writer, const live::Row& row) {
    writer.number(row.seq);
    writer.signed_number(row.arrived);
    for (const auto& cell : row.cells) writer.value(cell);
}

void write_result(ByteWriter& writer, const RememberedResult& result) {
    writer.text(result.key);
    writer.text(result.body_hash);
    writer.position(result.position);
    writer.byte(result.changed ? 1 : 0);
    writer.number(result.rows);
    writer.signed_number(result.ts);
}

template <class Items, class Write>
void write_all(const Items& items, std::uint8_t kind, Write&& write,
               const std::function<void(std::string)>& take) {
    for (auto item = items.begin(); item != items.end();) {
        ByteWriter writer;
        writer.byte(kind);
        while (item != items.end() && writer.size() < record_bytes) write(writer, *item++);
        take(writer.seal());
    }
}

bool sound(live::FieldType type, const socketio::Value& cell) {
    const auto checked = live::check_cell(type, cell);
    return checked && checked->kind() == cell.kind();
}

}  // namespace

void encode_image(const DatasetImage& image, const std::function<void(std::string)>& take) {
    ByteWriter head;
    head.byte(kind_head);
    head.position(image.position);
    head.number(image.next_seq);
    head.signed_number(image.clock);
    head.number(image.rows.size());
    head.number(image.results.size());
    take(head.seal());
    write_all(
        image.rows, kind_rows,
        [](ByteWriter& writer, const RowRef& row) { write_row(writer, *row); }, take);
    write_all(image.results, kind_results, write_result, take);
}

bool ImageReader::add(ByteReader reader) {
    switch (reader.byte()) {
        case kind_head: return add_head(reader);
        case kind_rows: return add_rows(reader);
        case kind_results: return add_results(reader);
        default: return false;
    }
}

bool ImageReader::add_head(ByteReader& reader) {
    if (has_head_) return false;
    has_head_ = true;
    image_.position = reader.position();
    image_.next_seq = reader.number();
    image_.clock = reader.signed_number();
    rows_left_ = reader.number();
    results_left_ = reader.number();
    return reader.finished();
}

bool ImageReader::add_rows(ByteReader& reader) {
    while (!reader.at_end()) {
        const auto seq = reader.number();
        const auto arrived = reader.signed_number();
        live::Cells cells;
        cells.reserve(schema_.fields().size());
        for (const auto& field : schema_.fields()) {
            cells.push_back(reader.value());
            if (!sound(field.type, cells.back())) reader.fail();
        }
        const bool in_order = image_.rows.empty() || seq > image_.rows.back()->seq;
        if (reader.failed() || rows_left_ == 0 || !in_order || seq >= image_.next_seq) return false;
        --rows_left_;
        image_.rows.push_back(live::make_row(seq, arrived, std::move(cells)));
    }
    return reader.finished();
}

bool ImageReader::add_results(ByteReader& reader) {
    while (!reader.at_end()) {
        RememberedResult result;
        result.key = reader.text();
        result.body_hash = reader.text();
        result.position = reader.position();
        result.changed = reader.byte() == 1;
        result.rows = reader.number();
        result.ts = reader.signed_number();
        if (reader.failed() || results_left_ == 0) return false;
        --results_left_;
        image_.results.push_back(std::move(result));
    }
    return reader.finished();
}

bool ImageReader::keys_differ() const {
    if (!schema_.keyed()) return true;
    boost::unordered_flat_set<std::string> keys;
    keys.reserve(image_.rows.size());
    for (const auto& row : image_.rows) {
        if (!keys.insert(live::key_text(schema_, *row)).second) return false;
    }
    return true;
}

std::optional<DatasetImage> ImageReader::finish() {
    if (!has_head_ || rows_left_ != 0 || results_left_ != 0 || !keys_differ()) return std::nullopt;
    return std::move(image_);
}

std::optional<live::Position> image_position(ByteReader reader) {
    if (reader.byte() != kind_head) return std::nullopt;
    auto position = reader.position();
    if (reader.failed()) return std::nullopt;
    return position;
}

}  // namespace chartcast::store
