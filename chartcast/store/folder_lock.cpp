#include "store/folder_lock.hpp"

#include "store/layout.hpp"
#include "store/store.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace chartcast::store {

FolderLock::FolderLock(const std::string& folder) {
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    if (ec) throw StoreError(folder + ": cannot be made: " + ec.message());
    const auto file = folder + '/' + lock_file;
    file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file_ < 0) throw StoreError(file + ": " + std::strerror(errno));
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    const int reason = errno;
    ::close(file_);
    if (reason == EWOULDBLOCK) {
        throw StoreError(folder +
                         ": another chartcast uses this store; stop it, or choose another "
                         "folder");
    }
    throw StoreError(file + ": " + std::strerror(reason));
}

FolderLock::~FolderLock() {
    ::close(file_);
}

void sync_to_disk(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool written = file >= 0 && ::fsync(file) == 0;
    const int reason = errno;
    if (file >= 0) ::close(file);
    if (!written) throw StoreError(path + ": " + std::strerror(reason));
}

}  // namespace chartcast::store
