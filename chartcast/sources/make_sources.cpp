#include "sources/make_sources.hpp"

#include "sources/file_tail_source.hpp"
#include "sources/schema_of.hpp"
#include "sources/sqlite_source.hpp"
#include "sources/stdin_source.hpp"
#include "sources/unavailable_source.hpp"
#include "sources/whole_file_source.hpp"

#include <utility>

namespace chartcast::sources {
namespace {

using config::ConnectionSettings;
using config::DatasetSettings;
using Made = std::unique_ptr<ChartSource>;

/// Of all sources together: they wait for disks, and there are few.
constexpr unsigned threads = 4;
constexpr milliseconds look_every(250);

bool is_lines(decode::Format format) noexcept {
    return format == decode::Format::ndjson || format == decode::Format::csv;
}

/// Lines are followed where each adds to what is there; anything else is read whole.
bool is_followed(decode::Format format, live::Operation operation) noexcept {
    return is_lines(format) && operation != live::Operation::replace;
}

class Maker {
public:
    Maker(const config::Settings& settings, SourceContext context)
        : settings_(settings), context_(std::move(context)) {}

    Made make(const DatasetSettings& dataset) {
        return std::visit([&](const auto& source) { return make(dataset, source); },
                          dataset.source);
    }

private:
    static Made make(const DatasetSettings& /*dataset*/, const config::PushSource& /*source*/) {
        return nullptr;
    }

    Made make(const DatasetSettings& dataset, const config::SqlSource& source) {
        const auto found = settings_.connections.find(source.connection);
        if (found == settings_.connections.end()) {
            return unavailable(dataset, "there is no connection '" + source.connection + "'");
        }
        const auto& connection = found->second;
        switch (connection.driver) {
            case ConnectionSettings::Driver::sqlite: return sqlite(dataset, source, connection);
            case ConnectionSettings::Driver::postgresql: return no_driver(dataset, "PostgreSQL");
            case ConnectionSettings::Driver::mysql: return no_driver(dataset, "MySQL");
            case ConnectionSettings::Driver::odbc: return no_driver(dataset, "ODBC");
        }
        return nullptr;
    }

    Made make(const DatasetSettings& dataset, const config::FileSource& source) {
        auto schema = schema_of(dataset.definition);
        if (is_followed(source.format, source.op)) {
            return std::make_unique<FileTailSource>(
                context_, FileTailSource::Options{
                              dataset.id, source.path, {source.format, source.op, schema, {}}});
        }
        return std::make_unique<WholeFileSource>(
            context_,
            WholeFileSource::Options{dataset.id, source.path, source.format, source.op, schema});
    }

    Made make(const DatasetSettings& dataset, const config::StdinSource& source) {
        if (!is_lines(source.format)) {
            return unavailable(dataset, "stdin brings lines: its format is ndjson or csv");
        }
        return std::make_unique<StdinSource>(
            context_,
            StdinSource::Options{dataset.id,
                                 {source.format, source.op, schema_of(dataset.definition), {}}});
    }

    Made make(const DatasetSettings& dataset, const config::HttpSource& /*source*/) {
        return unavailable(dataset, "this build has no HTTP sources");
    }

    Made sqlite(const DatasetSettings& dataset, const config::SqlSource& source,
                const ConnectionSettings& connection) {
        SqliteSource::Options options;
        options.dataset = dataset.id;
        options.query.path = connection.path;
        options.query.text = source.query;
        options.query.fields = dataset.definition.fields;
        options.query.timeout = connection.timeout;
        options.query.rows_max = dataset.definition.rows_max;
        options.plan.every = source.every;
        options.plan.only_while_watched = source.only_while_watched;
        if (source.on_change) {
            options.plan.debounce = source.on_change->debounce;
            options.look_every = look_every;
        }
        auto& lane = lanes_[source.connection];
        if (!lane) lane = std::make_shared<BlockingPool::Lane>(connection.pool);
        options.lane = lane;
        return std::make_unique<SqliteSource>(context_, std::move(options));
    }

    Made no_driver(const DatasetSettings& dataset, const std::string& database) {
        return unavailable(dataset, "this build has no " + database + " driver");
    }

    Made unavailable(const DatasetSettings& dataset, std::string problem) {
        return std::make_unique<UnavailableSource>(context_.port, dataset.id, std::move(problem));
    }

    const config::Settings& settings_;
    SourceContext context_;
    std::map<std::string, std::shared_ptr<BlockingPool::Lane>> lanes_;
};

}  // namespace

std::map<std::string, Made> make_sources(const config::Settings& settings,
                                         boost::asio::io_context& io, SourcePort& port, Post post) {
    Maker maker(settings, {io, port, std::make_shared<BlockingPool>(threads, std::move(post))});
    std::map<std::string, Made> sources;
    for (const auto& dataset : settings.datasets) {
        if (auto source = maker.make(dataset)) sources.emplace(dataset.id, std::move(source));
    }
    return sources;
}

}  // namespace chartcast::sources
