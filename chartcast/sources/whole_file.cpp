#include "sources/whole_file.hpp"

#include "sources/file_tail.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace chartcast::sources {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;

}  // namespace

WholeFile::WholeFile(std::string path, decode::Format format,
                     std::shared_ptr<const live::Schema> schema)
    : path_(std::move(path)), format_(format), schema_(std::move(schema)) {}

WholeFile::Content WholeFile::read() {
    Content content;
    const auto file = open_file(path_, content.problem);
    if (!file) {
        seen_ = {};
        return content;
    }
    struct stat found{};
    ::fstat(file.get(), &found);
    const Mark mark{found.st_dev, found.st_ino, found.st_size,
                    found.st_mtim.tv_sec * 1'000'000'000LL + found.st_mtim.tv_nsec};
    if (mark == std::exchange(seen_, mark)) {
        // The writer has had a moment to finish.
        content.problem = problem_;
        return content;
    }
    problem_ = decode(file.get(), content.rows);
    content.changed = problem_.empty();
    if (!content.changed) content.rows.clear();
    return content;
}

std::string WholeFile::decode(int descriptor, socketio::Array& rows) const {
    const auto decoder = decode::make_decoder(format_, schema_.get());
    std::string buffer(read_bytes, '\0');
    std::size_t bytes = 0;
    for (;;) {
        const auto got = ::read(descriptor, buffer.data(), buffer.size());
        if (got < 0) return path_ + ": " + std::generic_category().message(errno);
        bytes += static_cast<std::size_t>(got);
        if (bytes > bytes_max) {
            return path_ + ": larger than " + std::to_string(bytes_max >> 20) + " MiB";
        }
        const auto fault = got > 0 ? decoder->feed({buffer.data(), static_cast<std::size_t>(got)})
                                   : decoder->finish();
        if (fault) {
            return path_ + ", line " + std::to_string(fault->line) + ": " + fault->detail;
        }
        if (got == 0) break;
    }
    rows = decoder->take();
    return {};
}

}  // namespace chartcast::sources
