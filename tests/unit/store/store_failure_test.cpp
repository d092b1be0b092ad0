// Each row of "Races and failures" in docs/store.md: disks that fill up, other programs, damage, kill -9.
#include "store/layout.hpp"
#include "store/sqlite.hpp"
#include "store_world.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <random>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chartcast::store {
namespace {

/// No file of this process grows beyond `bytes`, as on a full disk or beyond a quota.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
};

Value long_note() {
    return std::string(64 * 1024, 'n');
}

/// Upserts until the disk is full; how many were acknowledged.
double fill_disk(Owner& owner) {
    for (double amount = 1; amount < 200; ++amount) {
        const auto ec = owner.upsert("deals", "a", amount, long_note());
        if (ec) {
            EXPECT_EQ(ec, errc::disk_full);
            return amount - 1;
        }
    }
    ADD_FAILURE() << "the disk never became full";
    return 0;
}

void alter(const std::string& folder, const std::string& sql) {
    Connection connection(folder + '/' + database_file, Connection::Mode::write);
    connection.execute(sql);
}

std::string text_of_open(Owner& owner) {
    try {
        owner.open();
    } catch (const StoreError& error) {
        owner.store.reset();
        return error.what();
    }
    ADD_FAILURE() << "it opened";
    return "";
}

TEST(StoreFailure, FullDiskRefusesAndTheNextAppendRecoversByASnapshot) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    double acknowledged = 0;
    {
        const FileSizeLimit limit(512 * 1024);
        acknowledged = fill_disk(owner);
        EXPECT_FALSE(owner.store->health().writable);
        EXPECT_FALSE(owner.store->health().problem.empty());
        // At once again: refused without writing a whole state for nothing.
        EXPECT_EQ(owner.upsert("deals", "b", 1), errc::disk_full);
        EXPECT_EQ(owner.asked, 0);
        owner.now += 2000;
        EXPECT_EQ(owner.upsert("deals", "c", 1, std::string(1024 * 1024, 'x')), errc::disk_full);
        EXPECT_EQ(owner.asked, 1);
        owner.now += 2000;
    }
    EXPECT_EQ(owner.confirm("deals"), error_code());
    EXPECT_TRUE(owner.store->health().writable);
    EXPECT_FALSE(owner.upsert("deals", "d", 1));
    const auto expected = owner.state("deals").image();

    owner.reopen();

    EXPECT_TRUE(owner.loaded.clean);
    // Nothing is missing: not what was acknowledged, not what viewers saw meanwhile.
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position, expected.position);
    EXPECT_EQ(rows_of(owner.loaded.datasets.at(0).image), rows_of(expected));
    EXPECT_GT(acknowledged, 0);
    // What was not stored is told as one batch that replaces the table; no version is missing.
    const auto history = owner.history({"deals", {}, {}, {}, {}, 1000});
    ASSERT_TRUE(history);
    std::uint64_t v = 0;
    bool replaced = false;
    for (const auto& batch : history->batches) {
        EXPECT_EQ(batch.delta.from, v);
        v = batch.delta.to;
        replaced = replaced || batch.delta.replace.has_value();
    }
    EXPECT_EQ(v, expected.position.v);
    EXPECT_TRUE(replaced);
}

TEST(StoreFailure, AppendThatWaitsForTheSnapshotHasItsResult) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    {
        const FileSizeLimit limit(512 * 1024);
        fill_disk(owner);
    }
    owner.now += 2000;
    EXPECT_FALSE(owner.upsert("deals", "b", 1));
    EXPECT_EQ(owner.asked, 1);
    const auto expected = owner.state("deals").position;
    owner.reopen();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position, expected);
}

TEST(StoreFailure, OfOneCommitIsRepairedAfterTheNextOfAnyDataset) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    owner.define("other", deals_schema());
    EXPECT_FALSE(owner.upsert("other", "a", 1));
    {
        const FileSizeLimit limit(512 * 1024);
        fill_disk(owner);
    }
    owner.now += 2000;
    EXPECT_FALSE(owner.upsert("other", "a", 2));
    owner.run_until([&owner] { return owner.asked == 1; });
    EXPECT_FALSE(owner.confirm("deals"));
}

TEST(StoreFailure, WhatFollowsAFailedCommitIsRefusedWithIt) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 0));
    // The writer is idle: the next append is a group of its own.
    owner.run_until([&owner] { return owner.store->health().bytes > 0; });
    std::vector<error_code> answers;
    const auto answer = [&answers](error_code ec) { answers.push_back(ec); };
    {
        const FileSizeLimit limit(512 * 1024);
        // The second waits while the first is being written, and would fit.
        const std::string large(1024 * 1024, 'n');
        owner.submit("deals", owner.entry(Operation::upsert, {Value(deal("b", 1, large))}), answer);
        owner.submit("deals", owner.entry(Operation::upsert, {Value(deal("c", 1))}), answer);
        owner.run_until([&answers] { return answers.size() == 2; });
    }
    EXPECT_EQ(answers[0], errc::disk_full);
    EXPECT_EQ(answers[1], errc::disk_full);
    owner.gives_snapshots = false;
    owner.reopen();
    // Not clean: viewers saw versions that are gone, and their names must not come again.
    EXPECT_FALSE(owner.loaded.clean);
    const auto& image = owner.loaded.datasets.at(0).image;
    EXPECT_NE(image.position.epoch, "first");
    EXPECT_EQ(image.position.v, 1u);
}

TEST(StoreFailure, DocumentThatIsNotStoredMakesTheEndUnclean) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    EXPECT_FALSE(owner.put("bars", 1, 1));
    {
        const FileSizeLimit limit(256 * 1024);
        EXPECT_EQ(owner.put("bars", std::string(1024 * 1024, 'x'), 2), errc::disk_full);
    }
    owner.reopen();
    EXPECT_FALSE(owner.loaded.clean);
    EXPECT_EQ(owner.loaded.documents.at(0).value, Value(1));
    EXPECT_NE(owner.loaded.documents.at(0).position.epoch, "first");
    EXPECT_FALSE(owner.put("bars", 2, 2));
    owner.reopen();
    EXPECT_TRUE(owner.loaded.clean);
}

TEST(StoreFailure, AnotherProgramThatHoldsTheFileMakesAnAppendFail) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1));
    {
        Connection other(folder.path() + '/' + database_file, Connection::Mode::write);
        const Transaction transaction(other);
        EXPECT_EQ(owner.upsert("deals", "a", 2), errc::failed);
    }
    owner.now += 2000;
    EXPECT_FALSE(owner.upsert("deals", "a", 3));
    owner.reopen();
    EXPECT_TRUE(owner.loaded.clean);
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position, (live::Position{"first", 3}));
}

TEST(StoreFailure, RecordOfAnotherEpochIsNotReadAsIfItFollowed) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1));
    owner.state("deals").position.epoch = "second";
    EXPECT_FALSE(owner.upsert("deals", "b", 2));
    EXPECT_EQ(owner.asked, 1);
    owner.reopen();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position, (live::Position{"second", 2}));
}

TEST(StoreFailure, DamagedRecordEndsTheLogOfItsDataset) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    owner.define("other", deals_schema());
    for (int at = 1; at <= 5; ++at) {
        EXPECT_FALSE(owner.upsert("deals", std::to_string(at), at));
        EXPECT_FALSE(owner.upsert("other", std::to_string(at), at));
    }
    owner.close();
    alter(folder.path(),
          "UPDATE entries SET data = x'00112233445566' WHERE n = 4 AND dataset = "
          "(SELECT id FROM datasets WHERE name = CAST('deals' AS BLOB))");
    owner.open();
    const auto damaged = owner.loaded.datasets.at(0).image;
    EXPECT_EQ(damaged.position.v, 3u);
    EXPECT_NE(damaged.position.epoch, "first");
    EXPECT_EQ(damaged.rows.size(), 3u);
    EXPECT_EQ(owner.loaded.datasets.at(1).image.position, (live::Position{"first", 5}));
    // It goes on from there; what lies behind the damage never comes back.
    EXPECT_FALSE(owner.upsert("deals", "new", 9));
    owner.reopen();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position,
              (live::Position{damaged.position.epoch, 4}));
    EXPECT_EQ(owner.loaded.datasets.at(0).image.rows.size(), 4u);
}

TEST(StoreFailure, MissingRecordEndsTheLogOfItsDataset) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    for (int at = 1; at <= 5; ++at) EXPECT_FALSE(owner.upsert("deals", std::to_string(at), at));
    owner.close();
    alter(folder.path(), "DELETE FROM entries WHERE n = 3");
    owner.open();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position.v, 2u);
    EXPECT_NE(owner.loaded.datasets.at(0).image.position.epoch, "first");
}

TEST(StoreFailure, RecordThatLeadsElsewhereEndsTheLogBeforeIt) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    for (int at = 1; at <= 3; ++at) EXPECT_FALSE(owner.upsert("deals", std::to_string(at), at));
    owner.close();
    // Sound in itself, but it was the third record.
    alter(folder.path(),
          "UPDATE entries SET data = (SELECT data FROM entries WHERE n = 3) "
          "WHERE n = 2");
    owner.open();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position.v, 1u);
    EXPECT_EQ(owner.loaded.datasets.at(0).image.rows.size(), 1u);
}

TEST(StoreFailure, DamagedSnapshotIsReplacedByTheLogBeforeIt) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1));
    owner.snapshot("deals");
    EXPECT_FALSE(owner.upsert("deals", "b", 2));
    owner.close();
    alter(folder.path(), "UPDATE snapshot_parts SET data = x'01' WHERE n = 1");
    owner.open();
    EXPECT_EQ(owner.loaded.datasets.at(0).image.position.v, 2u);
    EXPECT_EQ(owner.loaded.datasets.at(0).image.rows.size(), 2u);
    EXPECT_NE(owner.loaded.datasets.at(0).image.position.epoch, "first");
}

TEST(StoreFailure, DatasetOfWhichNothingIsSoundStartsAnew) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "a", 1));
    owner.close();
    alter(folder.path(), "UPDATE snapshot_parts SET data = x'01'");
    owner.open();
    EXPECT_TRUE(owner.loaded.datasets.empty());
    owner.define("deals", deals_schema());
    EXPECT_FALSE(owner.upsert("deals", "b", 2));
    owner.reopen();
    EXPECT_TRUE(owner.loaded.clean);
    EXPECT_EQ(rows_of(owner.loaded.datasets.at(0).image).at(0).at(0), Value("b"));
}

TEST(StoreFailure, DamagedDocumentGivesTheValueBeforeIt) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    EXPECT_FALSE(owner.put("bars", 1, 1));
    EXPECT_FALSE(owner.put("bars", 2, 2));
    owner.close();
    alter(folder.path(), "UPDATE documents SET data = x'01' WHERE n = 2");
    owner.open();
    EXPECT_EQ(owner.loaded.documents.at(0).value, Value(1));
    EXPECT_NE(owner.loaded.documents.at(0).position.epoch, "first");
    owner.reopen();
    EXPECT_EQ(owner.loaded.documents.at(0).value, Value(1));
}

TEST(StoreFailure, FileThatIsNoDatabaseIsLeftAlone) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    const std::string text(10'000, 'x');
    std::filesystem::create_directories(folder.path());
    std::ofstream(folder.path() + '/' + database_file) << text;
    const auto what = text_of_open(owner);
    EXPECT_NE(what.find("restore a backup"), std::string::npos) << what;
    EXPECT_NE(what.find(folder.path()), std::string::npos) << what;
    std::ifstream file(folder.path() + '/' + database_file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST(StoreFailure, FileThatWasCutOffIsRefused) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.define("deals", deals_schema());
    for (int at = 0; at < 20; ++at) EXPECT_FALSE(owner.upsert("deals", "a", at, long_note()));
    owner.close();
    const auto file = folder.path() + '/' + database_file;
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    const auto what = text_of_open(owner);
    EXPECT_NE(what.find("restore a backup"), std::string::npos) << what;
}

TEST(StoreFailure, DatabaseOfAnotherProgramIsRefused) {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder.path());
    {
        Connection other(folder.path() + '/' + database_file, Connection::Mode::create);
        other.execute("CREATE TABLE theirs (x)");
    }
    Owner owner(folder.path());
    EXPECT_NE(text_of_open(owner).find("another program"), std::string::npos);
}

TEST(StoreFailure, NewerLayoutIsRefused) {
    const TemporaryFolder folder;
    Owner owner(folder.path());
    owner.open();
    owner.close();
    alter(folder.path(), "PRAGMA user_version = 99");
    const auto what = text_of_open(owner);
    EXPECT_NE(what.find("newer chartcast (layout 99"), std::string::npos) << what;
}

TEST(StoreLayout, OlderFileIsUpgradedInOneTransaction) {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder.path());
    Connection connection(folder.path("file"), Connection::Mode::create);
    const std::array<LayoutStep, 1> first = {"CREATE TABLE one (x); INSERT INTO one VALUES (7);"};
    migrate(connection, first);
    EXPECT_EQ(connection.number("PRAGMA user_version"), 1);

    const std::array<LayoutStep, 3> broken = {first[0], "ALTER TABLE one ADD COLUMN y DEFAULT 8;",
                                              "INSERT INTO nowhere VALUES (1);"};
    EXPECT_THROW(migrate(connection, broken), SqliteError);
    EXPECT_EQ(connection.number("PRAGMA user_version"), 1);
    EXPECT_THROW(static_cast<void>(connection.number("SELECT y FROM one")), SqliteError);

    const std::array<LayoutStep, 2> second = {first[0], "ALTER TABLE one ADD COLUMN y DEFAULT 8;"};
    migrate(connection, second);
    EXPECT_EQ(connection.number("PRAGMA user_version"), 2);
    EXPECT_EQ(connection.number("SELECT x + y FROM one"), 15);
    migrate(connection, second);
}

// ---- kill -9 -----------------------------------------------------------------------------------------

/// Appends as fast as it can, a few dozen at a time, and writes each acknowledged v into the pipe.
[[noreturn]] void append_forever(const std::string& folder, int pipe) {
    Owner owner(folder);
    owner.open();
    owner.define("deals", deals_schema(500));
    std::function<void()> next = [&] {
        const auto v = owner.state("deals").position.v + 1;
        const auto id = std::to_string(v % 100);
        owner.submit("deals",
                     owner.entry(Operation::upsert,
                                 {Value(deal(id, static_cast<double>(v), std::string(2000, 'n')))}),
                     [&, v](error_code ec) {
                         if (ec || ::write(pipe, &v, sizeof(v)) != sizeof(v)) ::_exit(1);
                         next();
                     });
    };
    for (int at = 0; at < 30; ++at) next();
    owner.run_until([] { return false; });
    ::_exit(2);
}

struct Killed {
    std::uint64_t acknowledged = 0;
    int status = 0;
};

Killed run_and_kill(const std::string& folder, std::uint64_t after) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const auto child = ::fork();
    if (child == 0) append_forever(folder, ends[1]);
    ::close(ends[1]);
    Killed result;
    std::uint64_t v = 0;
    std::uint64_t count = 0;
    while (::read(ends[0], &v, sizeof(v)) == sizeof(v)) {
        result.acknowledged = std::max(result.acknowledged, v);
        if (++count == after) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    ::waitpid(child, &result.status, 0);
    return result;
}

TEST(StoreFailure, KillLosesNothingThatWasAcknowledged) {
    const TemporaryFolder folder;
    std::mt19937 random(20'261'125);
    std::string epoch = "first";
    for (int round = 0; round < 10; ++round) {
        const auto killed = run_and_kill(folder.path(), 1 + random() % 1500);
        ASSERT_TRUE(WIFSIGNALED(killed.status)) << killed.status;
        const auto copy = folder.path("copy" + std::to_string(round));
        std::filesystem::copy(folder.path(), copy);
        Owner owner(copy);
        owner.open();
        EXPECT_FALSE(owner.loaded.clean);
        const auto& image = owner.loaded.datasets.at(0).image;
        EXPECT_GE(image.position.v, killed.acknowledged);
        EXPECT_NE(image.position.epoch, epoch);
        epoch = image.position.epoch;
        // Each row is of the last version that wrote it.
        for (const auto& row : image.rows) {
            const auto written = static_cast<std::uint64_t>(row->cells.at(1).as_double());
            EXPECT_EQ(std::to_string(written % 100), row->cells.at(0).as_string());
            EXPECT_GT(written + 100, image.position.v);
        }
    }
}

}  // namespace
}  // namespace chartcast::store
