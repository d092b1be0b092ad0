#pragma once
// Answers about the past from a connection of its own: whatever it does, the writer goes on. Any thread; blocks.

#include "store/store.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace chartcast::store {

[[nodiscard]] boost::system::result<Store::History> read_history(const std::string& file,
                                                                 const Store::HistoryQuery& query);
[[nodiscard]] boost::system::result<std::shared_ptr<const Store::PastState>> read_state_at(
    const std::string& file, const std::string& dataset, std::int64_t ts);
[[nodiscard]] boost::system::result<Document> read_document_at(const std::string& file,
                                                               Document::Kind kind,
                                                               const std::string& id,
                                                               std::int64_t ts);

}  // namespace chartcast::store
