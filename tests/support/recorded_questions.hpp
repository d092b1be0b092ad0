#pragma once
// Questions as a server keeps them, without the time that they have: they write down what they are told, and end
// when as many servers have answered or are gone as were asked.

#include "socketio/cluster_question.hpp"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::test {

template <class Question, class Answer>
class Recorded : public Question {
public:
    void expect(std::size_t servers, std::vector<std::string> names) override {
        expected = servers;
        expected_names = std::move(names);
    }
    void gone(std::string_view server) override { gone_servers.emplace_back(server); }
    void fail(boost::system::error_code ec) override { failure = ec; }
    void add(std::string_view server, Answer answer) override {
        answers.emplace_back(server, std::move(answer));
    }
    [[nodiscard]] bool is_open() const noexcept override { return open.value_or(!is_done()); }

    [[nodiscard]] bool is_done() const noexcept {
        return failure || (expected && servers_answered() + gone_servers.size() >= *expected &&
                           has_all_of_clients());
    }
    /// Who answered, for each answer.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& [server, answer] : answers) names.push_back(server);
        return names;
    }
    /// The answers without who gave them.
    [[nodiscard]] std::vector<Answer> values() const {
        std::vector<Answer> values;
        for (const auto& [server, answer] : answers) values.push_back(answer);
        return values;
    }

    std::optional<std::size_t> expected;
    std::vector<std::string> expected_names;
    std::vector<std::string> gone_servers;
    boost::system::error_code failure;
    std::vector<std::pair<std::string, Answer>> answers;
    /// What is_open() says, where a test decides that.
    std::optional<bool> open;

protected:
    [[nodiscard]] virtual std::size_t servers_answered() const noexcept { return answers.size(); }
    [[nodiscard]] virtual bool has_all_of_clients() const noexcept { return true; }
};

using RecordedServerSide = Recorded<ServerSideQuestion, Value>;

class RecordedFetch final : public Recorded<FetchQuestion, std::vector<SocketDetails>> {
public:
    /// Those of all servers.
    [[nodiscard]] std::vector<SocketDetails> sockets() const {
        std::vector<SocketDetails> sockets;
        for (const auto& [server, found] : answers) {
            std::copy(found.begin(), found.end(), std::back_inserter(sockets));
        }
        return sockets;
    }
};

class RecordedBroadcast final : public Recorded<BroadcastQuestion, Value> {
public:
    void add_count(std::string_view server, std::size_t clients) override {
        counts.emplace_back(server, clients);
    }
    /// Those of all servers.
    [[nodiscard]] std::size_t clients() const noexcept {
        std::size_t clients = 0;
        for (const auto& [server, count] : counts) clients += count;
        return clients;
    }

    std::vector<std::pair<std::string, std::size_t>> counts;

private:
    [[nodiscard]] std::size_t servers_answered() const noexcept override { return counts.size(); }
    [[nodiscard]] bool has_all_of_clients() const noexcept override {
        return answers.size() >= clients();
    }
};

}  // namespace socketio::test
