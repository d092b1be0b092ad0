#pragma once
// A store on a real file, its owner, and the shard that both live on: what LiveCharts does, in short words.

#include "live/apply.hpp"
#include "store/store.hpp"
#include <socketio/value.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <stdlib.h>

namespace chartcast::store {

using boost::system::error_code;
using live::Operation;
using socketio::Array;
using socketio::Object;
using socketio::Value;

/// Removed with all that is in it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string path(const std::string& name = "data") const {
        return path_ + '/' + name;
    }

private:
    std::string path_;
};

inline live::Schema deals_schema(std::size_t window_rows = 0) {
    live::DatasetDefinition definition;
    definition.fields = {{"id", live::FieldType::string},
                         {"amount", live::FieldType::number},
                         {"deals", live::FieldType::integer},
                         {"note", live::FieldType::json}};
    definition.key = {"id"};
    definition.window.rows = window_rows;
    return *live::Schema::make(std::move(definition));
}

inline Array deal(const std::string& id, double amount, Value note = nullptr) {
    return {id, amount, 1, std::move(note)};
}

inline std::vector<Array> rows_of(const live::DatasetImage& image) {
    std::vector<Array> rows;
    for (const auto& row : image.rows) rows.push_back(row->cells);
    return rows;
}

/// The owner of a store: applies, appends, and gives states when it is asked.
class Owner {
public:
    explicit Owner(std::string folder) { options.path = std::move(folder); }
    ~Owner() { close(); }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

    void open() {
        store = std::make_unique<Store>(
            options, [this](std::function<void()> work) { boost::asio::post(io, std::move(work)); },
            [this] { return now; });
        loaded = store->load();
        states.clear();
        for (const auto& dataset : loaded.datasets) {
            states[dataset.id] =
                std::make_unique<live::DatasetState>(dataset.schema, dataset.image);
        }
        store->on_snapshot_due([this](const std::string& dataset) {
            ++asked;
            if (gives_snapshots) snapshot(dataset);
        });
    }
    void close() {
        store.reset();
        io.restart();
        io.poll();
    }
    void reopen() {
        close();
        open();
    }
    void define(const std::string& dataset, const live::Schema& schema) {
        if (!states.contains(dataset)) {
            states[dataset] = std::make_unique<live::DatasetState>(schema, "first");
        }
        store->define(dataset, schema);
    }
    live::DatasetState& state(const std::string& dataset) { return *states.at(dataset); }
    void snapshot(const std::string& dataset) {
        store->snapshot(dataset, states.at(dataset)->image());
    }

    live::Entry entry(Operation operation, Array rows) const {
        live::Entry entry;
        entry.operation = operation;
        entry.rows = std::move(rows);
        entry.ts = now;
        return entry;
    }
    /// Applies it and gives the record.
    EntryRecord accept(const std::string& dataset, live::Entry entry) {
        auto& state = *states.at(dataset);
        last = live::apply(state, entry);
        return {dataset, state.position, std::move(entry)};
    }
    void submit(const std::string& dataset, live::Entry entry, OnDone done) {
        std::vector<EntryRecord> records;
        records.push_back(accept(dataset, std::move(entry)));
        store->append(std::move(records), std::move(done));
    }
    error_code publish(const std::string& dataset, live::Entry entry) {
        return wait([&](OnDone done) { submit(dataset, std::move(entry), std::move(done)); });
    }
    error_code upsert(const std::string& dataset, const std::string& id, double amount,
                      Value note = nullptr) {
        Array rows;
        rows.emplace_back(deal(id, amount, std::move(note)));
        return publish(dataset, entry(Operation::upsert, std::move(rows)));
    }
    error_code put(const std::string& id, Value value, std::uint64_t v) {
        return wait([&](OnDone done) {
            store->put({Document::Kind::raw_chart, id, {"first", v}, now, std::move(value)},
                       std::move(done));
        });
    }
    error_code confirm(const std::string& dataset) {
        return wait([&](OnDone done) { store->confirm(dataset, std::move(done)); });
    }

    /// Runs the shard until the call is answered.
    error_code wait(const std::function<void(OnDone)>& call) {
        std::optional<error_code> answer;
        call([&answer](error_code ec) { answer = ec; });
        run_until([&answer] { return answer.has_value(); });
        return *answer;
    }
    template <class Condition>
    void run_until(Condition&& condition) {
        const auto work = boost::asio::make_work_guard(io);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        io.restart();
        while (!condition()) {
            if (io.run_one_until(end) == 0) throw std::runtime_error("nothing happened for long");
        }
    }
    /// Until what was given to the store so far is done, snapshots and removals included.
    void settle() {
        const auto dataset = states.begin()->first;
        // The first may be told with the group that is being finished, the second only after it.
        static_cast<void>(confirm(dataset));
        static_cast<void>(confirm(dataset));
    }

    boost::system::result<Store::History> history(Store::HistoryQuery query) {
        std::optional<boost::system::result<Store::History>> answer;
        store->history(std::move(query), [&answer](boost::system::result<Store::History> got) {
            answer = std::move(got);
        });
        run_until([&answer] { return answer.has_value(); });
        return *std::move(answer);
    }
    boost::system::result<std::shared_ptr<const Store::PastState>> at(const std::string& dataset,
                                                                      std::int64_t ts) {
        std::optional<boost::system::result<std::shared_ptr<const Store::PastState>>> answer;
        store->at(dataset, ts, [&answer](auto got) { answer = std::move(got); });
        run_until([&answer] { return answer.has_value(); });
        return *std::move(answer);
    }

    boost::asio::io_context io;
    StoreOptions options;
    std::int64_t now = 1'000'000;
    std::unique_ptr<Store> store;
    Loaded loaded;
    std::map<std::string, std::unique_ptr<live::DatasetState>> states;
    live::Outcome last;
    int asked = 0;
    bool gives_snapshots = true;
};

}  // namespace chartcast::store
