// What happened to a dataset, batch by batch.

#include "api/parameters.hpp"
#include "api/routes/access.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/past_access.hpp"
#include "auth/permission.hpp"
#include "live/iso_time.hpp"
#include "live/wire_ops.hpp"

#include <utility>

namespace chartcast::api {
namespace {

using socketio::Array;
using socketio::Object;

constexpr std::size_t batches_usual = 100;
constexpr std::size_t batches_max = 1'000;

/// Whole numbers are versions, everything else is ISO 8601.
std::optional<Problem> read_bound(const socketio::FieldList& query, std::string_view name,
                                  std::optional<std::uint64_t>& version,
                                  std::optional<std::int64_t>& time) {
    const auto text = query.find(name);
    if (!text) return std::nullopt;
    version = whole_number(*text);
    if (!version) time = live::parse_iso_time(*text);
    if (version || time) return std::nullopt;
    return Problem{400, "invalid_parameter",
                   '"' + std::string(name) + "\" has to be a version or an ISO 8601 time."};
}

Checked<store::Store::HistoryQuery> query_of(const Call& call) {
    const auto& fields = call.request->query;
    store::Store::HistoryQuery query;
    query.dataset = call.id();
    if (auto problem = read_bound(fields, "from", query.from_v, query.from_ts)) return *problem;
    if (auto problem = read_bound(fields, "to", query.to_v, query.to_ts)) return *problem;
    const auto limit = limit_of(fields, batches_usual, batches_max);
    if (!limit) return limit.error();
    query.limit = *limit;
    return query;
}

bool asks_for_a_time(const store::Store::HistoryQuery& query) {
    return query.from_v || query.from_ts || query.to_v || query.to_ts;
}

Object body_of(const store::Store::History& history, const live::AccessSet& access) {
    const auto& schema = *history.schema;
    Array dims;
    for (const auto& field : schema.fields()) dims.emplace_back(field.name);
    Array key;
    for (const auto dim : schema.key()) key.emplace_back(dim);
    Array batches;
    for (const auto& [position, delta] : history.batches) {
        batches.emplace_back(Object{{"epoch", position.epoch},
                                    {"v", position.v},
                                    {"ts", delta.ts},
                                    {"ops", live::wire_ops(schema, delta, access)}});
    }
    socketio::Value next;
    if (history.next) next = *history.next;
    return {{"dims", std::move(dims)},
            {"key", std::move(key)},
            {"batches", std::move(batches)},
            {"next", std::move(next)}};
}

void answer(const Call& call, const PastAccess& rights,
            const boost::system::result<store::Store::History>& history) {
    if (!history && history.error() == store::errc::unknown) {
        return call.answer(unknown_dataset(call.id()));
    }
    if (!history && history.error() == store::errc::too_old) {
        return call.refuse({410, "too_old", "The history does not reach back so far."});
    }
    if (!history) return call.refuse({503, "store_failed", "The history cannot be read."});
    // Without any there is nothing to tell, and no batch was let through.
    const auto access = rights.to(*history->schema).value_or(live::AccessSet());
    auto response = socketio::HttpResponse::json(200, body_of(*history, access));
    response.headers.add("cache-control", "private, no-cache");
    response.headers.add("vary", "authorization");
    call.answer(std::move(response));
}

}  // namespace

void get_history(const Services& services, const Call& call) {
    const auto settings = services.charts->settings();
    if (!auth::may_read(*settings, call.who, call.id())) {
        return call.answer(forbidden(call.who, "read this dataset"));
    }
    auto query = query_of(call);
    if (!query) return call.refuse(query.error());
    const auto* dataset = find_dataset(*settings, query->dataset);
    if (!dataset) return call.answer(unknown_dataset(query->dataset));
    if (!services.history && asks_for_a_time(*query)) {
        return call.refuse({410, "no_history", "Without a store there is no history."});
    }
    const PastAccess rights(*dataset, call.who);
    if (!services.history) {
        // Whoever asks how far it reaches is told: nowhere.
        store::Store::History none;
        none.schema = schema_of(*services.charts, *dataset);
        if (!none.schema) return call.answer(unknown_dataset(query->dataset));
        return answer(call, rights, none);
    }
    if (!rights.to_all()) {
        query->tells = [rights](const live::Schema& schema, const live::Delta& delta) {
            const auto access = rights.to(schema);
            return access && !live::wire_ops(schema, delta, *access).empty();
        };
    }
    services.history(std::move(*query),
                     [call, rights](const auto& found) { answer(call, rights, found); });
}

}  // namespace chartcast::api
