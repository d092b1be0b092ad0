// Any JSON as the rows of requests to a dataset: each line one request, its first letter the operation.
// Whatever is accepted must reach a client that was there from the start, one that comes now, and the next
// node alike; whatever is refused must leave everything as it was.

#include "base/assert.hpp"
#include "live/answer.hpp"
#include "live/apply.hpp"
#include "live/conflate.hpp"
#include "live/wire_ops.hpp"
#include "support/live_receiver.hpp"
#include "wire/json.hpp"

#include <cstdint>
#include <string_view>

namespace {

using namespace chartcast::live;
using socketio::Array;
using socketio::Object;
using socketio::Value;

Schema make_schema(bool keyed) {
    DatasetDefinition definition;
    definition.fields = {{"id", FieldType::string}, {"n", FieldType::number},
                         {"i", FieldType::integer}, {"b", FieldType::boolean},
                         {"t", FieldType::time},    {"j", FieldType::json}};
    if (keyed) definition.key = {"id"};
    definition.window = {5, std::chrono::milliseconds(10), "t"};
    definition.rows_max = 20;
    return *Schema::make(std::move(definition));
}

Operation operation_for(char letter) {
    using enum Operation;
    switch (letter) {
        case 'r': return replace;
        case 'a': return append;
        case 'p': return patch;
        case 'd': return Operation::remove;
        case 'c': return clear;
        case 'e': return expire;
        default: return upsert;
    }
}

std::vector<Array> rows_of(const DatasetState& state) {
    std::vector<Array> rows;
    for (const auto& row : visible_rows(state, AccessSet::all())) rows.push_back(row->cells);
    return rows;
}

class Run {
public:
    explicit Run(bool keyed) : state_(make_schema(keyed), "e"), twin_(state_.schema, "e") {
        client_.snapshot(dataset_snapshot(state_, AccessSet::all()));
    }

    void line(std::string_view text) {
        constexpr std::size_t depth_max = 64;
        if (text.empty()) return;
        auto parsed = socketio::wire::parse_json(text.substr(1), depth_max);
        if (!parsed) return;
        Entry entry;
        entry.operation = operation_for(text.front());
        if (auto* list = parsed->if_array()) {
            entry.rows = std::move(*list);
        } else {
            entry.rows.push_back(std::move(*parsed));
        }
        entry.ts = ++now_;
        submit(entry);
    }

private:
    void submit(const Entry& entry) {
        const auto before = rows_of(state_);
        const auto outcome = apply(state_, entry);
        SOCKETIO_ASSERT(apply(twin_, entry).verdict == outcome.verdict);
        SOCKETIO_ASSERT(rows_of(twin_) == rows_of(state_));
        SOCKETIO_ASSERT(outcome.errors.kept().size() <= RowErrors::kept_max);
        const bool refused = !outcome.errors.empty();
        if (outcome.verdict != Verdict::changed) {
            SOCKETIO_ASSERT(rows_of(state_) == before);
            SOCKETIO_ASSERT(refused == (outcome.verdict != Verdict::unchanged));
            return;
        }
        SOCKETIO_ASSERT(!refused && !outcome.delta.empty());
        SOCKETIO_ASSERT(state_.table.size() <= state_.schema.window().rows);
        (void)client_.changes(
            Object{{"epoch", "e"},
                   {"from", outcome.delta.from},
                   {"to", outcome.delta.to},
                   {"ops", wire_ops(state_.schema, outcome.delta, AccessSet::all())}});
        SOCKETIO_ASSERT(client_.rows() == rows_of(state_));
        test_support::DatasetReceiver newcomer;
        newcomer.snapshot(dataset_snapshot(state_, AccessSet::all()));
        SOCKETIO_ASSERT(newcomer.rows() == client_.rows() && newcomer.seqs() == client_.seqs());
    }

    DatasetState state_;
    DatasetState twin_;
    test_support::DatasetReceiver client_;
    std::int64_t now_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const bool keyed : {true, false}) {
        Run run(keyed);
        auto rest = text;
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            run.line(rest.substr(0, end));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
    }
    return 0;
}
