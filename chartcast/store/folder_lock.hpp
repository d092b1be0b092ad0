#pragma once
// Who holds it uses the folder alone; gone with the program, however it ends. Any thread.

#include <string>

namespace chartcast::store {

class FolderLock {
public:
    /// Makes the folder when it is missing. Throws StoreError, naming the folder, when another program has
    /// it.
    explicit FolderLock(const std::string& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int file_ = -1;
};

/// Writes what a file or folder holds through to the disk. Throws StoreError.
void sync_to_disk(const std::string& path);

}  // namespace chartcast::store
