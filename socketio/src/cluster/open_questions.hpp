#pragma once
// Questions of this server that others have not all answered yet, by their id on the wire. A server counts once
// for each; what comes for an id that is not there is not waited for. Lives on shard 0. I/O-free: time is passed
// in.

#include "cluster/peer_table.hpp"
#include "socketio/cluster_question.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace socketio::cluster {

class OpenQuestions {
public:
    using Time = PeerTable::Time;
    using Question =
        std::variant<std::shared_ptr<BroadcastQuestion>, std::shared_ptr<FetchQuestion>,
                     std::shared_ptr<ServerSideQuestion>>;

    /// A question that waits for so long asks for signs of life, ...
    static constexpr std::chrono::milliseconds probe_after{1'000};
    /// ... and again after twice as long each time, up to this.
    static constexpr std::chrono::milliseconds probe_interval_max{8'000};

    void add(std::string id, std::string nsp, Question question, Time now);
    /// So many others were asked. Those of the table that are known to be silent are gone at once.
    void count(std::string_view id, std::size_t others, const PeerTable& peers);
    void fail(std::string_view id, boost::system::error_code ec);

    // ---- Answers: false when nobody waits for it ----------------------------------------------------------
    bool add_sockets(std::string_view id, const std::string& uid,
                     std::vector<SocketDetails> sockets);
    bool add_server_answer(std::string_view id, const std::string& uid, Value answer);
    bool add_client_count(std::string_view id, const std::string& uid, std::size_t clients);
    bool add_client_answer(std::string_view id, const std::string& uid, Value answer);

    /// That server will not answer any question of the namespace any more.
    void gone(std::string_view nsp, const std::string& uid);
    /// Signs of life were asked for then: who is silent in the table is gone, and as many without a name as
    /// were asked beyond those that the table knows. Returns how many others were asked last, if that is known.
    std::optional<std::size_t> judge(std::string_view nsp, Time asked, const PeerTable& peers);
    /// Namespaces in which signs of life are wanted now. Closed questions go.
    [[nodiscard]] std::set<std::string> due(Time now);

    [[nodiscard]] std::size_t size() const noexcept { return questions_.size(); }

private:
    struct Open {
        std::string nsp;
        Question question;
        Time begun;
        Time next_probe;
        std::chrono::milliseconds probe_interval = probe_after;
        std::optional<std::size_t> others = std::nullopt;
        std::set<std::string, std::less<>> answered = {};
        std::set<std::string, std::less<>> gone = {};
        std::size_t unnamed_gone = 0;
    };
    /// Questions call their askers, who may ask the next: nothing is held while one is told.
    using Questions = std::map<std::string, Open, std::less<>>;

    template <class Kind>
    [[nodiscard]] std::shared_ptr<Kind> find(std::string_view id) const;
    /// The same, and the server's first answer.
    template <class Kind>
    [[nodiscard]] std::shared_ptr<Kind> first_answer(std::string_view id, const std::string& uid);
    [[nodiscard]] std::vector<std::string> ids_of(std::string_view nsp) const;
    void tell_gone(const std::string& id, const std::string& uid);
    void tell_unnamed_gone(const std::string& id, std::size_t known);

    Questions questions_;
};

}  // namespace socketio::cluster
