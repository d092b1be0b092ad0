#include "api/publish_part.hpp"

#include <utility>

namespace chartcast::api {
namespace {

using socketio::Object;
using socketio::Value;

Problem invalid_part(std::string detail) {
    return {422, "invalid_part", std::move(detail)};
}

const std::string* text(const Object& part, std::string_view name) {
    const auto* member = part.find(name);
    return member ? member->if_string() : nullptr;
}

std::optional<Problem> read_rows(Object& from, PublishPart& part) {
    if (from.find("op")) {
        const auto* name = text(from, "op");
        part.operation = name ? live::operation_of(*name) : std::nullopt;
        if (!part.operation) return invalid_part("\"op\" is no operation.");
    }
    auto* rows = from.find("rows");
    if (!rows) {
        if (part.operation == live::Operation::clear) return std::nullopt;
        return invalid_part("\"rows\" is missing.");
    }
    if (auto* list = rows->if_array()) {
        part.rows = std::move(*list);
    } else if (rows->if_object()) {
        part.rows.push_back(std::move(*rows));
    } else {
        return invalid_part("\"rows\" has to be a list of rows.");
    }
    if (part.operation == live::Operation::clear) part.rows.clear();
    return std::nullopt;
}

std::optional<Problem> read_option(Object& from, PublishPart& part) {
    auto* option = from.find("option");
    auto* patch = from.find("patch");
    if ((option == nullptr) == (patch == nullptr)) {
        return invalid_part("A chart takes an \"option\" or a \"patch\".");
    }
    part.is_patch = patch != nullptr;
    part.option = std::move(part.is_patch ? *patch : *option);
    if (!part.option.if_object()) return invalid_part("An option has to be an object.");
    return std::nullopt;
}

std::optional<Problem> read(Value& value, PublishPart& part) {
    auto* members = value.if_object();
    if (!members) return invalid_part("A part has to be an object.");
    const auto* dataset = text(*members, "dataset");
    const auto* chart = text(*members, "chart");
    if ((dataset == nullptr) == (chart == nullptr)) {
        return invalid_part("A part names a \"dataset\" or a \"chart\".");
    }
    part.is_chart = chart != nullptr;
    part.id = part.is_chart ? *chart : *dataset;
    if (members->find("if_match")) {
        const auto* tag = text(*members, "if_match");
        part.if_match = tag ? live::parse_position(*tag) : std::nullopt;
        if (!part.if_match) return invalid_part("\"if_match\" has to be \"epoch:v\".");
    }
    return part.is_chart ? read_option(*members, part) : read_rows(*members, part);
}

}  // namespace

Checked<std::vector<PublishPart>> parts_of(Value body) {
    auto* list = body.if_array();
    if (!list) return invalid_part("The body has to be a list of parts.");
    if (list->empty() || list->size() > PublishPart::count_max) {
        return invalid_part("A publish has 1 to " + std::to_string(PublishPart::count_max) +
                            " parts.");
    }
    std::vector<PublishPart> parts(list->size());
    for (std::size_t at = 0; at < parts.size(); ++at) {
        if (auto problem = read((*list)[at], parts[at])) {
            problem->more.append("part", at);
            return std::move(*problem);
        }
    }
    return parts;
}

}  // namespace chartcast::api
