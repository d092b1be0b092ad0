#include "cli/push_batch.hpp"

namespace chartcast::cli {

void PushBatch::add(const Record& record) {
    if (!body_.empty()) body_ += format_ == decode::Format::ndjson ? ",\n" : "\n";
    body_ += record.text;
    lines_.push_back(record.line);
}

std::string PushBatch::body() const {
    if (format_ == decode::Format::ndjson) return "[" + body_ + "]";
    return header_ + "\n" + body_ + "\n";
}

void PushBatch::clear() {
    body_.clear();
    lines_.clear();
}

std::string_view content_type(decode::Format format) noexcept {
    switch (format) {
        case decode::Format::csv: return "text/csv";
        case decode::Format::msgpack: return "application/msgpack";
        case decode::Format::json:
        case decode::Format::ndjson: break;
    }
    return "application/json";
}

}  // namespace chartcast::cli
