#include "store/history_reader.hpp"

#include "ops/log.hpp"
#include "store/codec/record.hpp"
#include "store/log_walk.hpp"
#include "store/sqlite.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace chartcast::store {
namespace {

using boost::system::error_code;
using boost::system::result;
using Clock = std::chrono::steady_clock;

/// A reader keeps the log of SQLite from being reused, so none may stay for long.
constexpr auto read_time_max = std::chrono::seconds(30);
/// Of the batches of one answer; one batch may be larger.
constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;
/// Batches that one answer leaves out; who asks goes on from there.
constexpr std::size_t untold_max = 10'000;

/// One read: everything in it sees the same moment.
class Reader {
public:
    explicit Reader(const std::string& file) : connection_(file, Connection::Mode::read) {
        connection_.execute("BEGIN");
    }

    [[nodiscard]] std::optional<std::int64_t> dataset(const std::string& name) {
        Statement statement(connection_, "SELECT id FROM datasets WHERE name = ?");
        if (!statement.bind(std::string_view(name)).step()) return std::nullopt;
        return statement.number(0);
    }
    [[nodiscard]] Connection& connection() noexcept { return connection_; }
    [[nodiscard]] bool late() const { return Clock::now() > until_; }

private:
    Connection connection_;
    Clock::time_point until_ = Clock::now() + read_time_max;
};

template <class Read>
auto guarded(const std::string& file, Read&& read) -> decltype(read(std::declval<Reader&>())) {
    try {
        Reader reader(file);
        return read(reader);
    } catch (const std::exception& error) {
        ops::log(socketio::LogLevel::error, "store cannot read", {{"why", error.what()}});
        return error_code(errc::failed);
    }
}

/// The last snapshot that lies before all that is asked for; nothing when there is none.
std::optional<std::size_t> start_of(const Store::HistoryQuery& query,
                                    const std::vector<SnapshotMark>& marks) {
    if (!query.from_v && !query.from_ts) return 0;
    std::optional<std::size_t> start;
    // Nothing happened before the first version and before 1970.
    const auto from_v = std::max<std::uint64_t>(query.from_v.value_or(UINT64_MAX), 1);
    const auto from_ts =
        std::max<std::int64_t>(query.from_ts.value_or(std::numeric_limits<std::int64_t>::max()), 1);
    for (std::size_t at = 0; at < marks.size(); ++at) {
        if ((query.from_v && marks[at].v < from_v) || (query.from_ts && marks[at].ts < from_ts)) {
            start = at;
        }
    }
    return start;
}

bool before(const Store::HistoryQuery& query, const live::Delta& delta) {
    return (query.from_v && delta.to < *query.from_v) ||
           (query.from_ts && delta.ts < *query.from_ts);
}

bool behind(const Store::HistoryQuery& query, const live::Delta& delta) {
    return (query.to_v && delta.to > *query.to_v) || (query.to_ts && delta.ts > *query.to_ts);
}

result<Store::History> collect(Reader& reader, LogWalk& walk, const Store::HistoryQuery& query) {
    Store::History history;
    history.schema = walk.schema();
    std::size_t bytes = 0;
    std::size_t untold = 0;
    for (;;) {
        if (reader.late()) return error_code(errc::failed);
        const auto step = walk.next();
        if (step == LogWalk::Step::end) return history;
        if (step == LogWalk::Step::unchanged) continue;
        auto delta = walk.take_delta();
        if (before(query, delta)) {
            history.schema = walk.schema();
            continue;
        }
        if (behind(query, delta)) return history;
        if (query.tells && !query.tells(*walk.schema(), delta)) {
            if (++untold < untold_max) continue;
            history.next = delta.to + 1;
            return history;
        }
        // One answer has one schema.
        const bool other_schema = walk.schema() != history.schema;
        if (other_schema && history.batches.empty()) history.schema = walk.schema();
        if (history.batches.size() == query.limit || bytes > answer_bytes_max ||
            walk.schema() != history.schema) {
            history.next = delta.to;
            return history;
        }
        bytes += live::delta_bytes(delta);
        history.batches.push_back({walk.state().position, std::move(delta)});
    }
}

}  // namespace

result<Store::History> read_history(const std::string& file, const Store::HistoryQuery& query) {
    return guarded(file, [&](Reader& reader) -> result<Store::History> {
        const auto dataset = reader.dataset(query.dataset);
        if (!dataset) return error_code(errc::unknown);
        auto marks = snapshots_of(reader.connection(), *dataset);
        const auto start = start_of(query, marks);
        if (!start || marks.empty()) return error_code(errc::too_old);
        LogWalk walk(reader.connection(), *dataset, std::move(marks));
        // What lies behind a damaged snapshot can be told only from an earlier one.
        for (auto at = *start + 1; at-- > 0;) {
            if (walk.start(at)) return collect(reader, walk, query);
        }
        return error_code(errc::too_old);
    });
}

result<std::shared_ptr<const Store::PastState>> read_state_at(const std::string& file,
                                                              const std::string& dataset_name,
                                                              std::int64_t ts) {
    using Answer = result<std::shared_ptr<const Store::PastState>>;
    return guarded(file, [&](Reader& reader) -> Answer {
        const auto dataset = reader.dataset(dataset_name);
        if (!dataset) return error_code(errc::unknown);
        const auto marks = snapshots_of(reader.connection(), *dataset);
        LogWalk walk(reader.connection(), *dataset, marks);
        walk.end_before(ts);
        for (auto at = marks.size(); at-- > 0;) {
            if (marks[at].ts > ts || !walk.start(at)) continue;
            while (walk.next() != LogWalk::Step::end) {
                if (reader.late()) return error_code(errc::failed);
            }
            return std::make_shared<const Store::PastState>(
                Store::PastState{*walk.schema(), walk.state().image()});
        }
        return error_code(errc::too_old);
    });
}

result<Document> read_document_at(const std::string& file, Document::Kind kind,
                                  const std::string& id, std::int64_t ts) {
    return guarded(file, [&](Reader& reader) -> result<Document> {
        Statement values(
            reader.connection(),
            "SELECT ts, data FROM documents WHERE kind = ? AND id = ? ORDER BY n DESC");
        values.bind(static_cast<std::int64_t>(kind), std::string_view(id));
        bool known = false;
        while (values.step()) {
            known = true;
            if (values.number(0) > ts) continue;
            auto record = decode_document(ByteReader(values.bytes(1)));
            if (!record) continue;
            return Document{kind, id, std::move(record->position), values.number(0),
                            std::move(record->value)};
        }
        return error_code(known ? errc::too_old : errc::unknown);
    });
}

}  // namespace chartcast::store
