#include "store/store.hpp"

#include "ops/log.hpp"
#include "store/committer.hpp"
#include "store/folder_lock.hpp"
#include "store/history_reader.hpp"
#include "store/layout.hpp"
#include "store/loader.hpp"
#include "store/shard_log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <utility>

namespace chartcast::store {
namespace {

class Category final : public boost::system::error_category {
public:
    constexpr Category() noexcept : error_category(0x6363737472656f72) {}

    [[nodiscard]] const char* name() const noexcept override { return "store"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
            case errc::disk_full: return "the disk is full";
            case errc::failed: return "the store failed";
            case errc::too_old: return "the history does not reach back so far";
            case errc::unknown: return "nothing is stored under that name";
            case errc::busy: return "too many reads wait already";
        }
        return "unknown";
    }
};

/// A read takes milliseconds; more than these are somebody's mistake.
constexpr std::size_t reads_waiting_max = 64;
constexpr std::size_t reader_threads = 2;

std::unique_ptr<Connection> open_database(const std::string& file) {
    try {
        auto connection = std::make_unique<Connection>(file, Connection::Mode::create);
        check_identity(*connection, file);
        // Before the first table, or never.
        connection->execute("PRAGMA auto_vacuum = INCREMENTAL");
        connection->execute("PRAGMA journal_mode = WAL");
        connection->execute("PRAGMA synchronous = FULL");
        connection->execute("PRAGMA journal_size_limit = 16777216");
        return connection;
    } catch (const SqliteError& error) {
        raise_store_error(file, error);
    }
}

}  // namespace

boost::system::error_code make_error_code(errc code) noexcept {
    static constexpr Category category;
    return {static_cast<int>(code), category};
}

class Store::Implementation {
public:
    Implementation(const StoreOptions& options, Post post, Clock now)
        : lock_(options.path),
          file_(options.path + '/' + database_file),
          post_(std::move(post)),
          now_(std::move(now)),
          log_(post_, now_),
          rules_{options.history, options.history_of, options.max_size} {
        auto connection = open_database(file_);
        try {
            // Who refuses to start leaves everything as it was.
            connection->keep_log_at_close(true);
            const bool fresh = connection->number("PRAGMA user_version") == 0;
            if (!fresh) clean_ = is_clean(*connection);
            if (!clean_) check_pages(*connection, file_);
            connection->keep_log_at_close(false);
            migrate(*connection, layout_steps());
            set_clean(*connection, false);
            committer_ = std::make_unique<Committer>(std::move(connection));
        } catch (const SqliteError& error) {
            raise_store_error(file_, error);
        }
    }

    ~Implementation() {
        readers_.stop();
        readers_.join();
        writer_.join();
        finish_writing();
        try {
            // Only a store that holds what viewers saw may go on under the same epochs.
            if (loaded_ && log_.complete()) set_clean(committer_->connection(), true);
        } catch (const SqliteError& error) {
            ops::log(socketio::LogLevel::error, "store is not closed cleanly",
                     {{"why", error.what()}});
        }
    }

    Loaded load() {
        try {
            auto result = load_all(committer_->connection(), clean_, now_());
            log_.start_from(result);
            loaded_ = true;
            ops::log(socketio::LogLevel::info, "store loaded",
                     {{"file", file_},
                      {"clean", clean_ ? "yes" : "no"},
                      {"datasets", std::to_string(result.loaded.datasets.size())}});
            return std::move(result.loaded);
        } catch (const SqliteError& error) {
            raise_store_error(file_, error);
        }
    }

    ShardLog& log() noexcept { return log_; }

    /// At most one group is on its way; what comes meanwhile is the next.
    void write() {
        if (in_flight_ || log_.idle()) return;
        in_flight_ = log_.take_group();
        in_flight_->job.rules = rules_;
        in_flight_->job.more_to_remove = std::exchange(more_to_remove_, false);
        is_committed_ = false;
        boost::asio::post(writer_, [this, group = in_flight_, alive = std::weak_ptr(alive_)] {
            committer_->run(group->job, [&] {
                post_([this, alive] {
                    if (!alive.expired()) committed();
                });
            });
            post_([this, alive] {
                if (!alive.expired()) finished();
            });
        });
    }

    void retain(RetentionRules rules) {
        rules_ = std::move(rules);
        more_to_remove_ = true;
    }

    template <class Read, class Done>
    void read(Read read, Done done) {
        if (*reads_ == reads_waiting_max) {
            post_([done = std::move(done)] { done(boost::system::error_code(errc::busy)); });
            return;
        }
        ++*reads_;
        boost::asio::post(readers_, [post = post_, reads = reads_, read = std::move(read),
                                     done = std::move(done)] {
            // std::function copies what it holds.
            auto answer = std::make_shared<decltype(read())>(read());
            post([reads, done, answer] {
                --*reads;
                done(std::move(*answer));
            });
        });
    }

    [[nodiscard]] const std::string& file() const noexcept { return file_; }

private:
    void committed() {
        is_committed_ = true;
        log_.committed(*in_flight_);
    }
    void finished() {
        log_.finished(*in_flight_);
        more_to_remove_ = more_to_remove_ || in_flight_->job.more_to_remove;
        in_flight_.reset();
        write();
    }

    /// The writer is idle for good; its work goes on here.
    void finish_writing() {
        alive_.reset();
        if (in_flight_) {
            log_.forget_waiters(*in_flight_);
            log_.forget_waiters();
            if (!is_committed_) log_.committed(*in_flight_);
            log_.finished(*in_flight_);
        }
        if (log_.idle()) return;
        log_.forget_waiters();
        const auto last = log_.take_group();
        last->job.rules = rules_;
        committer_->run(last->job, [] {});
        log_.committed(*last);
        log_.finished(*last);
    }

    FolderLock lock_;
    std::string file_;
    Post post_;
    Clock now_;
    ShardLog log_;
    RetentionRules rules_;
    bool clean_ = true;
    bool loaded_ = false;
    std::unique_ptr<Committer> committer_;
    std::shared_ptr<Group> in_flight_;
    bool is_committed_ = false;
    bool more_to_remove_ = false;
    std::shared_ptr<std::size_t> reads_ = std::make_shared<std::size_t>(0);
    /// What is posted to the shard outlives the store sometimes.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    boost::asio::thread_pool writer_{1};
    boost::asio::thread_pool readers_{reader_threads};
};

Store::Store(const StoreOptions& options, Post post, Clock now)
    : implementation_(std::make_unique<Implementation>(options, std::move(post), std::move(now))) {}

Store::~Store() = default;

Loaded Store::load() {
    return implementation_->load();
}

void Store::append(std::vector<EntryRecord> records, OnDone done) {
    implementation_->log().append(std::move(records), std::move(done));
    implementation_->write();
}

void Store::confirm(const std::string& dataset, OnDone done) {
    implementation_->log().confirm(dataset, std::move(done));
    implementation_->write();
}

void Store::put(Document document, OnDone done) {
    implementation_->log().put(std::move(document), std::move(done));
    implementation_->write();
}

void Store::define(const std::string& dataset, const live::Schema& schema) {
    implementation_->log().define(dataset, schema);
}

void Store::on_snapshot_due(std::function<void(const std::string&)> ask) {
    implementation_->log().on_snapshot_due(std::move(ask));
}

void Store::snapshot(const std::string& dataset, live::DatasetImage image) {
    implementation_->log().snapshot(dataset, std::move(image));
    implementation_->write();
}

void Store::retain(std::chrono::milliseconds history,
                   std::map<std::string, std::chrono::milliseconds> history_of,
                   std::uint64_t max_size) {
    implementation_->retain({history, std::move(history_of), max_size});
}

void Store::history(HistoryQuery query,
                    std::function<void(boost::system::result<History>)> done) const {
    implementation_->read([file = implementation_->file(),
                           query = std::move(query)] { return read_history(file, query); },
                          std::move(done));
}

void Store::at(
    const std::string& dataset, std::int64_t ts,
    std::function<void(boost::system::result<std::shared_ptr<const PastState>>)> done) const {
    implementation_->read(
        [file = implementation_->file(), dataset, ts] { return read_state_at(file, dataset, ts); },
        std::move(done));
}

void Store::at_document(Document::Kind kind, const std::string& id, std::int64_t ts,
                        std::function<void(boost::system::result<Document>)> done) const {
    implementation_->read([file = implementation_->file(), kind, id,
                           ts] { return read_document_at(file, kind, id, ts); },
                          std::move(done));
}

Store::Health Store::health() const {
    return implementation_->log().health();
}

}  // namespace chartcast::store
