#include "live/messages.hpp"

#include <algorithm>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

Object fresh_object(const Fresh& fresh) {
    return Object{{"asOf", fresh.as_of}, {"state", to_string(fresh.state)}};
}

void append_all(Object& message, Object body) {
    for (auto& [name, value] : body.members()) message.append(std::move(name), std::move(value));
}

Object positions(const ByDataset<Position>& places) {
    Object object;
    for (const auto& [id, position] : places) {
        object.append(id, Array{position.epoch, position.v});
    }
    return object;
}

}  // namespace

std::string_view to_string(Freshness state) noexcept {
    switch (state) {
        case Freshness::live: return "live";
        case Freshness::stale: return "stale";
        case Freshness::source_error: return "source_error";
        case Freshness::degraded: return "degraded";
        case Freshness::replay: return "replay";
    }
    return "unknown";
}

Object snapshot_message(const ChartHead& head, Value option, ByDataset<Object> datasets,
                        const Fresh& fresh) {
    Object ds;
    for (auto& [id, body] : datasets) ds.append(std::move(id), std::move(body));
    return Object{{"mode", "snapshot"},          {"chart", head.chart}, {"tpl", head.tpl},
                  {"option", std::move(option)}, {"ds", std::move(ds)}, {"recovered", false},
                  {"fresh", fresh_object(fresh)}};
}

Object resume_message(const ChartHead& head, std::optional<Value> option,
                      ByDataset<ResumeAnswer> datasets, const Fresh& fresh) {
    Object message{{"mode", "resume"}, {"chart", head.chart}, {"tpl", head.tpl}};
    if (option) message.append("option", *std::move(option));
    const bool recovered = std::all_of(datasets.begin(), datasets.end(), [](const auto& dataset) {
        return dataset.second.recovered;
    });
    Object ds;
    for (auto& [id, answer] : datasets) ds.append(std::move(id), std::move(answer.body));
    message.append("ds", std::move(ds));
    message.append("recovered", recovered);
    message.append("fresh", fresh_object(fresh));
    return message;
}

Object raw_snapshot_message(std::string_view chart, Object body, const Fresh& fresh) {
    Object message{{"mode", "snapshot"}, {"chart", chart}};
    append_all(message, std::move(body));
    message.append("recovered", false);
    message.append("fresh", fresh_object(fresh));
    return message;
}

Object raw_resume_message(std::string_view chart, const RawChart& state, const Position& seen,
                          const Fresh& fresh) {
    const bool recovered = seen == state.position();
    Object message{{"mode", "resume"}, {"chart", chart}};
    append_all(message, recovered ? Object{{"epoch", seen.epoch}, {"v", seen.v}} : state.whole());
    message.append("recovered", recovered);
    message.append("fresh", fresh_object(fresh));
    return message;
}

Object delta_message(std::string_view dataset, Object changes, const Delta& delta) {
    Object message{{"mode", "delta"}, {"ds", dataset}};
    for (const auto* name : {"epoch", "from", "to"}) {
        message.append(name, std::move(changes[name]));
    }
    // One is the rule, and a frame of one changed cell is short.
    if (delta.batches != 1) message.append("n", delta.batches);
    message.append("ops", std::move(changes["ops"]));
    message.append("ts", delta.ts);
    return message;
}

Object raw_delta_message(std::string_view chart, Object body, std::int64_t ts) {
    Object message{{"mode", "delta"}, {"chart", chart}};
    append_all(message, std::move(body));
    message.append("ts", ts);
    return message;
}

Object option_message(const ChartHead& head, std::string_view from, Value option) {
    return Object{{"mode", "option"},
                  {"chart", head.chart},
                  {"from", from},
                  {"tpl", head.tpl},
                  {"option", std::move(option)}};
}

Object state_message(std::string_view chart, const Fresh& fresh) {
    return Object{{"mode", "state"}, {"chart", chart}, {"fresh", fresh_object(fresh)}};
}

Object beat_message(const ByDataset<Position>& datasets, const ByDataset<Position>& raw_charts) {
    Object message{{"mode", "beat"}};
    if (!datasets.empty()) message.append("ds", positions(datasets));
    if (!raw_charts.empty()) message.append("raw", positions(raw_charts));
    return message;
}

}  // namespace chartcast::live
