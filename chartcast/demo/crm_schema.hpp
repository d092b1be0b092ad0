#pragma once
// The tables of the demo's CRM. Times are milliseconds since 1970, money is CNY. Any thread.

#include <string_view>

namespace chartcast::demo {

inline constexpr const char* crm_tables = R"sql(
CREATE TABLE regions(id TEXT PRIMARY KEY, place INTEGER NOT NULL, label TEXT NOT NULL);
CREATE TABLE stages(id TEXT PRIMARY KEY, place INTEGER NOT NULL, label TEXT NOT NULL);
CREATE TABLE owners(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_en TEXT NOT NULL,
                    region TEXT NOT NULL);
CREATE TABLE accounts(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_en TEXT NOT NULL,
                      industry TEXT NOT NULL, region TEXT NOT NULL, owner_id INTEGER NOT NULL,
                      created_at INTEGER NOT NULL);
CREATE TABLE deals(id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, stage TEXT NOT NULL,
                   amount REAL NOT NULL, created_at INTEGER NOT NULL, stage_at INTEGER NOT NULL,
                   closed_at INTEGER);
CREATE TABLE stage_history(id INTEGER PRIMARY KEY, deal_id INTEGER NOT NULL, stage TEXT NOT NULL,
                           at INTEGER NOT NULL);
CREATE TABLE orders(id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, deal_id INTEGER,
                    amount REAL NOT NULL, at INTEGER NOT NULL);
CREATE TABLE calls(id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, seconds INTEGER NOT NULL,
                   outcome TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX deals_closed ON deals(closed_at);
CREATE INDEX stage_history_deal ON stage_history(deal_id);
CREATE INDEX orders_at ON orders(at);
CREATE INDEX calls_at ON calls(at);
)sql";

inline constexpr std::string_view insert_deal =
    "INSERT INTO deals(account_id, stage, amount, created_at, stage_at, closed_at)"
    " VALUES(?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view insert_stage =
    "INSERT INTO stage_history(deal_id, stage, at) VALUES(?, ?, ?)";
inline constexpr std::string_view insert_order =
    "INSERT INTO orders(account_id, deal_id, amount, at) VALUES(?, ?, ?, ?)";
inline constexpr std::string_view insert_call =
    "INSERT INTO calls(account_id, seconds, outcome, at) VALUES(?, ?, ?, ?)";

}  // namespace chartcast::demo
