// One row, and all of them.

#include "api/conditions.hpp"
#include "api/parameters.hpp"
#include "api/publish_answer.hpp"
#include "api/routes/access.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/past_access.hpp"
#include "api/row_key.hpp"
#include "api/rows_text.hpp"
#include "auth/permission.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::api {
namespace {

using socketio::Array;
using socketio::HttpResponse;
using socketio::Object;
using socketio::Value;

/// Rendering more of them holds up everybody else on the shard.
constexpr std::size_t rows_at_once_max = 1'000;

// ---- Reading ---------------------------------------------------------------------------------------

struct Reading {
    std::string dataset;
    bool csv = false;
    std::size_t limit = 0;
    /// Nothing: all rows.
    std::optional<Array> access;
};

bool wants_csv(const socketio::HttpRequest& request) {
    if (request.path.ends_with(".csv")) return true;
    if (request.path.ends_with(".json")) return false;
    return request.headers.get("accept").starts_with("text/csv");
}

live::AccessSet access_set(const live::Schema& schema, const std::optional<Array>& values) {
    return values ? live::AccessSet::of(schema, *values) : live::AccessSet::all();
}

void answer_rows(const Services& services, const Call& call, const Reading& reading,
                 viewers::RowsView view) {
    const auto etag =
        etag_of(view.position, access_set(*view.schema, reading.access), reading.csv ? "csv" : "");
    auto response = tagged_answer(*call.request, etag, "authorization, accept");
    if (response.status == 304) return call.answer(std::move(response));
    response.headers.add("content-type", reading.csv ? "text/csv; charset=utf-8; header=present"
                                                     : "application/json");
    const bool much = std::min(view.rows.size(), reading.limit) > rows_at_once_max;
    auto render = [call, reading, view = std::move(view), response]() mutable {
        response.body = reading.csv ? rows_csv(view, reading.limit)
                                    : rows_json(reading.dataset, view, reading.limit);
        call.answer(std::move(response));
    };
    much ? services.offload(std::move(render)) : render();
}

Problem too_old() {
    return {410, "too_old", "The history does not reach back so far."};
}

void answer_past(const Services& services, const Call& call, const Reading& reading,
                 const PastAccess& rights, const boost::system::result<Services::PastState>& past) {
    if (!past && past.error() == store::errc::unknown) {
        return call.answer(unknown_dataset(reading.dataset));
    }
    if (!past && past.error() == store::errc::too_old) return call.refuse(too_old());
    if (!past) return call.refuse({503, "store_failed", "The history cannot be read."});
    const auto& state = **past;
    const auto access = rights.to(state.schema);
    if (!access) return call.refuse(too_old());
    viewers::RowsView view;
    view.position = state.image.position;
    view.schema = std::shared_ptr<const live::Schema>(*past, &state.schema);
    for (const auto& row : state.image.rows) {
        if (access->sees(state.schema, *row)) view.rows.push_back(row);
    }
    answer_rows(services, call, reading, std::move(view));
}

// ---- Changing one ----------------------------------------------------------------------------------

struct RowChange {
    const config::DatasetSettings* dataset = nullptr;
    config::SettingsPtr settings;
    Array key;
};

/// Nothing when the request has been answered.
std::optional<RowChange> row_of(const Services& services, const Call& call) {
    RowChange change;
    change.settings = services.charts->settings();
    const auto id = call.id();
    if (!auth::may_publish(*change.settings, call.who, id)) {
        call.answer(forbidden(call.who, "publish to this dataset"));
        return std::nullopt;
    }
    change.dataset = find_dataset(*change.settings, id);
    const auto schema = change.dataset ? schema_of(*services.charts, *change.dataset) : nullptr;
    if (!schema) {
        call.answer(unknown_dataset(id));
        return std::nullopt;
    }
    auto key = key_of(*schema, last_segment(call.request->target));
    if (!key) {
        call.refuse(key.error());
        return std::nullopt;
    }
    change.key = std::move(*key);
    return change;
}

void publish_row(const Services& services, const Call& call, live::Operation operation, Value row) {
    const auto& request = *call.request;
    const auto durability = durability_of(request.query);
    if (!durability) return call.refuse(durability.error());
    auto if_match = if_match_of(request);
    if (!if_match) return call.refuse(if_match.error());
    auto key = idempotency_key_of(request);
    if (!key) return call.refuse(key.error());
    viewers::Publish what;
    what.dataset = call.id();
    what.entry.operation = operation;
    what.entry.rows.push_back(std::move(row));
    what.entry.rows_must_exist = true;
    what.entry.if_match = std::move(if_match->position);
    if (!key->empty()) {
        what.entry.idempotency_key = std::move(*key);
        what.entry.body_hash = body_hash({request.method, request.path, request.body});
    }
    what.entry.ts = services.now();
    services.charts->publish(std::move(what), *durability, [call](const viewers::Published& done) {
        call.answer(answer_of(done));
    });
}

}  // namespace

void get_rows(const Services& services, const Call& call) {
    const auto settings = services.charts->settings();
    Reading reading{call.id(), wants_csv(*call.request), 0, {}};
    if (!auth::may_read(*settings, call.who, reading.dataset)) {
        return call.answer(forbidden(call.who, "read this dataset"));
    }
    const auto limit = limit_of(call.request->query, SIZE_MAX, 1'000'000);
    if (!limit) return call.refuse(limit.error());
    reading.limit = *limit;
    const auto at = time_of(call.request->query, "at");
    if (!at) return call.refuse(at.error());
    const auto* dataset = find_dataset(*settings, reading.dataset);
    if (!dataset) return call.answer(unknown_dataset(reading.dataset));
    reading.access = auth::visible_values(*dataset, call.who);
    if (*at && !services.past) {
        return call.refuse({410, "no_history", "Without a store there is no history."});
    }
    if (*at) {
        return services.past(
            reading.dataset, **at,
            [&services, call, reading, rights = PastAccess(*dataset, call.who)](const auto& past) {
                answer_past(services, call, reading, rights, past);
            });
    }
    auto view = services.charts->rows(reading.dataset, reading.access);
    if (!view) return call.answer(unknown_dataset(reading.dataset));
    answer_rows(services, call, reading, std::move(*view));
}

void patch_row(const Services& services, const Call& call, Value body) {
    auto* fields = body.if_object();
    if (!fields) {
        return call.refuse({422, "not_an_object", "The body has to be an object."});
    }
    auto change = row_of(services, call);
    if (!change) return;
    Object patch{{"key", std::move(change->key)}};
    if (is_merge_patch(*call.request)) {
        patch.append("set", std::move(body));
    } else {
        for (auto& [name, value] : fields->members()) {
            if (name != "set" && name != "inc") {
                return call.refuse(
                    {422, "invalid_patch",
                     "A patch has \"set\" and \"inc\"; as application/merge-patch+json "
                     "it has the fields themselves."});
            }
            patch.append(name, std::move(value));
        }
    }
    publish_row(services, call, live::Operation::patch, std::move(patch));
}

void delete_row(const Services& services, const Call& call) {
    auto change = row_of(services, call);
    if (change) publish_row(services, call, live::Operation::remove, std::move(change->key));
}

}  // namespace chartcast::api
