#pragma once
// What outlives the program: every accepted entry of a dataset in the order of its versions, now and then a
// whole state, and the values of raw charts. One SQLite file in WAL mode, one thread that writes it; readers
// have connections of their own. Lives on shard 0, whose calls never block.

#include "live/dataset_state.hpp"
#include "live/delta.hpp"
#include "live/entry.hpp"
#include "live/position.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace chartcast::store {

/// Cannot be opened, is of a newer version, is broken: the text says which file and what to do.
class StoreError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct StoreOptions {
    /// A folder, made when it is missing.
    std::string path;
    std::chrono::milliseconds history = std::chrono::hours(24);
    std::map<std::string, std::chrono::milliseconds> history_of;
    std::uint64_t max_size = 2ULL << 30;
};

enum class errc {
    disk_full = 1,  ///< Nothing was written; the same entry may succeed later.
    failed,         ///< SQLite refused for another reason; the log says which.
    too_old,        ///< The history does not reach back so far.
    unknown,        ///< Nothing is stored under that name.
    busy,           ///< Too many reads wait already.
};
[[nodiscard]] boost::system::error_code make_error_code(errc code) noexcept;

/// One accepted entry, changed or not, and where the dataset was after it.
struct EntryRecord {
    std::string dataset;
    /// Of the state, also when the outcome was that of an earlier request.
    live::Position position;
    live::Entry entry;
};

/// The value of something that is kept whole: a raw chart's option, a change to a template.
struct Document {
    enum class Kind : std::uint8_t { raw_chart, template_patch };
    Kind kind = Kind::raw_chart;
    std::string id;
    live::Position position;
    std::int64_t ts = 0;
    socketio::Value value;
};

struct LoadedDataset {
    std::string id;
    /// As it was when the dataset was written last.
    live::Schema schema;
    live::DatasetImage image;
};

/// What was found at the start. After an unclean end every dataset and document has a new epoch and keeps
/// its `v`.
struct Loaded {
    bool clean = true;
    std::vector<LoadedDataset> datasets;
    std::vector<Document> documents;
};

using OnDone = std::function<void(boost::system::error_code)>;

class Store {
public:
    /// Runs work on shard 0.
    using Post = std::function<void(std::function<void()>)>;
    /// Milliseconds since 1970.
    using Clock = std::function<std::int64_t()>;

    /// Blocks; before the server runs. Takes the folder's lock: two programs never share a store. Throws
    /// StoreError.
    Store(const StoreOptions& options, Post post, Clock now);
    /// Writes what was accepted, then marks the store clean if it holds all that was appended. What is still
    /// waiting to be told is not called any more.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Blocks; before the server runs, once. Throws StoreError.
    [[nodiscard]] Loaded load();

    /// All of them in one transaction, in order; `done` when they are on disk. What is appended while a
    /// commit runs goes into the next one together. REQUIRES: the datasets are defined.
    ///
    /// When a commit fails, the owner's states are ahead of the store. Then on_snapshot_due asks for them, and
    /// appends to these datasets wait for the snapshot: it holds them too, so its result is theirs.
    void append(std::vector<EntryRecord> records, OnDone done);
    /// When all that was appended to the dataset is on disk: for who repeats a request that is being stored,
    /// or was not.
    void confirm(const std::string& dataset, OnDone done);
    void put(Document document, OnDone done);
    /// The dataset has this schema from here on. When it is another one than before, `on_snapshot_due` asks
    /// for a snapshot, and appends wait for that.
    void define(const std::string& dataset, const live::Schema& schema);
    /// A snapshot is wanted: entries since the last one weigh more than it and 1 MiB, or the store cannot go
    /// on without. Called between turns of the shard, until snapshot() is called not again. REQUIRES: set
    /// before the first append.
    void on_snapshot_due(std::function<void(const std::string& dataset)> ask);
    /// REQUIRES: the state after all that was appended, and no more.
    void snapshot(const std::string& dataset, live::DatasetImage image);
    /// Other bounds for the history from here on.
    void retain(std::chrono::milliseconds history,
                std::map<std::string, std::chrono::milliseconds> history_of,
                std::uint64_t max_size);

    // ---- History: on reader threads, answers on shard 0 --------------------------------------------
    struct Batch {
        live::Position position;
        live::Delta delta;
    };
    struct History {
        /// With the schema that they were written under.
        std::shared_ptr<const live::Schema> schema;
        std::vector<Batch> batches;
        /// The version from which on more may follow; nothing: that was all.
        std::optional<std::uint64_t> next;
    };
    struct HistoryQuery {
        std::string dataset;
        /// Versions or times, both included; without any, all that there is.
        std::optional<std::uint64_t> from_v, to_v;
        std::optional<std::int64_t> from_ts, to_ts;
        std::size_t limit = 100;
        /// Whether a batch is told; one that is not counts for no limit. Left out: all are. Called on a reader
        /// thread.
        std::function<bool(const live::Schema&, const live::Delta&)> tells = nullptr;
    };
    void history(HistoryQuery query,
                 std::function<void(boost::system::result<History>)> done) const;

    struct PastState {
        live::Schema schema;
        live::DatasetImage image;
    };
    /// The rows as they were at that time.
    void at(
        const std::string& dataset, std::int64_t ts,
        std::function<void(boost::system::result<std::shared_ptr<const PastState>>)> done) const;

    /// A document's value as it was at that time.
    void at_document(Document::Kind kind, const std::string& id, std::int64_t ts,
                     std::function<void(boost::system::result<Document>)> done) const;

    struct Health {
        /// Whether the last commit succeeded.
        bool writable = true;
        /// In use of the file; what is free in it comes on top.
        std::uint64_t bytes = 0;
        std::uint64_t commits = 0;
        std::uint64_t entries = 0;
        /// Why it is not writable.
        std::string problem;
    };
    [[nodiscard]] Health health() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// A consistent copy of a store, also of one in use, as one new file. Blocks. Throws StoreError.
void backup(const std::string& store_folder, const std::string& file);
/// Puts a copy in the place of an empty or missing store, which will start under new epochs. Blocks. Throws
/// StoreError.
void restore(const std::string& file, const std::string& store_folder);

}  // namespace chartcast::store

template <>
struct boost::system::is_error_code_enum<chartcast::store::errc> : std::true_type {};
