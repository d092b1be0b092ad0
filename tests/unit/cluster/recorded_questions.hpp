#pragma once
// Questions that write down what they are told.

#include "socketio/cluster_question.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::test {

template <class Question>
class Recorded : public Question {
public:
    void expect(std::size_t servers, std::vector<std::string> names) override {
        expected = servers;
        expected_names = std::move(names);
    }
    void gone(std::string_view server) override { gone_servers.emplace_back(server); }
    void fail(boost::system::error_code ec) override { failure = ec; }
    [[nodiscard]] bool is_open() const noexcept override { return open; }

    std::optional<std::size_t> expected;
    std::vector<std::string> expected_names;
    std::vector<std::string> gone_servers;
    boost::system::error_code failure;
    bool open = true;
};

class RecordedFetch final : public Recorded<FetchQuestion> {
public:
    void add(std::string_view server, std::vector<SocketDetails> sockets) override {
        answers.emplace_back(server, std::move(sockets));
    }
    std::vector<std::pair<std::string, std::vector<SocketDetails>>> answers;
};

class RecordedServerSide final : public Recorded<ServerSideQuestion> {
public:
    void add(std::string_view server, Value answer) override {
        answers.emplace_back(server, std::move(answer));
    }
    std::vector<std::pair<std::string, Value>> answers;
};

class RecordedBroadcast final : public Recorded<BroadcastQuestion> {
public:
    void add_count(std::string_view server, std::size_t clients) override {
        counts.emplace_back(server, clients);
    }
    void add(std::string_view server, Value answer) override {
        answers.emplace_back(server, std::move(answer));
    }
    std::vector<std::pair<std::string, std::size_t>> counts;
    std::vector<std::pair<std::string, Value>> answers;
};

}  // namespace socketio::test
