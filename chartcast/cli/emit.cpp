#include "cli/emit.hpp"

#include "cli/emit_input.hpp"
#include "cli/emit_sender.hpp"
#include "cli/record_splitter.hpp"
#include "cli/standard_input.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace chartcast::cli {
namespace {

using config::EmitCommand;
using socketio::Args;

/// Between two looks at the connection while the input is quiet.
constexpr std::chrono::milliseconds input_patience{100};
constexpr std::size_t line_bytes_max = 16 * 1024 * 1024;

/// An event for each line, as they come; those that are none are named and passed over.
class LineEmit {
public:
    LineEmit(const EmitCommand& command, const Args& first, EmitSender& sender)
        : command_(command), first_(first), sender_(sender) {}

    int run() {
        const bool complete = read_lines();
        sender_.finish();
        sender_.summarise();
        return complete && refused_ == 0 && sender_.all_sent() ? 0 : 1;
    }

private:
    bool read_lines() {
        using Event = StandardInput::Event;
        StandardInput input;
        RecordSplitter splitter(false);
        for (;;) {
            const auto event =
                input.read(sender_.busy() ? std::chrono::milliseconds(0) : input_patience);
            if (event == Event::failed) return give_up(input.problem());
            std::vector<Record> lines;
            if (event == Event::bytes) splitter.feed(input.bytes(), lines);
            if (event == Event::end) splitter.finish(lines);
            if (splitter.waiting() > line_bytes_max) {
                return give_up("a line of more than 16 MiB; is a line end missing?");
            }
            for (const auto& line : lines) send(line);
            if (event == Event::end) return true;
            sender_.work();
        }
    }

    void send(const Record& line) {
        auto parsed = read_line_event(line.text, command_.event, first_);
        if (const auto* problem = std::get_if<EmitProblem>(&parsed)) {
            return refuse(line, problem->text);
        }
        auto& event = std::get<LineEvent>(parsed);
        try {
            sender_.send(event.event, std::move(event.arguments), line.line, line.text.size());
        } catch (const std::invalid_argument& error) {
            refuse(line, error.what());
        }
    }

    void refuse(const Record& line, const std::string& why) {
        ++refused_;
        sender_.say(stderr, "line " + std::to_string(line.line) + ": " + why);
    }

    bool give_up(const std::string& why) {
        sender_.say(stderr, why);
        return false;
    }

    const EmitCommand& command_;
    const Args& first_;
    EmitSender& sender_;
    std::size_t refused_ = 0;
};

int emit_once(const EmitCommand& command, Args arguments, EmitSender& sender) {
    if (command.action == EmitCommand::Action::emit) {
        sender.send(command.event, std::move(arguments), 0, 0);
    } else {
        sender.change_sockets();
    }
    sender.finish();
    if (!sender.all_sent()) return 1;
    sender.say(stdout, sender.where());
    return 0;
}

int say_mistake(const std::string& text) {
    std::fputs(("emit: " + text + "\n").c_str(), stderr);
    return 2;
}

}  // namespace

int run(const config::EmitCommand& command) {
    auto values = read_arguments(command.arguments);
    if (const auto* problem = std::get_if<EmitProblem>(&values)) return say_mistake(problem->text);
    auto& arguments = std::get<Args>(values);
    try {
        EmitSender sender(command);
        if (command.lines) return LineEmit(command, arguments, sender).run();
        return emit_once(command, std::move(arguments), sender);
    } catch (const std::invalid_argument& error) {
        return say_mistake(error.what());
    }
}

}  // namespace chartcast::cli
