#pragma once
// A file whose content is the whole table, read again when it changes. Blocks: used by one thread of the pool at
// a time.

#include "decode/row_decoder.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace chartcast::sources {

class WholeFile {
public:
    static constexpr std::size_t bytes_max = 64 * 1024 * 1024;

    WholeFile(std::string path, decode::Format format, std::shared_ptr<const live::Schema> schema);

    struct Content {
        bool changed = false;
        socketio::Array rows;
        std::string problem;
    };
    /// `changed` when the file is another one than last time. What cannot be read is a problem when it
    /// stays so: a writer may be in the middle of it.
    [[nodiscard]] Content read();

private:
    struct Mark {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = -1;
        std::int64_t modified = 0;
        friend bool operator==(const Mark&, const Mark&) = default;
    };

    [[nodiscard]] std::string decode(int descriptor, socketio::Array& rows) const;

    std::string path_;
    decode::Format format_;
    std::shared_ptr<const live::Schema> schema_;
    Mark seen_;
    /// Of what was seen; said the second time.
    std::string problem_;
};

}  // namespace chartcast::sources
