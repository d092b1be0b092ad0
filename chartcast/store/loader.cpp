#include "store/loader.hpp"

#include "ops/log.hpp"
#include "store/codec/record.hpp"
#include "store/epoch.hpp"
#include "store/log_walk.hpp"
#include "store/log_writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace chartcast::store {
namespace {

using ops::log;
using socketio::LogLevel;

class Loader {
public:
    Loader(Connection& connection, bool clean, std::int64_t now)
        : connection_(connection), writer_(connection), clean_(clean), now_(now) {
        result_.loaded.clean = clean;
    }

    LoadResult load() {
        Transaction transaction(connection_);
        std::vector<std::pair<std::int64_t, std::string>> found;
        Statement datasets(connection_, "SELECT id, name FROM datasets ORDER BY id");
        while (datasets.step()) found.emplace_back(datasets.number(0), datasets.bytes(1));
        for (auto& [id, name] : found) load_dataset(id, std::move(name));
        load_documents();
        transaction.commit();
        return std::move(result_);
    }

private:
    void load_dataset(std::int64_t id, std::string name) {
        LogEnd end;
        end.id = id;
        end.name = std::move(name);
        const auto marks = snapshots_of(connection_, id);
        find_end(end, marks);
        live::DatasetImage image;
        const auto damage = read(id, marks, image, end);
        if (end.schema) {
            if (!damage.empty()) {
                start_anew(end, image);
            } else if (!clean_) {
                image.position.epoch = random_epoch();
                writer_.epoch(id, ++end.n, std::max(end.ts, now_), image.position);
            }
            end.position = image.position;
            weigh(end);
            result_.loaded.datasets.push_back({end.name, *end.schema, std::move(image)});
        }
        if (!damage.empty()) {
            log(LogLevel::error, "stored dataset is damaged",
                {{"dataset", end.name},
                 {"damage", damage},
                 {"goes_on_from", end.schema ? to_string(end.position) : "nothing"}});
        }
        result_.logs.push_back(std::move(end));
    }

    /// The highest number and time that stand anywhere.
    void find_end(LogEnd& end, const std::vector<SnapshotMark>& marks) {
        if (!marks.empty()) {
            end.n = marks.back().n;
            end.ts = marks.back().ts;
        }
        Statement last(connection_,
                       "SELECT n, ts FROM entries WHERE dataset = ? ORDER BY n DESC LIMIT 1");
        if (!last.bind(end.id).step()) return;
        end.n = std::max(end.n, static_cast<std::uint64_t>(last.number(0)));
        end.ts = std::max(end.ts, last.number(1));
    }

    /// What was damaged, if anything that counts was.
    std::string read(std::int64_t id, const std::vector<SnapshotMark>& marks,
                     live::DatasetImage& image, LogEnd& end) {
        std::string damage = marks.empty() ? "there is no snapshot" : "";
        for (auto at = marks.size(); at-- > 0;) {
            // What lies behind it was left because it could not be read.
            LogWalk walk(connection_, id, {marks.begin(), marks.begin() + std::ptrdiff_t(at) + 1});
            if (!walk.start(at)) {
                damage = "snapshot " + std::to_string(marks[at].n) + " is damaged";
                continue;
            }
            while (walk.next() != LogWalk::Step::end) {
            }
            if (!walk.damage().empty()) {
                damage = walk.damage();
                // The last step may have changed the state before it was found wrong.
                const auto sound = walk.n();
                if (!walk.start(at)) continue;
                while (walk.n() < sound && walk.next() != LogWalk::Step::end) {
                }
            }
            image = walk.state().image();
            end.schema = walk.schema();
            return damage;
        }
        return damage;
    }

    /// Nothing that is there now is read again at the next start.
    void start_anew(LogEnd& end, live::DatasetImage& image) {
        image.position.epoch = random_epoch();
        end.ts = std::max(end.ts, now_);
        writer_.snapshot({end.id, end.name, ++end.n, end.ts, end.schema, image});
    }

    void weigh(LogEnd& end) {
        Statement newest(
            connection_,
            "SELECT n, weight FROM snapshots WHERE dataset = ? ORDER BY n DESC LIMIT 1");
        if (!newest.bind(end.id).step()) return;
        Statement later(connection_,
                        "SELECT total(length(data)) FROM entries WHERE dataset = ? AND n > ?");
        if (!later.bind(end.id, newest.number(0)).step()) return;
        end.snapshot_weight = static_cast<std::uint64_t>(newest.number(1));
        end.weight = static_cast<std::uint64_t>(later.number(0));
    }

    void load_documents() {
        Statement documents(connection_,
                            "SELECT kind, id, max(n), ts, data FROM documents GROUP BY kind, id");
        std::vector<DocumentWrite> renamed;
        while (documents.step()) {
            DocumentWrite write;
            write.document.kind = static_cast<Document::Kind>(documents.number(0));
            write.document.id = std::string(documents.bytes(1));
            write.n = static_cast<std::uint64_t>(documents.number(2));
            write.document.ts = documents.number(3);
            auto record = decode_document(ByteReader(documents.bytes(4)));
            const bool damaged = !record;
            if (damaged) record = earlier_value(write);
            result_.documents.push_back({write.document.kind, write.document.id, write.n});
            if (!record) continue;
            write.document.position = std::move(record->position);
            write.document.value = std::move(record->value);
            if (!clean_ || damaged) {
                write.document.position.epoch = random_epoch();
                renamed.push_back(write);
            }
            result_.loaded.documents.push_back(std::move(write.document));
        }
        for (const auto& write : renamed) writer_.document(write);
    }

    /// The newest that is sound is to become the newest of all.
    std::optional<DocumentRecord> earlier_value(DocumentWrite& write) {
        log(LogLevel::error, "stored document is damaged", {{"document", write.document.id}});
        Statement values(connection_,
                         "SELECT data FROM documents WHERE kind = ? AND id = ? ORDER BY n DESC");
        values.bind(static_cast<std::int64_t>(write.document.kind),
                    std::string_view(write.document.id));
        while (values.step()) {
            auto record = decode_document(ByteReader(values.bytes(0)));
            if (!record) continue;
            ++write.n;
            return record;
        }
        return std::nullopt;
    }

    Connection& connection_;
    LogWriter writer_;
    bool clean_;
    std::int64_t now_;
    LoadResult result_;
};

}  // namespace

LoadResult load_all(Connection& connection, bool clean, std::int64_t now) {
    return Loader(connection, clean, now).load();
}

}  // namespace chartcast::store
