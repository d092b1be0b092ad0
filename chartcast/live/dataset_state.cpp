#include "live/dataset_state.hpp"

namespace chartcast::live {

DatasetState::DatasetState(Schema its_schema, const DatasetImage& image)
    : schema(std::move(its_schema)),
      position(image.position),
      table(schema),
      next_seq(image.next_seq),
      clock(image.clock) {
    for (const auto& row : image.rows) {
        table.append(row);
        if (schema.time()) births.add(schema, *row);
    }
    for (const auto& result : image.results) results.remember(result);
}

DatasetImage DatasetState::image() const {
    DatasetImage image{position, next_seq, clock, {}, {}};
    image.rows.reserve(table.size());
    table.for_each([&image](const RowRef& row) { image.rows.push_back(row); });
    image.results.assign(results.results().begin(), results.results().end());
    return image;
}

std::optional<std::int64_t> DatasetState::expires_at() const {
    const auto age = schema.window().age.count();
    if (age == 0 || table.empty()) return std::nullopt;
    const auto oldest = schema.time() ? births.oldest() : table.front()->arrived;
    return oldest + age + 1;
}

}  // namespace chartcast::live
