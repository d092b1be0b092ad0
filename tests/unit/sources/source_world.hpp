#pragma once
// What a source lives in, played by a test: shard 0 is the test's thread, and the port writes down what it is
// told.

#include "sources/source_context.hpp"
#include "support/temporary_folder.hpp"
#include <socketio/json.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace source_tests {

using namespace chartcast;
using namespace std::chrono_literals;

struct Batch {
    std::string dataset;
    live::Operation operation;
    socketio::Array rows;
    std::function<void(std::string)> done;

    [[nodiscard]] std::string text() const { return socketio::to_json(socketio::Value(rows)); }
};

class RecordingPort final : public sources::SourcePort {
public:
    void publish(const std::string& dataset, live::Operation operation, socketio::Array rows,
                 std::function<void(std::string)> done) override {
        batches.push_back({dataset, operation, std::move(rows), done});
        if (answers) done(refusal);
    }
    void report(const std::string& /*dataset*/, const std::string& problem) override {
        reports.push_back(problem);
    }

    /// All rows so far, in order.
    [[nodiscard]] std::string all_rows() const {
        socketio::Array rows;
        for (const auto& batch : batches) {
            rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
        }
        return socketio::to_json(socketio::Value(std::move(rows)));
    }

    std::vector<Batch> batches;
    std::vector<std::string> reports;
    bool answers = true;
    std::string refusal;
};

class SourceWorld {
public:
    SourceWorld()
        : work_(io_.get_executor()),
          pool_(std::make_shared<sources::BlockingPool>(
              2, [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); })) {
    }

    [[nodiscard]] sources::SourceContext context() { return {io_, port, pool_}; }
    [[nodiscard]] boost::asio::io_context& io() { return io_; }

    /// Runs shard 0 until something is so; false when it is not in 20 seconds.
    template <typename Condition>
    [[nodiscard]] bool run_until(Condition condition) {
        const auto patience = std::chrono::steady_clock::now() + 20s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > patience) return false;
            io_.run_one_for(100ms);
        }
        return true;
    }
    /// Runs shard 0 for as long: for what should not happen meanwhile.
    void run_for(std::chrono::milliseconds time) { io_.run_for(time); }

private:
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::shared_ptr<sources::BlockingPool> pool_;

public:
    support::TemporaryFolder folder;
    RecordingPort port;
};

}  // namespace source_tests
