#include "cli/push.hpp"

#include "cli/push_batch.hpp"
#include "cli/push_sender.hpp"
#include "cli/record_splitter.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace chartcast::cli {
namespace {

using decode::Format;

/// A row waits no longer for others, so that a log that is followed shows at once.
constexpr int quiet_milliseconds = 100;
/// What goes in one request is held in memory.
constexpr std::size_t whole_bytes_max = 256 * 1024 * 1024;
/// A row longer than the server takes.
constexpr std::size_t record_bytes_max = 16 * 1024 * 1024;

enum class Input : std::uint8_t { bytes, quiet, end, failed };

/// The next bytes of standard input; quiet when none come and `may_wait` is false.
Input read_input(std::array<char, 64 * 1024>& buffer, std::string_view& bytes, bool may_wait) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, may_wait ? -1 : quiet_milliseconds);
    if (ready == 0) return Input::quiet;
    const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) return Input::quiet;
    if (size < 0) return Input::failed;
    bytes = {buffer.data(), static_cast<std::size_t>(size)};
    return size == 0 ? Input::end : Input::bytes;
}

/// The whole input as one request: what replaces a table is one table.
int push_whole(PushSender& sender) {
    std::array<char, 64 * 1024> buffer;
    std::string body;
    for (;;) {
        std::string_view bytes;
        const auto input = read_input(buffer, bytes, true);
        if (input == Input::end) break;
        if (input == Input::failed) {
            sender.say(std::string("standard input: ") + std::strerror(errno));
            return 1;
        }
        body += bytes;
        if (body.size() > whole_bytes_max) {
            sender.say("more than 256 MiB for one request; push it as NDJSON in batches");
            return 1;
        }
    }
    const bool sent = sender.send(body, {});
    if (sent) sender.summarise();
    return sent ? 0 : 1;
}

/// Records in batches, as they come.
class StreamPush {
public:
    StreamPush(const config::PushCommand& command, PushSender& sender)
        : sender_(sender),
          splitter_(command.format == Format::csv),
          batch_(command.format, command.batch),
          needs_header_(command.format == Format::csv),
          in_one_batch_(command.operation == "replace") {}

    int run() {
        std::array<char, 64 * 1024> buffer;
        for (;;) {
            std::string_view bytes;
            const bool may_wait = batch_.empty() || in_one_batch_;
            const auto input = read_input(buffer, bytes, may_wait);
            if (input == Input::failed) {
                sender_.say(std::string("standard input: ") + std::strerror(errno));
                return 1;
            }
            std::vector<Record> records;
            if (input == Input::bytes) splitter_.feed(bytes, records);
            if (input == Input::end) splitter_.finish(records);
            if (!add(std::move(records))) return 1;
            const bool pause = input == Input::quiet || input == Input::end;
            if (pause && !flush(input == Input::end)) return 1;
            if (input == Input::end) break;
        }
        sender_.summarise();
        return 0;
    }

private:
    bool add(std::vector<Record> records) {
        if (splitter_.waiting() > record_bytes_max) {
            sender_.say("a row of more than 16 MiB; is a quote or a line end missing?");
            return false;
        }
        for (auto& record : records) {
            if (needs_header_) {
                batch_.set_header(std::move(record.text));
                needs_header_ = false;
                continue;
            }
            batch_.add(record);
            if (batch_.full() && !flush(false)) return false;
        }
        return true;
    }

    /// An input without rows replaces the table by nothing; otherwise there is nothing to send.
    bool flush(bool at_end) {
        if (in_one_batch_ ? !at_end : batch_.empty()) return true;
        const bool sent = sender_.send(batch_.body(), batch_.lines());
        batch_.clear();
        return sent;
    }

    PushSender& sender_;
    RecordSplitter splitter_;
    PushBatch batch_;
    bool needs_header_;
    bool in_one_batch_;
};

}  // namespace

int run(const config::PushCommand& command) {
    PushSender sender(command);
    if (command.operation == "clear") {
        const bool sent = sender.send("", {});
        if (sent) sender.summarise();
        return sent ? 0 : 1;
    }
    const bool in_records = command.format == Format::ndjson || command.format == Format::csv;
    if (!in_records) return push_whole(sender);
    return StreamPush(command, sender).run();
}

}  // namespace chartcast::cli
