#include "cli/record_splitter.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::cli {

void RecordSplitter::feed(std::string_view bytes, std::vector<Record>& records) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto piece = bytes.substr(0, end);
        // A doubled quote within quotes ends and begins them: the parity is right all the same.
        if (quoted_ && std::ranges::count(piece, '"') % 2 == 1) in_quotes_ = !in_quotes_;
        rest_ += piece;
        if (end == std::string_view::npos) return;
        bytes.remove_prefix(end + 1);
        ++line_;
        if (in_quotes_) {
            rest_ += '\n';
        } else {
            end_record(records);
        }
    }
}

void RecordSplitter::finish(std::vector<Record>& records) {
    end_record(records);
}

void RecordSplitter::end_record(std::vector<Record>& records) {
    if (rest_.ends_with('\r')) rest_.pop_back();
    const bool blank = rest_.find_first_not_of(" \t") == std::string::npos;
    if (!blank) records.push_back({std::exchange(rest_, {}), began_});
    rest_.clear();
    began_ = line_;
}

}  // namespace chartcast::cli
