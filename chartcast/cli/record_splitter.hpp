#pragma once
// Bytes of NDJSON or CSV to records, so that a batch never ends within a row. What is in a record is the
// server's business. Pure; any thread.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::cli {

struct Record {
    std::string text;
    /// From 1: where it began.
    std::size_t line = 1;
};

class RecordSplitter {
public:
    /// `quoted`: a line end between double quotes is a part of the record, as CSV has it.
    explicit RecordSplitter(bool quoted) : quoted_(quoted) {}

    /// Appends the records that are complete now; blank lines are none.
    void feed(std::string_view bytes, std::vector<Record>& records);
    /// The last line may have no end.
    void finish(std::vector<Record>& records);
    /// Bytes of the record that is not complete.
    [[nodiscard]] std::size_t waiting() const noexcept { return rest_.size(); }

private:
    void end_record(std::vector<Record>& records);

    bool quoted_;
    bool in_quotes_ = false;
    std::string rest_;
    std::size_t line_ = 1;
    std::size_t began_ = 1;
};

}  // namespace chartcast::cli
