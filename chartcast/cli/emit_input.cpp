#include "cli/emit_input.hpp"

#include "cli/standard_input.hpp"
#include <socketio/json.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <ios>
#include <utility>

namespace chartcast::cli {
namespace {

/// Redis takes messages of 512 MiB; no browser wants a tenth of that.
constexpr std::size_t argument_bytes_max = 32 * 1024 * 1024;

std::variant<std::string, EmitProblem> read_argument_file(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) return EmitProblem{name + ": " + std::strerror(errno)};
    std::string text;
    std::string piece(64 * 1024, '\0');
    do {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    } while (file && text.size() <= argument_bytes_max);
    if (file.bad()) return EmitProblem{name + ": cannot be read"};
    if (text.size() > argument_bytes_max) return EmitProblem{name + " is larger than 32 MiB"};
    return text;
}

std::variant<std::string, EmitProblem> read_argument_text(const std::string& from) {
    if (from != "-") return read_argument_file(from);
    auto whole = read_whole_input(argument_bytes_max);
    if (const auto* problem = std::get_if<InputProblem>(&whole)) return EmitProblem{problem->text};
    return std::get<std::string>(std::move(whole));
}

}  // namespace

std::variant<socketio::Args, EmitProblem> read_arguments(
    const std::vector<config::EmitArgument>& arguments) {
    socketio::Args values;
    for (const auto& argument : arguments) {
        if (argument.from.empty()) {
            values.push_back(argument.value);
            continue;
        }
        const auto text = read_argument_text(argument.from);
        if (const auto* problem = std::get_if<EmitProblem>(&text)) return *problem;
        auto value = socketio::parse_json(std::get<std::string>(text));
        if (!value) {
            const auto name = argument.from == "-" ? "standard input" : argument.from;
            return EmitProblem{name + ": " + value.error().message()};
        }
        values.push_back(*std::move(value));
    }
    return values;
}

std::variant<LineEvent, EmitProblem> read_line_event(std::string_view line,
                                                     const std::string& event,
                                                     const socketio::Args& first) {
    auto value = socketio::parse_json(line);
    if (!value) return EmitProblem{value.error().message()};
    if (!event.empty()) {
        LineEvent line_event{event, first};
        line_event.arguments.push_back(*std::move(value));
        return line_event;
    }
    auto* list = value->if_array();
    const auto* name = list && !list->empty() ? list->front().if_string() : nullptr;
    if (!name) return EmitProblem{R"(is no ["event", argument, ...])"};
    LineEvent read{*name, std::move(*list)};
    read.arguments.erase(read.arguments.begin());
    return read;
}

}  // namespace chartcast::cli
