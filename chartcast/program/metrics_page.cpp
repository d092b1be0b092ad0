#include "program/metrics_page.hpp"

#include "ops/metrics.hpp"

namespace chartcast::program {

namespace {

void add_connections(ops::MetricsText& text, const socketio::Counters& counters,
                     const socketio::Census& census) {
    text.family("chartcast_sessions", "gauge", "Connected clients.");
    text.sample(static_cast<double>(counters.polling_sessions), {{"transport", "polling"}});
    text.sample(static_cast<double>(counters.websocket_sessions), {{"transport", "websocket"}});
    text.gauge("chartcast_connections", "TCP connections, of HTTP too.", counters.connections);
    text.gauge("chartcast_queued_bytes", "Bytes of messages that wait to be written.",
               census.queued_bytes);
    text.counter("chartcast_handshakes_total", "Sessions that were opened.", counters.handshakes);
    text.counter("chartcast_refused_handshakes_total",
                 "Handshakes from pages that may not connect, or of a wrong version.",
                 counters.handshakes_refused);
    text.counter("chartcast_refused_connections_total",
                 "Connections closed at once because there were too many.",
                 counters.connections_refused);
    text.counter("chartcast_tls_handshakes_total", "TLS handshakes that came to their end.",
                 counters.tls_handshakes);
    text.counter("chartcast_failed_tls_handshakes_total",
                 "TLS handshakes that did not: no TLS, no common version, too slow.",
                 counters.tls_handshakes_failed);
    text.counter("chartcast_messages_queued_total",
                 "Messages put into a client's queue, one for each recipient.",
                 counters.messages_queued);
    text.counter("chartcast_messages_conflated_total",
                 "Messages taken out unsent because a newer one took their place.",
                 counters.messages_replaced);
    text.counter("chartcast_messages_dropped_total",
                 "Messages dropped for clients that do not keep up.",
                 counters.messages_dropped + counters.messages_refused);
    text.counter("chartcast_backlogs_total",
                 "Times that a client fell behind and was sent nothing until it had read all.",
                 counters.backlogs);
    text.counter("chartcast_slow_clients_total", "Sessions closed because their queue was full.",
                 counters.slow_clients);
    text.counter("chartcast_sent_bytes_total", "Bytes written to connections.",
                 counters.bytes_written);
    text.counter("chartcast_websocket_sent_bytes_total",
                 "Bytes written to WebSockets: what viewers were sent.",
                 counters.websocket_bytes_written);
    text.counter("chartcast_writes_total", "Writes to connections.", counters.writes);
    text.counter("chartcast_partial_writes_total", "Writes that the kernel took only in part.",
                 counters.partial_writes);
}

void add_charts(ops::MetricsText& text, const viewers::Owner& owner) {
    const auto& counts = owner.counts();
    text.gauge("chartcast_datasets", "Datasets of this node.", owner.datasets());
    text.gauge("chartcast_charts", "Charts of this node.", owner.charts());
    text.gauge("chartcast_rows", "Rows in memory.", owner.rows());
    text.gauge("chartcast_streams", "Groups of viewers that share their frames.", owner.rooms());
    text.counter("chartcast_publishes_total", "Batches that were asked for.", counts.publishes);
    text.counter("chartcast_versions_total", "Batches that changed something.", counts.versions);
    text.counter("chartcast_refused_publishes_total", "Batches that were refused.", counts.refused);
    text.counter("chartcast_subscriptions_total", "First frames, of viewers who came or came back.",
                 counts.subscriptions);
    text.counter("chartcast_relayed_broadcasts_total",
                 "Broadcasts of other processes that are no chart's value.", counts.relayed);
    text.histogram("chartcast_publish_seconds", "From a batch's decision to its place on the disk.",
                   owner.latencies().publish);
    text.histogram("chartcast_fanout_seconds", "From a new version to its frames in the queues.",
                   owner.latencies().fanout);
}

void add_store(ops::MetricsText& text, const store::Store* store) {
    if (!store) return;
    const auto health = store->health();
    text.gauge("chartcast_store_writable", "Whether the last commit succeeded.",
               health.writable ? 1 : 0);
    text.gauge("chartcast_store_bytes", "Size of the store.", health.bytes);
    text.counter("chartcast_store_commits_total", "Groups of batches written.", health.commits);
    text.counter("chartcast_store_entries_total", "Batches written.", health.entries);
}

void add_redis(ops::MetricsText& text, const RedisProbe* probe) {
    if (!probe) return;
    text.gauge("chartcast_redis_connected", "Whether messages can leave to Redis and come from it.",
               probe->connected() ? 1 : 0);
    text.gauge(
        "chartcast_redis_lag_seconds",
        "How long the last message took through Redis and back; longer while one is missing.",
        probe->lag_seconds());
    text.histogram("chartcast_redis_round_trip_seconds",
                   "How long messages took through Redis and back, one every five seconds.",
                   probe->round_trips());
}

void add_cluster(ops::MetricsText& text, const socketio::ClusterStatus& cluster) {
    if (cluster.adapter.empty()) return;
    text.family("chartcast_cluster_info", "gauge", "The adapter, and this server's name.");
    text.sample(1, {{"adapter", cluster.adapter}, {"name", cluster.name}});
    text.gauge("chartcast_cluster_reached", "Whether what other servers send arrives here.",
               cluster.is_reached ? 1 : 0);
    text.gauge("chartcast_cluster_servers", "Other servers, as far as is known.", cluster.servers);
    text.counter("chartcast_cluster_published_total", "Messages sent to other servers.",
                 cluster.published);
    text.counter("chartcast_cluster_lost_total",
                 "Messages that did not reach the others, or nobody knows.", cluster.lost);
    text.counter("chartcast_cluster_spared_total",
                 "Messages not sent because nobody else was there.", cluster.spared);
    text.counter("chartcast_cluster_received_total",
                 "Messages of other servers that were acted on.", cluster.received);
    text.counter("chartcast_cluster_own_total", "Own messages that came back, not decoded.",
                 cluster.own);
    text.counter("chartcast_cluster_passed_over_total",
                 "Well-formed messages that were not for this server.", cluster.passed_over);
    text.counter("chartcast_cluster_rejected_total",
                 "Messages that were malformed or too large, skipped.", cluster.rejected);
    text.counter("chartcast_cluster_outages_total",
                 "Times that the other servers could not be reached any more.", cluster.outages);
}

void add_sources(ops::MetricsText& text, const SourceHost& host) {
    if (host.sources().empty()) return;
    const auto each = [&](auto&& value_of) {
        for (const auto& [dataset, source] : host.sources()) {
            text.sample(value_of(dataset, *source), {{"dataset", dataset}});
        }
    };
    text.family("chartcast_source_up", "gauge", "Whether the source works.");
    each([&](const std::string& dataset, const sources::ChartSource&) {
        return host.problem_of(dataset).empty() ? 1.0 : 0.0;
    });
    text.family("chartcast_source_runs_total", "counter", "Queries, or reads of what changed.");
    each([](const std::string&, const sources::ChartSource& source) {
        return static_cast<double>(source.counts().runs);
    });
    text.family("chartcast_source_failures_total", "counter", "Runs that failed.");
    each([](const std::string&, const sources::ChartSource& source) {
        return static_cast<double>(source.counts().failures);
    });
}

}  // namespace

std::string metrics_page(const MetricsSources& from) {
    ops::MetricsText text;
    text.family("chartcast_info", "gauge", "The program's version.");
    text.sample(1, {{"version", CHARTCAST_VERSION}});
    text.gauge("chartcast_ready", "Whether viewers and publishers should be sent here.",
               from.readiness.ready ? 1 : 0);
    text.gauge("chartcast_degraded",
               "Whether something is not as it should be; /healthz says what.",
               from.readiness.degraded.empty() ? 0 : 1);
    add_connections(text, from.server.counters(), from.census);
    add_charts(text, from.owner);
    add_store(text, from.store);
    add_redis(text, from.redis);
    add_cluster(text, from.cluster);
    add_sources(text, from.sources);
    text.gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
               ops::resident_bytes());
    text.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
                 ops::processor_seconds());
    text.gauge("process_max_fds", "Maximum number of open file descriptors.",
               ops::open_files_max());
    return text.take();
}

}  // namespace chartcast::program
