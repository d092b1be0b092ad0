#pragma once
// Servers joined as @socket.io/redis-adapter 8 joins them, with Node's among them: broadcasts on one pattern for
// each namespace, or on one for all of them when the host wants those that it has not; requests and responses on
// three channels for each. WIRE.md B10. Lives on shard 0, beside its AdapterHost.
//
//   broadcasts   <key>#<nsp>#[<room>#]           classic_broadcast.hpp
//   requests     <key>-request#<nsp>#            classic_request.hpp, classic_answers.hpp
//   responses    <key>-response#<nsp>#[<uid>#]   classic_response.hpp, classic_questions.hpp
//
// Every broadcast is published, also when Redis says that nobody else heard the last one: servers of this wire do
// not announce themselves, so that one which has just come cannot be told from none.

#include "cluster/classic_answers.hpp"
#include "cluster/classic_questions.hpp"
#include "cluster/local_rooms.hpp"
#include "cluster/own_operations.hpp"
#include "cluster/redis_link.hpp"
#include "socketio/adapter.hpp"
#include "socketio/redis_adapter.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::cluster {

class ClassicAdapter final : public Adapter {
public:
    /// `uid` tells this process from the others; Node's have six characters. Throws
    /// std::invalid_argument for a bad URL.
    ClassicAdapter(RedisAdapterOptions options, std::string uid);

    void start(AdapterHost& host) override;
    void stop() override;
    void on_namespace_opened(const std::string& nsp) override;
    void on_namespace_closed(const std::string& nsp) override;

    void publish(const ClusterBroadcast& broadcast) override;
    void operate(const ClusterSurgery& surgery) override;
    /// When Redis brings it back, as Node's do, so that all servers see operations in one order.
    [[nodiscard]] bool executes_own() const noexcept override { return true; }

    [[nodiscard]] bool has_requests() const noexcept override { return true; }
    void ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
             const std::shared_ptr<BroadcastQuestion>& question) override;
    void fetch(const std::string& nsp, const Audience& audience,
               const std::shared_ptr<FetchQuestion>& question) override;
    void server_side_emit(const ServerSideEvent& event,
                          const std::shared_ptr<ServerSideQuestion>& question) override;

    [[nodiscard]] bool follows_rooms() const noexcept override { return true; }
    void on_room(const std::string& nsp, const std::string& room, bool is_there,
                 bool is_own) override;

    [[nodiscard]] ClusterStatus status() const override { return status_; }

private:
    enum class Content : std::uint8_t { broadcasts, requests, responses };
    /// What comes by one subscription.
    struct Route {
        Content content = Content::broadcasts;
        /// Empty: of every namespace.
        std::string nsp;
    };
    /// From start() to stop().
    struct Session {
        Session(ClassicAdapter& adapter, AdapterHost& host);

        const std::shared_ptr<RedisLink> link;
        ClassicAnswers answers;
        ClassicQuestions questions;
    };

    void hear(const std::string& name, Route route);
    void unhear(const std::string& name);
    void on_ready();
    void on_message(const redis::Message& message);
    void on_broadcast(const redis::Message& message, const std::string& nsp);
    void on_request(const redis::Message& message, const std::string& nsp);
    void on_own_request(const redis::Message& message, const std::string& nsp);
    void on_response(const redis::Message& message);
    /// What the channel says, before anything is decoded. `nsp` is empty where it is one of all.
    [[nodiscard]] bool is_for_this_server(std::string_view channel, std::string_view nsp) const;
    void execute(std::optional<ClusterSurgery> surgery);
    void note_acted_on(bool is_acted_on);

    const RedisAdapterOptions options_;
    const redis::Options redis_;
    ClusterStatus status_;
    AdapterHost* host_ = nullptr;
    bool hears_every_namespace_ = false;
    std::map<std::string, Route, std::less<>> routes_;
    LocalRooms rooms_;
    OwnOperations operations_;
    /// How often everything was subscribed: what was published before may not come back.
    std::uint64_t times_ready_ = 0;
    std::shared_ptr<Session> session_;
};

}  // namespace socketio::cluster
