#include "support/process_usage.hpp"

#include "support/loopback.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace bench {

namespace {

std::filesystem::path folder_of(pid_t process) {
    return std::filesystem::path("/proc") / std::to_string(process);
}

}  // namespace

std::uint64_t cpu_nanoseconds_of(pid_t process) {
    std::uint64_t total = 0;
    std::error_code ec;
    for (const auto& thread :
         std::filesystem::directory_iterator(folder_of(process) / "task", ec)) {
        std::uint64_t used = 0;
        // A thread that has just ended is missed; servers keep theirs.
        if (std::ifstream(thread.path() / "schedstat") >> used) total += used;
    }
    if (ec || total == 0) fail("reading the server's schedstat");
    return total;
}

std::uint64_t anonymous_bytes_of(pid_t process) {
    std::ifstream status(folder_of(process) / "status");
    for (std::string word; status >> word;) {
        std::uint64_t kibibytes = 0;
        if (word == "RssAnon:" && status >> kibibytes) return kibibytes * 1024;
    }
    fail("reading the server's RssAnon");
}

}  // namespace bench
