#include "cli/push_problem.hpp"

#include <socketio/json.hpp>

#include <string_view>

namespace chartcast::cli {
namespace {

using socketio::Object;

std::string text_of(const Object& object, std::string_view name) {
    const auto* value = object.find(name);
    if (!value || value->is_null()) return {};
    const auto* text = value->if_string();
    return text ? *text : socketio::to_json(*value);
}

std::string row_error(const Object& error, const std::vector<std::size_t>& lines) {
    std::string text = "\n  ";
    const auto* row = error.find("row");
    const auto* number = row ? row->if_int64() : nullptr;
    if (number && *number >= 0 && static_cast<std::size_t>(*number) < lines.size()) {
        text += "line " + std::to_string(lines[static_cast<std::size_t>(*number)]) + ": ";
    } else if (row) {
        text += "row " + socketio::to_json(*row) + ": ";
    }
    if (const auto field = text_of(error, "field"); !field.empty()) text += field + ": ";
    return text + text_of(error, "code");
}

/// Where a text stops making sense: rows are sent one a line.
std::string fault_place(const Object& problem, const std::vector<std::size_t>& lines) {
    const auto* value = problem.find("line");
    const auto* line = value ? value->if_int64() : nullptr;
    if (!line) return {};
    const bool known = *line >= 1 && static_cast<std::size_t>(*line) <= lines.size();
    const auto at =
        known ? lines[static_cast<std::size_t>(*line) - 1] : static_cast<std::size_t>(*line);
    return "\n  line " + std::to_string(at);
}

}  // namespace

std::string push_problem(const HttpAnswer& answer, const std::vector<std::size_t>& lines) {
    if (answer.status == 0) return answer.error;
    auto text = std::to_string(answer.status);
    const auto parsed = socketio::parse_json(answer.body);
    const auto* problem = parsed ? parsed->if_object() : nullptr;
    // Some other server, or a proxy: its pages are not for a terminal.
    if (!problem) return text + " from something that is no chartcast; is --url right?";
    if (const auto code = text_of(*problem, "code"); !code.empty()) text += " " + code;
    if (const auto detail = text_of(*problem, "detail"); !detail.empty()) text += ": " + detail;
    const auto* errors = problem->find("errors");
    const auto* list = errors ? errors->if_array() : nullptr;
    if (!list) return text + fault_place(*problem, lines);
    for (const auto& error : *list) {
        if (const auto* object = error.if_object()) text += row_error(*object, lines);
    }
    const auto* count = problem->find("count");
    const auto* all = count ? count->if_int64() : nullptr;
    if (all && *all > static_cast<std::int64_t>(list->size())) {
        text +=
            "\n  and " + std::to_string(*all - static_cast<std::int64_t>(list->size())) + " more";
    }
    return text;
}

}  // namespace chartcast::cli
