#include "config/emit_words.hpp"

#include <socketio/json.hpp>
#include <socketio/server_side.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace chartcast::config {
namespace {

using Action = EmitCommand::Action;
using Adapter = socketio::EmitterOptions::Adapter;

bool begins_with_bracket(const std::string& word) {
    const auto first = word.find_first_not_of(' ');
    return first != std::string::npos && word[first] == '[';
}

void unguard(std::string& word) {
    if (word.starts_with(' ') && begins_with_bracket(word)) word.erase(0, 1);
}

void unguard(std::vector<std::string>& words) {
    for (auto& word : words) unguard(word);
}

Action action_of(const EmitWords& words) {
    const EmitCommand& emit = words.command;
    const bool has_event = !emit.event.empty() || emit.lines;
    const int actions = (has_event ? 1 : 0) + (words.join.empty() ? 0 : 1) +
                        (words.leave.empty() ? 0 : 1) + (words.disconnect ? 1 : 0);
    if (actions == 0) {
        throw ConfigError(
            "emit: say what to do: give an EVENT, --lines, --join ROOM, --leave ROOM or "
            "--disconnect");
    }
    if (actions > 1) {
        throw ConfigError(
            "emit: one thing at a time: an EVENT (or --lines), --join, --leave or --disconnect");
    }
    if (has_event) return Action::emit;
    if (words.disconnect) return Action::disconnect;
    return words.join.empty() ? Action::leave : Action::join;
}

void check_flags(const EmitCommand& emit) {
    const bool has_event = emit.action == Action::emit;
    if (emit.close && emit.action != Action::disconnect) {
        throw ConfigError("emit: --close goes with --disconnect");
    }
    if (!has_event && (emit.is_volatile || emit.server_side)) {
        throw ConfigError("emit: --volatile and --server-side go with an event");
    }
    if (emit.server_side && (emit.is_volatile || !emit.rooms.empty() || !emit.except.empty())) {
        throw ConfigError(
            "emit: --server-side goes to servers, which are in no room: leave out --room, "
            "--except and --volatile");
    }
    if (emit.server_side && socketio::is_reserved_server_side(emit.event)) {
        throw ConfigError("emit: \"" + emit.event + "\" is a reserved name between servers");
    }
    if (emit.stream_length != 0 && emit.adapter != Adapter::streams) {
        throw ConfigError("emit: --max-len goes with --adapter streams");
    }
}

EmitArgument argument_of(const std::string& word) {
    if (word == "-") return {nullptr, word};
    if (word.starts_with('@')) {
        if (word.size() == 1) throw ConfigError("emit: @ needs the name of a file behind it");
        return {nullptr, word.substr(1)};
    }
    auto value = socketio::parse_json(word);
    if (!value) {
        throw ConfigError("emit: not JSON: " + word.substr(0, 64) +
                          "; a text needs its quotes, as in '\"hello\"', a file its @, as in "
                          "@a.json");
    }
    return {*std::move(value), {}};
}

std::vector<EmitArgument> arguments_of(const EmitWords& words) {
    std::vector<EmitArgument> arguments;
    arguments.reserve(words.arguments.size());
    for (const auto& word : words.arguments) arguments.push_back(argument_of(word));
    const auto from_stdin =
        std::count_if(arguments.begin(), arguments.end(),
                      [](const EmitArgument& argument) { return argument.from == "-"; });
    if (from_stdin + (words.command.lines ? 1 : 0) > 1) {
        throw ConfigError("emit: standard input can be read once: give one -, or --lines");
    }
    return arguments;
}

}  // namespace

void guard_brackets(std::vector<std::string>& words) {
    if (words.empty() || words.front() != "emit") return;
    for (auto& word : words) {
        if (begins_with_bracket(word)) word.insert(0, 1, ' ');
    }
}

EmitCommand checked_emit(EmitWords words) {
    auto& emit = words.command;
    unguard(emit.event);
    unguard(emit.nsp);
    for (auto* names : {&emit.rooms, &emit.except, &words.join, &words.leave}) unguard(*names);
    emit.action = action_of(words);
    check_flags(emit);
    emit.arguments = arguments_of(words);
    emit.targets = emit.action == Action::join ? words.join : words.leave;
    if (emit.redis_url.empty()) emit.redis_url = "redis://127.0.0.1:6379";
    const bool is_cluster = parse_redis(emit.redis_url, "").options.kind == redis::Kind::cluster;
    emit.counts_servers =
        emit.adapter == Adapter::sharded || (emit.adapter == Adapter::classic && !is_cluster);
    return std::move(emit);
}

}  // namespace chartcast::config
