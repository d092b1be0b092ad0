#pragma once
// What each route does once its sender is known. All run on shard 0, but for what they offload.

#include "api/routes/call.hpp"
#include "api/routes/services.hpp"
#include <socketio/value.hpp>

namespace chartcast::api {

using Handler = void (*)(const Services&, const Call&);
using JsonHandler = void (*)(const Services&, const Call&, socketio::Value body);

// Rows
void get_rows(const Services& services, const Call& call);
void patch_row(const Services& services, const Call& call, socketio::Value body);
void delete_row(const Services& services, const Call& call);
void get_history(const Services& services, const Call& call);
void publish_parts(const Services& services, const Call& call, socketio::Value body);

// Charts
void put_option(const Services& services, const Call& call, socketio::Value body);
void patch_option(const Services& services, const Call& call, socketio::Value body);
/// Those that the sender may see, with their titles.
void get_charts(const Services& services, const Call& call);
void get_option(const Services& services, const Call& call);

// Dashboards
/// Those that the sender may see, with their charts.
void get_dashboards(const Services& services, const Call& call);
/// With all of its panels: each chart decides for itself who sees it.
void get_dashboard(const Services& services, const Call& call);

void post_token(const Services& services, const Call& call, socketio::Value body);

}  // namespace chartcast::api
