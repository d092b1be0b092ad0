#include "store/folder_lock.hpp"
#include "store/layout.hpp"
#include "store/sqlite.hpp"
#include "store/store.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

namespace chartcast::store {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& file) {
    const auto folder = fs::path(file).parent_path().string();
    return folder.empty() ? "." : folder;
}

/// A file that is removed again unless it got its name.
class PartialFile {
public:
    explicit PartialFile(std::string file)
        : file_(std::move(file)), partial_(file_ + ".partial-" + std::to_string(::getpid())) {
        std::error_code ignored;
        fs::remove(partial_, ignored);
    }
    ~PartialFile() {
        std::error_code ignored;
        fs::remove(partial_, ignored);
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return partial_; }
    /// Whole and on disk, or not there at all; never in the place of another file.
    void publish() {
        sync_to_disk(partial_);
        if (::link(partial_.c_str(), file_.c_str()) != 0) {
            throw StoreError(file_ + ": " + std::strerror(errno));
        }
        sync_to_disk(folder_of(file_));
    }

private:
    std::string file_;
    std::string partial_;
};

std::string quoted(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    return quoted + "'";
}

void must_not_exist(const std::string& file) {
    if (fs::exists(file)) throw StoreError(file + ": is there already; choose another name");
}

}  // namespace

void backup(const std::string& store_folder, const std::string& file) {
    const auto database = store_folder + '/' + database_file;
    must_not_exist(file);
    if (!fs::exists(database)) throw StoreError(store_folder + ": there is no store");
    try {
        PartialFile copy(file);
        {
            // Able to write only because what a crash left must be taken in first.
            Connection connection(database, Connection::Mode::write);
            check_identity(connection, database);
            connection.execute("VACUUM INTO " + quoted(copy.path()));
        }
        copy.publish();
    } catch (const SqliteError& error) {
        raise_store_error(database, error);
    }
}

void restore(const std::string& file, const std::string& store_folder) {
    if (!fs::exists(file)) throw StoreError(file + ": there is no such file");
    const FolderLock lock(store_folder);
    const auto database = store_folder + '/' + database_file;
    must_not_exist(database);
    try {
        PartialFile copy(database);
        std::error_code ec;
        fs::copy_file(file, copy.path(), ec);
        if (ec) throw StoreError(copy.path() + ": " + ec.message());
        {
            Connection connection(copy.path(), Connection::Mode::write);
            check_identity(connection, file);
            if (connection.number("PRAGMA user_version") == 0) {
                throw StoreError(file + ": is no copy of a store");
            }
            check_pages(connection, file);
            // It is older than what viewers saw: new epochs at the start.
            set_clean(connection, false);
            connection.execute("PRAGMA journal_mode = DELETE");
        }
        copy.publish();
    } catch (const SqliteError& error) {
        raise_store_error(file, error);
    }
}

}  // namespace chartcast::store
