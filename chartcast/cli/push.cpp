#include "cli/push.hpp"

#include "cli/push_batch.hpp"
#include "cli/push_sender.hpp"
#include "cli/record_splitter.hpp"
#include "cli/standard_input.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace chartcast::cli {
namespace {

using decode::Format;

/// A row waits no longer for others, so that a log that is followed shows at once.
constexpr std::chrono::milliseconds quiet{100};
/// What goes in one request is held in memory.
constexpr std::size_t whole_bytes_max = 256 * 1024 * 1024;
/// A row longer than the server takes.
constexpr std::size_t record_bytes_max = 16 * 1024 * 1024;

/// The whole input as one request: what replaces a table is one table.
int push_whole(PushSender& sender) {
    const auto input = read_whole_input(whole_bytes_max);
    if (const auto* problem = std::get_if<InputProblem>(&input)) {
        sender.say(problem->text + "; large inputs go as NDJSON, in batches");
        return 1;
    }
    const bool sent = sender.send(std::get<std::string>(input), {});
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
        using Event = StandardInput::Event;
        StandardInput input;
        for (;;) {
            const bool may_wait = batch_.empty() || in_one_batch_;
            const auto event = input.read(may_wait ? std::nullopt : std::optional(quiet));
            if (event == Event::failed) {
                sender_.say(input.problem());
                return 1;
            }
            std::vector<Record> records;
            if (event == Event::bytes) splitter_.feed(input.bytes(), records);
            if (event == Event::end) splitter_.finish(records);
            if (!add(std::move(records))) return 1;
            const bool pause = event == Event::quiet || event == Event::end;
            if (pause && !flush(event == Event::end)) return 1;
            if (event == Event::end) break;
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
