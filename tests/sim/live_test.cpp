// Histories of live charts: random schemas, operations, windows, rates, row access, and viewers on a bad
// network, who hide, leave, come back with any `since`, lose frames and are too slow. What must hold:
//   a delta client has at each moment exactly the rows that its set saw at the version it is at;
//   once quiet, it is at the server's version, with the server's template;
//   once quiet, a plain client's page draws the materialised option;
//   two nodes that apply the same entries have the same rows and versions.
// LIVE_SIM_SEED is the first seed, LIVE_SIM_COUNT the number of them.

#include "sim/live_world.hpp"
#include "sim/scheduler.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace chartcast::live::sim {
namespace {

using socketio::sim::Dice;
using Receiver = test_support::DatasetReceiver;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const auto* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

constexpr std::int64_t start = 1'700'000'000'000;
const std::vector<const char*> regions = {"north", "south", "west"};

Schema random_schema(Dice& dice) {
    DatasetDefinition definition;
    definition.fields = {{"id", dice.chance(50) ? FieldType::integer : FieldType::string},
                         {"region", FieldType::string},
                         {"amount", FieldType::number},
                         {"deals", FieldType::integer},
                         {"at", FieldType::time},
                         {"note", FieldType::json}};
    if (dice.chance(75)) definition.key = {"id"};
    if (!definition.key.empty() && dice.chance(30)) definition.key = {"region", "id"};
    if (dice.chance(50)) definition.row_access = "region";
    if (dice.chance(50)) definition.window.rows = static_cast<std::size_t>(dice.between(1, 12));
    if (dice.chance(50)) definition.window.age = std::chrono::milliseconds(dice.between(200, 3000));
    if (dice.chance(50)) definition.window.time_field = "at";
    return *Schema::make(std::move(definition));
}

OptionTemplate first_template() {
    return {Object{{"series", Array{Object{{"id", "a"}, {"type", "bar"}},
                                    Object{{"type", "line"}, {"smooth", true}}}},
                   {"yAxis", Object{{"axisLabel", Object{{"$format", "currency:CNY"}}}}}},
            {{"zh-CN", "销售"}, {"en", "Sales"}}};
}

/// A sequence of things that happen, and what was broken by them.
class History {
public:
    explicit History(std::uint64_t seed)
        : dice_(seed), server_(random_schema(dice_), first_template()), twin_(copy_of_server()) {
        const int count = dice_.between(2, 5);
        for (int i = 0; i < count; ++i) viewers_.push_back(random_viewer());
        for (auto& viewer : viewers_) {
            if (dice_.chance(80)) come_or_go(viewer);
        }
    }

    void sabotage() { server_.forget_batch(dice_.between(2, 6)); }

    /// Empty when everything held.
    std::string run() {
        for (int steps = dice_.between(15, 45); steps > 0 && broken_.empty(); --steps) step();
        calm_down();
        for (const auto& viewer : viewers_) check_quiet(viewer);
        check_twin();
        return broken_;
    }
    [[nodiscard]] const std::set<std::string>& happened() const noexcept { return happened_; }

private:
    Viewer random_viewer() {
        Viewer viewer;
        const auto& schema = server_.state().schema;
        viewer.plain = dice_.chance(25);
        viewer.rate = rate_classes.at(dice_.below(rate_classes.size()));
        if (schema.access() && dice_.chance(80)) {
            for (const auto* region : regions) {
                if (dice_.chance(50)) viewer.access_values.emplace_back(region);
            }
            viewer.access = AccessSet::of(schema, viewer.access_values);
        }
        return viewer;
    }
    [[nodiscard]] std::unique_ptr<DatasetState> copy_of_server() const {
        return std::make_unique<DatasetState>(server_.state().schema, server_.state().image());
    }
    Viewer& somebody() { return viewers_[dice_.below(viewers_.size())]; }

    void step() {
        const int what = dice_.between(0, 99);
        if (what < 40) {
            publish();
        } else if (what < 60) {
            pass_time(dice_.between(1, 700));
        } else if (what < 75) {
            deliver_some(somebody());
        } else if (what < 85) {
            come_or_go(somebody());
        } else if (what < 89) {
            lose_a_frame(somebody());
        } else if (what < 93) {
            server_.beat(somebody());
        } else if (what < 96) {
            slow_or_hidden(somebody());
        } else if (what < 99) {
            change_template();
        } else {
            restart();
        }
        server_.tick(now_, viewers_);
    }

    // ---- Publishing ----------------------------------------------------------------------------
    Value random_id() {
        const auto number = dice_.between(0, 9);
        if (server_.state().schema.fields()[0].type == FieldType::integer) return number;
        return "id" + std::to_string(number);
    }
    Object random_key() {
        return Object{{"id", random_id()}, {"region", regions[dice_.below(regions.size())]}};
    }
    Object random_row() {
        auto row = random_key();
        if (dice_.chance(80)) row.append("amount", dice_.between(0, 4));
        if (dice_.chance(60)) row.append("deals", dice_.between(0, 2));
        if (dice_.chance(60)) row.append("at", now_ - dice_.between(-200, 2500));
        if (dice_.chance(20)) row.append("note", Array{"text", nullptr, dice_.between(0, 1)});
        return row;
    }
    Array random_rows(int most) {
        Array rows;
        std::set<std::string> keys;
        for (int i = dice_.between(0, most); i > 0; --i) {
            auto row = random_row();
            // Mostly batches that are accepted; the others are worth a try, too.
            const auto key = key_text(Cells{*row.find("id"), *row.find("region")});
            if (keys.insert(key).second) rows.emplace_back(std::move(row));
        }
        return rows;
    }
    Array current_rows_changed() {
        Array rows;
        server_.state().table.for_each([&](const RowRef& row) {
            if (dice_.chance(5)) return;
            auto cells = row->cells;
            if (dice_.chance(10)) cells[2] = dice_.between(0, 4);
            rows.emplace_back(std::move(cells));
        });
        if (dice_.chance(40)) rows.emplace_back(new_row_cells());
        return rows;
    }
    Cells new_row_cells() {
        return {random_id(), regions[dice_.below(regions.size())], 1, nullptr, now_, nullptr};
    }
    Array random_patches() {
        Array patches;
        for (const auto& row : random_rows(3)) {
            Object patch{{"key", row}};
            if (dice_.chance(50)) patch.append("set", Object{{"amount", dice_.between(0, 4)}});
            if (dice_.chance(50)) patch.append("inc", Object{{"deals", dice_.between(-1, 1)}});
            patches.emplace_back(std::move(patch));
        }
        return patches;
    }

    Entry random_entry() {
        Entry entry;
        // Nodes' clocks differ a little.
        entry.ts = now_ - dice_.between(0, 20);
        if (dice_.chance(10)) entry.idempotency_key = "key" + std::to_string(dice_.between(0, 2));
        if (dice_.chance(5)) entry.if_match = server_.state().position;
        if (entry.if_match && dice_.chance(50)) ++entry.if_match->v;
        entry.body_hash = "same";
        const int what = dice_.between(0, 99);
        if (what < 30) {
            entry.operation = Operation::upsert;
            entry.rows = random_rows(4);
        } else if (what < 55) {
            entry.operation = Operation::append;
            entry.rows = random_rows(3);
        } else if (what < 70) {
            entry.operation = Operation::patch;
            entry.rows = random_patches();
        } else if (what < 80) {
            entry.operation = Operation::remove;
            for (int i = dice_.between(1, 3); i > 0; --i) entry.rows.emplace_back(random_key());
        } else if (what < 92) {
            entry.operation = Operation::replace;
            entry.rows = dice_.chance(70) ? current_rows_changed() : random_rows(8);
        } else if (what < 94) {
            entry.operation = Operation::clear;
        } else {
            entry.operation = Operation::expire;
        }
        return entry;
    }
    void publish() { submit(random_entry()); }
    void submit(const Entry& entry) {
        const auto before = server_.state().position.v;
        const auto outcome = server_.submit(entry);
        const auto twin = apply(*twin_, entry);
        happened_.insert("verdict " + std::to_string(static_cast<int>(outcome.verdict)));
        happened_.insert(std::string(to_string(entry.operation)) +
                         (outcome.changed ? " changes" : " does nothing"));
        require(outcome.verdict == twin.verdict, "two nodes decide the same");
        const bool counted = server_.state().position.v == before + 1;
        require(counted == (outcome.verdict == Verdict::changed), "a version for each change");
        // What is not told, nobody would resume to.
        server_.tick(now_, viewers_);
    }

    // ---- Time and network ----------------------------------------------------------------------
    void pass_time(int milliseconds) {
        const auto end = now_ + milliseconds;
        while (true) {
            const auto next = server_.next_tick(now_);
            if (!next || *next > end) break;
            now_ = *next;
            server_.tick(now_, viewers_);
        }
        now_ = end;
    }
    void deliver_some(Viewer& viewer) {
        for (int i = dice_.between(1, 4); i > 0; --i) deliver_one(viewer);
    }
    void deliver_one(Viewer& viewer) {
        if (viewer.in_flight.empty()) return;
        const auto message = std::move(viewer.in_flight.front());
        viewer.in_flight.pop_front();
        if (viewer.plain) {
            viewer.page.set_option(message);
        } else {
            receive(viewer, message);
        }
    }
    void receive(Viewer& viewer, const Object& message) {
        const auto& mode = message.find("mode")->as_string();
        happened_.insert(mode);
        if (mode == "snapshot" || mode == "resume") receive_init(viewer, message);
        if (mode == "delta") note(viewer, viewer.dataset.changes(message), message);
        if (mode == "beat") {
            const auto* place = message.find("ds")->as_object().find("d");
            note(viewer, viewer.dataset.beat(place->as_array()), message);
        }
        if (mode == "option") viewer.tpl = message.find("tpl")->as_string();
        check_version(viewer);
        if (viewer.wants_resync && viewer.connected) {
            viewer.wants_resync = false;
            happened_.insert("resync after " + mode);
            server_.welcome(viewer);
        }
    }
    void receive_init(Viewer& viewer, const Object& message) {
        if (message.find("option")) viewer.tpl = message.find("tpl")->as_string();
        require(viewer.tpl == message.find("tpl")->as_string(), "a client knows its template");
        const auto& body = message.find("ds")->as_object().find("d")->as_object();
        const bool recovered = message.find("recovered")->as_bool();
        require(recovered == !body.find("rows"), "recovered means without rows");
        if (recovered) happened_.insert("recovered");
        if (body.find("rows")) {
            viewer.dataset.snapshot(body);
        } else {
            note(viewer, viewer.dataset.changes(body), message);
        }
    }
    void note(Viewer& viewer, Receiver::Verdict verdict, const Object& message) {
        if (verdict == Receiver::Verdict::resync) viewer.wants_resync = true;
        if (verdict != Receiver::Verdict::applied) return;
        const auto* ops = message.find("ops");
        if (!ops) return;
        for (const auto& op : ops->as_array())
            happened_.insert("op " + op.as_array()[0].as_string());
        if (message.find("n")) happened_.insert("conflated");
    }

    void come_or_go(Viewer& viewer) {
        viewer.in_flight.clear();
        if (viewer.connected && dice_.chance(60)) {
            viewer.connected = false;
            viewer.paused = viewer.dirty = viewer.wants_resync = false;
            return;
        }
        viewer.connected = true;
        viewer.paused = viewer.dirty = viewer.wants_resync = false;
        come_back(viewer);
    }
    void come_back(Viewer& viewer) {
        if (viewer.dataset.knows_nothing() || viewer.plain) return server_.welcome(viewer);
        Position seen{viewer.dataset.epoch(), viewer.dataset.v()};
        // Its own memory is right; only what it claims may be older, or somebody else's.
        if (dice_.chance(10)) seen.epoch = "foreign";
        if (dice_.chance(10)) seen.v += 3;
        if (dice_.chance(20)) seen.v -= std::min<std::uint64_t>(seen.v, 2);
        server_.resume(viewer, seen, viewer.tpl);
    }
    void lose_a_frame(Viewer& viewer) {
        if (viewer.in_flight.empty() || viewer.plain) return;
        const auto at = static_cast<std::ptrdiff_t>(dice_.below(viewer.in_flight.size()));
        const auto lost = viewer.in_flight.begin() + at;
        // What begins a stream is acknowledged by a reliable transport; a frame may be lost silently.
        if (lost->find("mode")->as_string() != "delta") return;
        viewer.in_flight.erase(lost);
        happened_.insert("lost");
    }
    void slow_or_hidden(Viewer& viewer) {
        if (!viewer.connected) return;
        if (viewer.dirty) return server_.drained(viewer);
        if (viewer.paused) {
            viewer.paused = false;
            return come_back_with_the_rest(viewer);
        }
        (dice_.chance(50) ? viewer.paused : viewer.dirty) = true;
    }
    /// Unlike after a disconnect, what was on its way still comes.
    void come_back_with_the_rest(Viewer& viewer) {
        while (!viewer.in_flight.empty()) deliver_one(viewer);
        come_back(viewer);
    }
    void change_template() {
        Array series{Object{{"id", "a"}, {"type", "bar"}}};
        if (dice_.chance(50)) series.emplace_back(Object{{"id", "b"}, {"type", "line"}});
        if (dice_.chance(50)) series.emplace_back(Object{{"type", "scatter"}});
        server_.patch_option(Object{{"series", std::move(series)}}, viewers_);
    }
    /// Connections end with the server.
    void restart() {
        check_twin();
        server_.restart();
        twin_ = copy_of_server();
        happened_.insert("restart");
        for (auto& viewer : viewers_) {
            viewer.in_flight.clear();
            viewer.paused = viewer.dirty = viewer.wants_resync = false;
            if (viewer.connected) come_back(viewer);
        }
    }

    // ---- What must hold ------------------------------------------------------------------------
    void require(bool holds, const std::string& promise) {
        if (!holds && broken_.empty()) broken_ = promise;
    }
    [[nodiscard]] std::vector<RowRef> seen_by(const Viewer& viewer,
                                              std::vector<RowRef> rows) const {
        std::erase_if(rows, [&](const RowRef& row) {
            return !viewer.access.sees(server_.state().schema, *row);
        });
        return rows;
    }
    void check_version(const Viewer& viewer) {
        const auto& dataset = viewer.dataset;
        if (viewer.wants_resync || dataset.epoch() != server_.epoch_of(viewer)) return;
        const auto expected = seen_by(viewer, server_.rows_at(dataset.v()));
        std::vector<Array> cells;
        std::vector<std::uint64_t> seqs;
        for (const auto& row : expected) {
            cells.push_back(row->cells);
            seqs.push_back(row->seq);
        }
        require(dataset.rows() == cells, "the rows are those of the version");
        require(dataset.seqs() == seqs, "the sequence numbers are those of the version");
    }
    /// Everybody is there, nothing is lost any more, time passes, and beats tell who has missed something.
    void calm_down() {
        for (auto& viewer : viewers_) {
            if (!viewer.connected) come_or_go(viewer);
            if (!viewer.connected) come_or_go(viewer);
            if (viewer.paused || viewer.dirty) slow_or_hidden(viewer);
        }
        pass_time(4000);
        for (int round = 0; round < 2; ++round) {
            for (auto& viewer : viewers_) server_.beat(viewer);
            for (auto& viewer : viewers_) {
                while (!viewer.in_flight.empty()) deliver_one(viewer);
            }
        }
    }
    void check_quiet(const Viewer& viewer) {
        require(viewer.connected, "everybody is there");
        if (viewer.plain) return check_page(viewer);
        require(viewer.dataset.epoch() == server_.epoch_of(viewer), "the epoch is the server's");
        require(viewer.tpl == server_.chart().tpl(), "the template is the server's");
        check_version(viewer);
        const auto now = seen_by(viewer, visible_rows(server_.state(), AccessSet::all()));
        require(viewer.dataset.rows().size() == now.size(), "a quiet client has the server's rows");
        const auto at_its_version = seen_by(viewer, server_.rows_at(viewer.dataset.v()));
        require(now == at_its_version, "a quiet client has the server's version of its rows");
    }
    void check_page(const Viewer& viewer) {
        const auto option = server_.materialised(viewer.access);
        require(viewer.page.datasets() == *option.as_object().find("dataset"),
                "a plain client has the server's rows");
        std::set<std::string> expected;
        for (const auto& one : server_.chart().series()) expected.insert(one.id);
        std::set<std::string> drawn;
        for (const auto& [id, one] : viewer.page.drawn()) drawn.insert(id);
        require(drawn == expected, "a plain client draws the template's series");
    }
    void check_twin() {
        const auto rows_of = [](const DatasetState& state) {
            std::vector<Array> rows;
            state.table.for_each([&rows](const RowRef& row) { rows.push_back(row->cells); });
            return rows;
        };
        require(rows_of(*twin_) == rows_of(server_.state()), "two nodes have the same rows");
    }

    Dice dice_;
    std::int64_t now_ = start;
    Server server_;
    /// Another node, which applies the same entries.
    std::unique_ptr<DatasetState> twin_;
    std::vector<Viewer> viewers_;
    std::set<std::string> happened_;
    std::string broken_;
};

TEST(LiveSimulation, EveryQuietViewerHasTheServersState) {
    const auto first = from_environment("LIVE_SIM_SEED", 1);
    const auto count = from_environment("LIVE_SIM_COUNT", 10'000);
    std::set<std::string> happened;
    for (auto seed = first; seed < first + count; ++seed) {
        History history(seed);
        const auto broken = history.run();
        ASSERT_EQ(broken, "") << "LIVE_SIM_SEED=" << seed << " LIVE_SIM_COUNT=1 replays it";
        happened.insert(history.happened().begin(), history.happened().end());
    }
    if (count < 1000) return;
    for (const auto* needed : {"snapshot",
                               "resume",
                               "delta",
                               "option",
                               "beat",
                               "recovered",
                               "conflated",
                               "lost",
                               "restart",
                               "resync after delta",
                               "resync after beat",
                               "op replace",
                               "op upsert",
                               "op set",
                               "op remove",
                               "op append",
                               "op trim",
                               "replace changes",
                               "append changes",
                               "upsert changes",
                               "patch changes",
                               "remove changes",
                               "clear changes",
                               "expire changes",
                               "upsert does nothing",
                               "verdict 2",
                               "verdict 3",
                               "verdict 4",
                               "verdict 5"}) {
        EXPECT_TRUE(happened.contains(needed)) << needed << " never happened";
    }
}

// The promises above mean something only if a server that forgets one batch breaks them.
TEST(LiveSimulation, NoticesOneDroppedDelta) {
    int noticed = 0;
    constexpr int tried = 200;
    for (std::uint64_t seed = 1; seed <= tried; ++seed) {
        History history(seed);
        history.sabotage();
        if (!history.run().empty()) ++noticed;
    }
    EXPECT_GT(noticed, tried / 3);
}

}  // namespace
}  // namespace chartcast::live::sim
