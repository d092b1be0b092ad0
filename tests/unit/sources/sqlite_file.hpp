#pragma once
// Another program's connection to a database, played by a test.

#include "sources/sqlite_handle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace source_tests {

class SqliteFile {
public:
    explicit SqliteFile(const std::string& path) {
        std::string problem;
        database_ = chartcast::sources::open_sqlite(
            path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, problem);
        EXPECT_EQ(problem, "");
    }

    void run(const std::string& statements) {
        char* why = nullptr;
        sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, &why);
        EXPECT_EQ(why, nullptr) << why;
        sqlite3_free(why);
    }

private:
    chartcast::sources::SqliteHandle database_;
};

}  // namespace source_tests
