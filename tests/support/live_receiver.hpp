#pragma once
// A delta client of live charts as docs/protocol.md describes it, without a socket: what an SDK in any
// language has to do. Reads the messages as they travel and knows nothing of the server's types.

#include <socketio/value.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace test_support {

/// One dataset of the client.
class DatasetReceiver {
public:
    enum class Verdict { applied, ignored, resync };

    [[nodiscard]] const std::string& epoch() const noexcept { return epoch_; }
    [[nodiscard]] std::uint64_t v() const noexcept { return v_; }
    [[nodiscard]] bool knows_nothing() const noexcept { return epoch_.empty(); }
    /// In order.
    [[nodiscard]] std::vector<socketio::Array> rows() const {
        std::vector<socketio::Array> rows;
        for (const auto& [seq, cells] : rows_) rows.push_back(cells);
        return rows;
    }
    [[nodiscard]] std::vector<std::uint64_t> seqs() const {
        std::vector<std::uint64_t> seqs;
        for (const auto& [seq, cells] : rows_) seqs.push_back(seq);
        return seqs;
    }

    /// `{epoch, v, dims, key, seq, rows}`.
    void snapshot(const socketio::Object& body) {
        epoch_ = body.find("epoch")->as_string();
        v_ = number(*body.find("v"));
        key_.clear();
        if (const auto* key = body.find("key")) {
            for (const auto& dim : key->as_array()) key_.push_back(number(dim));
        }
        replace(*body.find("rows"), *body.find("seq"));
    }
    /// `{epoch, from, to, ops}`, alone or as part of a message.
    Verdict changes(const socketio::Object& body) {
        const auto from = number(*body.find("from"));
        const auto to = number(*body.find("to"));
        if (body.find("epoch")->as_string() != epoch_ || from > v_) return Verdict::resync;
        // A resume that missed nothing says so with from == to.
        if (to <= v_) return Verdict::ignored;
        for (const auto& op : body.find("ops")->as_array()) apply(op.as_array());
        v_ = to;
        return Verdict::applied;
    }
    /// `[epoch, v]`.
    [[nodiscard]] Verdict beat(const socketio::Array& place) const {
        const bool behind = place[0].as_string() != epoch_ || number(place[1]) > v_;
        return behind ? Verdict::resync : Verdict::ignored;
    }

private:
    static std::uint64_t number(const socketio::Value& value) {
        return static_cast<std::uint64_t>(value.as_int64());
    }
    /// `seq` of a list of rows: the first one's, or one for each.
    static std::uint64_t seq_at(const socketio::Value& seq, std::size_t place) {
        if (const auto* list = seq.if_array()) return number((*list)[place]);
        return number(seq) + place;
    }

    void apply(const socketio::Array& op) {
        const auto& name = op[0].as_string();
        if (name == "replace") replace(op[1], op[2]);
        if (name == "trim") trim(number(op[1]));
        if (name == "remove") {
            for (const auto& key : op[1].as_array()) erase(key);
        }
        if (name == "append") append(number(op[1]), op[2].as_array());
        if (name == "upsert") upsert(op[1].as_array(), op.size() > 2 ? &op[2] : nullptr);
        if (name == "set") {
            for (const auto& change : op[1].as_array()) set(change.as_array());
        }
    }

    void replace(const socketio::Value& rows, const socketio::Value& seq) {
        rows_.clear();
        places_.clear();
        const auto& list = rows.as_array();
        for (std::size_t at = 0; at < list.size(); ++at) put(seq_at(seq, at), list[at].as_array());
    }
    void trim(std::uint64_t before) {
        while (!rows_.empty() && rows_.begin()->first < before) {
            places_.erase(key_of(rows_.begin()->first, rows_.begin()->second));
            rows_.erase(rows_.begin());
        }
    }
    void append(std::uint64_t first, const socketio::Array& rows) {
        for (std::size_t at = 0; at < rows.size(); ++at) {
            if (!rows_.contains(first + at)) put(first + at, rows[at].as_array());
        }
    }
    void upsert(const socketio::Array& rows, const socketio::Value* seq) {
        for (std::size_t at = 0; at < rows.size(); ++at) {
            const auto& cells = rows[at].as_array();
            if (seq) {
                const auto place = seq_at(*seq, at);
                erase_known(key_of(place, cells));
                put(place, cells);
            } else if (const auto found = places_.find(key_of(0, cells)); found != places_.end()) {
                rows_.at(found->second) = cells;
            }
        }
    }
    void set(const socketio::Array& change) {
        const auto found = places_.find(key_text(change[0]));
        if (found == places_.end()) return;
        for (const auto& [dim, value] : change[1].as_object()) {
            rows_.at(found->second).at(std::stoul(dim)) = value;
        }
    }
    void erase(const socketio::Value& key) { erase_known(key_text(key)); }
    void erase_known(const std::string& key) {
        const auto found = places_.find(key);
        if (found == places_.end()) return;
        rows_.erase(found->second);
        places_.erase(found);
    }
    void put(std::uint64_t seq, const socketio::Array& cells) {
        rows_[seq] = cells;
        places_[key_of(seq, cells)] = seq;
    }

    std::string key_of(std::uint64_t seq, const socketio::Array& cells) const {
        if (key_.empty()) return key_text(seq);
        if (key_.size() == 1) return key_text(cells.at(key_[0]));
        socketio::Array key;
        for (const auto dim : key_) key.push_back(cells.at(dim));
        return key_text(key);
    }
    static std::string key_text(const socketio::Value& key) {
        if (const auto* list = key.if_array()) {
            std::string text;
            for (const auto& cell : *list) text += key_text(cell) + '|';
            return text;
        }
        if (const auto* string = key.if_string()) return '"' + *string + '"';
        if (const auto* boolean = key.if_bool()) return *boolean ? "true" : "false";
        return std::to_string(key.as_double());
    }

    std::string epoch_;
    std::uint64_t v_ = 0;
    std::vector<std::size_t> key_;
    std::map<std::uint64_t, socketio::Array> rows_;
    std::map<std::string, std::uint64_t> places_;
};

/// What setOption without notMerge does to the parts of an option that the server promises about: series
/// merge by id and are never removed, a dataset's source is replaced whole.
class PlainReceiver {
public:
    void set_option(const socketio::Object& option) {
        if (const auto* datasets = option.find("dataset")) datasets_ = *datasets;
        const auto* series = option.find("series");
        if (!series) return;
        for (const auto& value : series->as_array()) merge(value.as_object());
    }
    [[nodiscard]] const socketio::Value& datasets() const noexcept { return datasets_; }
    /// Those that draw something: an empty `data` draws nothing, null draws from the dataset.
    [[nodiscard]] std::map<std::string, socketio::Object> drawn() const {
        std::map<std::string, socketio::Object> found;
        for (const auto& [id, one] : series_) {
            const auto* data = one.find("data");
            if (data && data->if_array() && data->if_array()->empty()) continue;
            found.emplace(id, one);
        }
        return found;
    }

private:
    void merge(const socketio::Object& update) {
        auto& one = series_[update.find("id")->as_string()];
        for (const auto& [name, value] : update) one[name] = value;
    }

    socketio::Value datasets_;
    std::map<std::string, socketio::Object> series_;
};

}  // namespace test_support
