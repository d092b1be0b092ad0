#pragma once
// What a configuration file says, checked: plain values that the other layers read. Immutable once made, so
// that shards share one; a reload makes another. Any thread.

#include "config/config.hpp"
#include "decode/format.hpp"
#include "live/entry.hpp"
#include "live/locale_texts.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace chartcast::config {

using std::chrono::milliseconds;

struct Limits {
    std::size_t max_connections = 20'000;
    /// Of a request to the API that is not a stream of NDJSON.
    std::size_t max_body = 1024 * 1024;
    /// Unsent bytes of a viewer from which on deltas are skipped until it drains.
    std::size_t client_queue = 256 * 1024;
    /// New connections a second; 0 is no limit.
    double connect_rate = 500;
};

struct TlsFiles {
    std::string cert;
    std::string key;
    friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

struct ServerSettings {
    std::vector<ListenAddress> listen = {ListenAddress{}};
    std::string public_url;
    std::optional<TlsFiles> tls;
    Limits limits;
    /// Where /metrics, /healthz, /readyz and /admin are served.
    std::optional<ListenAddress> internal = ListenAddress{"127.0.0.1", 9090};
    /// Browsers that may connect from other origins; empty: from this one only.
    std::vector<std::string> origins;
    std::vector<std::string> frame_ancestors;
    /// Networks in CIDR notation.
    std::vector<std::string> trusted_proxies;
};

struct StoreSettings {
    /// A folder; empty: nothing is kept when the program ends.
    std::string path;
    milliseconds history = std::chrono::hours(24);
    /// Of single datasets, by their ids.
    std::map<std::string, milliseconds> history_of;
    std::uint64_t max_size = 2ULL << 30;
};

struct ClusterSettings {
    RedisConfig redis;
    std::string key_prefix = "socket.io";
    bool accept_emitter = true;
    /// A node that cannot reach Redis still takes viewers: Redis alone must not take every node out of service.
    bool ready_alone = true;
};

struct ApiKey {
    std::string id;
    /// "sha256:" and 64 hex digits of the key.
    std::string hash;
    /// "publish:deals", "view:*", "edit:*", "tokens".
    std::vector<std::string> can;

    friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

struct JwtSettings {
    std::string jwks_url;
    std::string audience;
    /// Empty: any.
    std::string issuer;
    /// Claims with the user's name and roles.
    std::string user = "sub";
    std::string roles = "roles";

    friend bool operator==(const JwtSettings&, const JwtSettings&) = default;
};

struct EmbedSettings {
    std::string secret;
    milliseconds max_ttl = std::chrono::hours(1);

    friend bool operator==(const EmbedSettings&, const EmbedSettings&) = default;
};

struct AuthSettings {
    enum class Anonymous : std::uint8_t {
        none,
        view,
        publish,  ///< Anybody may publish and edit: the demo, which no file can ask for.
    };
    Anonymous anonymous = Anonymous::view;
    std::vector<ApiKey> api_keys;
    std::optional<JwtSettings> jwt;
    std::optional<EmbedSettings> embed;

    friend bool operator==(const AuthSettings&, const AuthSettings&) = default;
};

struct ConnectionSettings {
    enum class Driver : std::uint8_t { sqlite, postgresql, mysql, odbc };
    Driver driver = Driver::sqlite;
    std::string path;
    std::string dsn;
    unsigned pool = 4;
    bool read_only = true;
    milliseconds timeout = std::chrono::seconds(5);

    friend bool operator==(const ConnectionSettings&, const ConnectionSettings&) = default;
};

using decode::Format;

struct PushSource {
    /// Fields come from the first batch when the dataset declares none.
    bool auto_create = false;
    /// Batches a second; nothing is no limit.
    std::optional<double> rate;

    friend bool operator==(const PushSource&, const PushSource&) = default;
};

struct SqlOnChange {
    /// The channel of NOTIFY; SQLite has none and polls PRAGMA data_version.
    std::string listen;
    milliseconds debounce = milliseconds(200);

    friend bool operator==(const SqlOnChange&, const SqlOnChange&) = default;
};

struct SqlSource {
    std::string connection;
    std::string query;
    milliseconds every = std::chrono::seconds(10);
    bool only_while_watched = false;
    using OnChange = SqlOnChange;
    std::optional<OnChange> on_change;

    friend bool operator==(const SqlSource&, const SqlSource&) = default;
};

struct FileSource {
    std::string path;
    Format format = Format::ndjson;
    live::Operation op = live::Operation::append;

    friend bool operator==(const FileSource&, const FileSource&) = default;
};

struct StdinSource {
    Format format = Format::ndjson;
    live::Operation op = live::Operation::append;

    friend bool operator==(const StdinSource&, const StdinSource&) = default;
};

struct HttpSource {
    std::string url;
    Format format = Format::json;
    live::Operation op = live::Operation::replace;
    milliseconds every = std::chrono::seconds(10);
    bool only_while_watched = false;

    friend bool operator==(const HttpSource&, const HttpSource&) = default;
};

using Source = std::variant<PushSource, SqlSource, FileSource, StdinSource, HttpSource>;

struct DatasetSettings {
    std::string id;
    /// `row_access` of the definition is the field of `row_access`.
    live::DatasetDefinition definition;
    Source source;
    /// The claim whose values decide which rows a viewer sees; empty: everybody sees all.
    std::string access_claim;
};

/// Who may do what with a chart or dashboard: "role:NAME", "user:NAME", "key:ID", "anonymous" or "*".
struct Allow {
    std::vector<std::string> view;
    std::vector<std::string> publish;
    std::vector<std::string> edit;

    friend bool operator==(const Allow&, const Allow&) = default;
};

struct ChartSettings {
    std::string id;
    live::LocaleTexts title;
    /// Ids of datasets; none: a raw chart.
    std::vector<std::string> data;
    /// Frames a second.
    std::optional<double> max_rate;
    std::optional<Allow> allow;
    /// An object.
    socketio::Value option;

    friend bool operator==(const ChartSettings&, const ChartSettings&) = default;
};

/// What a viewer of a dashboard chooses: panels whose datasets have the field show the rows that fit.
struct VariableSettings {
    enum class Type : std::uint8_t { select, text, time_range };
    std::string name;
    live::LocaleTexts label;
    Type type = Type::select;
    /// Whose rows have the values to choose from; empty: none are offered.
    std::string dataset;
    /// Empty: it filters nothing.
    std::string field;
    /// Of a select: several at once.
    bool multi = false;
};

struct PanelSettings {
    struct OnClick {
        /// A variable: of the opened dashboard when there is one, else of the panel's own.
        std::string set;
        /// A dashboard.
        std::string open;
    };
    std::string chart;
    /// In columns, of which there are `columns`, and in rows.
    unsigned x = 0;
    unsigned y = 0;
    unsigned width = 1;
    unsigned height = 1;
    std::optional<OnClick> on_click;

    static constexpr unsigned columns = 12;
};

struct DashboardSettings {
    enum class Theme : std::uint8_t { automatic, light, dark };
    std::string id;
    live::LocaleTexts title;
    Theme theme = Theme::automatic;
    std::optional<Allow> allow;
    std::vector<VariableSettings> variables;
    std::vector<PanelSettings> panels;
};

/// A valid configuration. Sections that this build only checks are kept as they were written.
struct Settings {
    ServerSettings server;
    /// Empty: none.
    std::string default_chart;
    /// What the address of the server itself leads to; empty: the list of all.
    std::string default_dashboard;
    StoreSettings store;
    std::optional<ClusterSettings> cluster;
    AuthSettings auth;
    std::map<std::string, ConnectionSettings> connections;
    std::vector<DatasetSettings> datasets;
    std::vector<ChartSettings> charts;
    std::vector<DashboardSettings> dashboards;
    socketio::Value alerts;
    socketio::Value notify;
    /// What is configured and valid, but not in this build: said once at the start.
    std::vector<std::string> not_in_this_build;
};

using SettingsPtr = std::shared_ptr<const Settings>;

}  // namespace chartcast::config
