#pragma once
// The rows of one request, on their way from records to a body. Pure; any thread.

#include "cli/record_splitter.hpp"
#include "decode/format.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::cli {

/// Rows gather until they are many or large.
class PushBatch {
public:
    /// A body of JSON or CSV is bounded by the server's max_body, 1 MiB unless configured.
    static constexpr std::size_t bytes_max = 512 * 1024;

    PushBatch(decode::Format format, std::size_t rows_max) : format_(format), rows_max_(rows_max) {}

    /// The first line of CSV, which every batch repeats.
    void set_header(std::string header) { header_ = std::move(header); }
    void add(const Record& record);
    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
    [[nodiscard]] bool full() const noexcept {
        return lines_.size() >= rows_max_ || body_.size() >= bytes_max;
    }

    /// NDJSON goes as a list, a row a line: one request is then one batch of the server, whole or not at
    /// all, so that it can be repeated with its key.
    [[nodiscard]] std::string body() const;
    /// In which line of the input each row began.
    [[nodiscard]] const std::vector<std::size_t>& lines() const noexcept { return lines_; }
    void clear();

private:
    decode::Format format_;
    std::size_t rows_max_;
    std::string header_;
    std::string body_;
    std::vector<std::size_t> lines_;
};

[[nodiscard]] std::string_view content_type(decode::Format format) noexcept;

}  // namespace chartcast::cli
