#pragma once
// Who may see which rows: rows are partitioned by the value of one field, and a viewer sees the partitions
// of its set. Viewers with equal sets share one stream. Any thread.

#include "live/row.hpp"
#include "live/value_hash.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <string>

namespace chartcast::live {

class AccessSet {
public:
    /// Sees every row, those without an access value included.
    [[nodiscard]] static AccessSet all();
    /// Sees the rows whose access field has one of these values. A value that the field's type does not
    /// admit opens nothing. On a dataset without row access everybody sees all.
    [[nodiscard]] static AccessSet of(const Schema& schema, const socketio::Array& values);

    [[nodiscard]] bool sees_all() const noexcept { return sees_all_; }
    [[nodiscard]] bool contains(const socketio::Value& value) const {
        return sees_all_ || values_.contains(value);
    }
    [[nodiscard]] bool sees(const Schema& schema, const Row& row) const;
    /// Of a set that does not see all, in no order.
    [[nodiscard]] const auto& values() const noexcept { return values_; }
    /// The same text for equal sets: names the stream.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }

    /// The dataset's epoch as viewers of this set are told it. Rows of another set are no beginning for
    /// this one's changes, so who comes back with other rights has a place in no history.
    [[nodiscard]] std::string epoch(const std::string& of_dataset) const {
        return of_dataset + epoch_suffix_;
    }

private:
    bool sees_all_ = false;
    /// Empty when it sees all.
    std::string epoch_suffix_;
    boost::unordered_flat_set<socketio::Value, ValueHash> values_;
    std::string id_;
};

/// The row's value of the access field; null on a dataset without row access.
[[nodiscard]] const socketio::Value& access_value(const Schema& schema, const Row& row) noexcept;

}  // namespace chartcast::live
