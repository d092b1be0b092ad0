#pragma once
// The three kinds of question that a server asks the others of its cluster. Made on any thread; they live on
// shard 0, where `done` is called, once, and let go then: an adapter may keep them for longer.

#include "server/cluster_desk.hpp"
#include "socketio/ack.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/cluster_question.hpp"
#include "socketio/server_side.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

/// This process does not answer its own.
class ServerSideAsked final : public AdapterQuestion<ServerSideQuestion> {
public:
    explicit ServerSideAsked(ServerSideAnswersHandler done)
        : AdapterQuestion("server_side_emit_with_ack", false), done_(std::move(done)) {}

    void add(std::string_view server, Value answer) override;

private:
    void tell(boost::system::error_code ec, bool is_cut_short) override;

    ServerSideAnswersHandler done_;
    ServerSideAnswers answers_;
};

class FetchAsked final : public AdapterQuestion<FetchQuestion> {
public:
    explicit FetchAsked(FetchHandler done)
        : AdapterQuestion("fetch_sockets", true), done_(std::move(done)) {}

    void add(std::string_view server, std::vector<SocketDetails> sockets) override;
    /// This process's.
    void add_own(std::vector<SocketDetails> sockets);

private:
    void tell(boost::system::error_code ec, bool is_cut_short) override;
    void append(std::vector<SocketDetails> sockets);

    FetchHandler done_;
    FetchedSockets fetched_;
};

class BroadcastAsked final : public AdapterQuestion<BroadcastQuestion> {
public:
    explicit BroadcastAsked(BroadcastAckHandler done)
        : AdapterQuestion("emit_with_ack", true), done_(std::move(done)) {}

    void add_count(std::string_view server, std::size_t clients) override;
    void add(std::string_view server, Value answer) override;
    void gone(std::string_view server) override;
    /// Of this process's clients, all of them.
    void add_own(BroadcastAnswers own);

private:
    /// Of one server; of all together that do not say who they are.
    struct Tally {
        std::uint64_t due = 0;  ///< Answers that are to come of it in all.
        std::uint64_t came = 0;
        bool is_gone = false;  ///< What came was all.
    };

    [[nodiscard]] bool is_complete() const override { return roll_.is_complete() && came_ >= due_; }
    void tell(boost::system::error_code ec, bool is_cut_short) override;
    [[nodiscard]] std::vector<std::string> missing(bool is_cut_short) const;
    /// Null when there are too many.
    [[nodiscard]] Tally* tally_of(std::string_view server);
    void set_due(Tally& tally, std::uint64_t due);
    /// No more comes of it.
    void give_up(Tally& tally);

    BroadcastAckHandler done_;
    BroadcastAnswers answers_;
    std::map<std::string, Tally, std::less<>> tallies_;
    Tally nameless_;
    std::size_t nameless_counts_ = 0;  ///< How many of those have said how many clients they ask.
    std::size_t nameless_gone_ = 0;    ///< Of those that had said it.
    std::uint64_t due_ = 0;
    std::uint64_t came_ = 0;
    /// Servers that said how many they ask and are gone.
    std::vector<std::string> lost_;
};

}  // namespace socketio
