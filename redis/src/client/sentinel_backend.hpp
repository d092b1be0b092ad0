#pragma once
// The master that Sentinels watch. They are asked where it is and who else watches it, and tell of a failover
// by a message on +switch-master; then the connections move, with all that waits and all subscriptions. Each
// connection asks ROLE when it logs in, so that an old master that came back is not taken for the master.
// Lives on the thread of its io_context.
// Source: https://redis.io/docs/latest/develop/reference/sentinel-clients/

#include "client/scout.hpp"
#include "client/single_backend.hpp"

#include <memory>
#include <string>
#include <vector>

namespace redis {

class SentinelBackend final : public SingleBackend {
public:
    SentinelBackend(boost::asio::io_context& io, const Options& options,
                    std::shared_ptr<Listeners> listeners);

    void start() override;
    void stop() override;
    void discard() override;
    void command(std::string_view key, Arguments arguments, OnReply callback) override;

protected:
    void on_server_state() override;

private:
    [[nodiscard]] std::weak_ptr<SentinelBackend> weak_self();
    [[nodiscard]] bool on_answers(const Seed& sentinel, const std::vector<Reply>& answers);
    void on_silence(const StateChange& last);
    void on_read_only();
    /// `knows_better`: it names another master than the one before it.
    void hear_switches_of(const Seed& sentinel, bool knows_better);
    void follow(const Seed& master);

    const Options options_;
    /// For the Sentinels themselves: their own login, without a database.
    const Options sentinel_options_;
    std::shared_ptr<Scout> scout_;
    std::unique_ptr<Subscriber> switches_;
    /// In this round of asking: some Sentinel answered that it does not know the name.
    bool name_unknown_ = false;
};

}  // namespace redis
