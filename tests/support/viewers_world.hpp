#pragma once
// Viewers and their owner on a real server, as the program wires them, but for one thing: the test decides when
// a question reaches the owner. And a browser that keeps what it is sent.

#include "auth/authenticator.hpp"
#include "support/running_server.hpp"
#include "support/websocket_client.hpp"
#include "viewers/owner.hpp"
#include "viewers/viewers.hpp"
#include <socketio/json.hpp>
#include <socketio/server.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <poll.h>

namespace chartcast::tests {

using socketio::Array;
using socketio::Object;
using socketio::Value;

inline Value json(std::string_view text) {
    return *socketio::parse_json(text);
}

/// The owner, whose questions wait while the test holds them. Lives on shard 0.
class HeldOwner final : public viewers::SubscriptionPort {
public:
    explicit HeldOwner(viewers::Owner& owner) : owner_(owner) {}
    void subscribe(viewers::SubscribeRequest request) override {
        ++asked;
        if (!held) return owner_.subscribe(std::move(request));
        waiting.push_back(std::move(request));
    }
    void leave(const std::vector<std::uint64_t>& leases) override { owner_.leave(leases); }
    /// One of those that wait.
    void answer(std::size_t place) {
        auto request = std::move(waiting.at(place));
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(place));
        owner_.subscribe(std::move(request));
    }
    /// All of them; no more are held.
    void release() {
        held = false;
        while (!waiting.empty()) answer(0);
    }

    bool held = false;
    int asked = 0;
    std::vector<viewers::SubscribeRequest> waiting;

private:
    viewers::Owner& owner_;
};

/// `deals` and `other` draw from the dataset `rows`, `slow` twice a second; `note` is raw, and what plain clients see.
inline config::Settings live_settings() {
    config::Settings settings;
    settings.default_chart = "note";
    config::DatasetSettings rows;
    rows.id = "rows";
    rows.definition.fields = {{"id", live::FieldType::string}, {"n", live::FieldType::number}};
    rows.definition.key = {"id"};
    rows.source = config::PushSource{};
    settings.datasets.push_back(rows);
    const auto chart = [&](std::string id,
                           std::vector<std::string> data) -> config::ChartSettings& {
        config::ChartSettings made;
        made.id = std::move(id);
        made.data = std::move(data);
        made.option = Object{};
        return settings.charts.emplace_back(std::move(made));
    };
    chart("deals", {"rows"});
    chart("other", {"rows"});
    chart("slow", {"rows"}).max_rate = 2;
    chart("note", {}).option = Object{{"value", 0}};
    settings.auth.embed.emplace();
    settings.auth.embed->secret = "a secret that is long enough for a test";
    return settings;
}

class ViewersWorld {
public:
    explicit ViewersWorld(unsigned shards = 1, config::Settings settings = live_settings(),
                          std::size_t backlog_bytes = 0)
        : settings_(std::make_shared<const config::Settings>(std::move(settings))),
          server(options_of(shards, backlog_bytes)),
          authenticator(settings_, clock(), auth::shards_of(server)),
          owner(server, settings_, nullptr, {}, clock()),
          port(owner),
          desks(server, port, authenticator, settings_, clock()) {
        owner.on_refresh([this](const std::string& id) { desks.refresh(id); });
        running_.emplace(server);
    }
    ~ViewersWorld() { stop(); }
    void stop() {
        if (!running_) return;
        on_owner([this] {
            owner.stop();
            port.waiting.clear();
        });
        running_.reset();
    }

    /// On shard 0, and waits for it.
    template <class Work>
    std::invoke_result_t<Work&> on_owner(Work work) {
        using Result = std::invoke_result_t<Work&>;
        std::packaged_task<Result()> task(std::move(work));
        auto result = task.get_future();
        server.post(0, [&task] { task(); });
        return result.get();
    }
    /// Waits until `true_now` is, on shard 0.
    bool eventually(const std::function<bool()>& true_now) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < until) {
            if (on_owner(true_now)) return true;
        }
        return false;
    }
    void hold() {
        on_owner([this] { port.held = true; });
    }
    bool asked(std::size_t count) {
        return eventually([this, count] { return port.waiting.size() == count; });
    }
    void answer(std::size_t place) {
        on_owner([this, place] { port.answer(place); });
    }
    void release() {
        on_owner([this] { port.release(); });
    }
    /// On shard 0 only.
    std::uint64_t put_row(const std::string& id, int n) {
        live::Entry entry;
        entry.rows.emplace_back(Object{{"id", id}, {"n", n}});
        std::uint64_t v = 0;
        owner.publish({"rows", std::move(entry)}, viewers::Durability::memory,
                      [&v](const viewers::Published& done) { v = done.outcome.position.v; });
        return v;
    }
    std::uint64_t publish(const std::string& id, int n) {
        return on_owner([this, id, n] { return put_row(id, n); });
    }
    /// On shard 0 only.
    void put_note(Value value) {
        viewers::LiveCharts::OptionChange change;
        change.chart = "note";
        change.value = Object{{"value", std::move(value)}};
        owner.publish_option(std::move(change), [](const auto&) {});
    }
    void reload(const std::function<void(config::Settings&)>& change) {
        auto next = *settings_;
        change(next);
        settings_ = std::make_shared<const config::Settings>(std::move(next));
        on_owner([this] {
            desks.change_settings(settings_, authenticator);
            owner.reload(settings_);
        });
    }
    std::size_t rooms() {
        return on_owner([this] { return owner.rooms(); });
    }
    [[nodiscard]] std::string token(std::chrono::milliseconds ttl) const {
        return authenticator.issue({"page", {"*"}, {}, ttl}).value();
    }

    std::atomic<std::int64_t> now = 1'700'000'000'000;

private:
    std::function<std::int64_t()> clock() {
        return [this] { return now.load(); };
    }
    static socketio::Options options_of(unsigned shards, std::size_t backlog_bytes) {
        socketio::Options options;
        options.address = "127.0.0.1";
        options.port = 0;
        options.shards = shards;
        options.backlog_bytes = backlog_bytes;
        options.send_queue_bytes_max = 64 * 1024 * 1024;
        return options;
    }
    config::SettingsPtr settings_;

public:
    socketio::Server server;
    auth::Authenticator authenticator;
    viewers::Owner owner;
    HeldOwner port;
    viewers::Viewers desks;

private:
    std::optional<socketio::test::RunningServer> running_;
};

/// A socket in the root namespace, and every event that it was sent.
class Browser {
public:
    /// `auth` as JSON.
    Browser(ViewersWorld& world, std::string_view auth, int receive_buffer = 0)
        : world_(world), client_(world.server.port(), receive_buffer) {
        client_.send_text("40" + std::string(auth));
        if (!until([this] { return connected || refused; })) throw std::runtime_error("no answer");
    }

    /// Sends an event; its number.
    int ask(std::string_view event, std::string_view argument) {
        const auto number = next_++;
        client_.send_text("42" + std::to_string(number) + "[\"" + std::string(event) + "\"," +
                          std::string(argument) + "]");
        return number;
    }
    /// `ok`, a code, or an empty text as long as there is no answer.
    [[nodiscard]] std::string verdict(int number) const {
        const auto found = acks_.find(number);
        if (found == acks_.end()) return {};
        const auto* code = found->second.find("code");
        return code ? code->as_string() : "ok";
    }
    std::string answer_of(int number) {
        (void)until([&] { return acks_.contains(number); });
        return verdict(number);
    }
    std::string ask_and_wait(std::string_view event, std::string_view argument) {
        return answer_of(ask(event, argument));
    }
    /// Everything that the server has sent until now is read.
    void catch_up() {
        const auto fence = ++fences_;
        world_.on_owner([&] { world_.server.emit("fence", fence); });
        (void)until([&] { return last_fence_ == fence; });
        // What was given back meanwhile has reached the owner, too.
        world_.on_owner([] {});
    }
    bool until(const std::function<bool()>& true_now) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!true_now() && !client_.ended() && std::chrono::steady_clock::now() < until) {
            pollfd ready{client_.fd(), POLLIN, 0};
            (void)::poll(&ready, 1, 100);
            client_.read(1024 * 1024, [this](std::string_view text) { take(text); });
        }
        return true_now();
    }
    bool until_seen(std::string_view mode, std::size_t count) {
        return until([&] { return modes(mode).size() >= count; });
    }
    /// Of what a delta client was sent.
    [[nodiscard]] std::vector<Object> modes(std::string_view mode) const {
        std::vector<Object> found;
        for (const auto& event : events) {
            const auto* message = event.size() > 2 ? event[2].if_object() : nullptr;
            const auto* its = message ? message->find("mode") : nullptr;
            if (its && its->as_string() == mode) found.push_back(*message);
        }
        return found;
    }
    [[nodiscard]] std::size_t count(std::string_view event) const {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(),
                          [&](const Array& one) { return one.front().as_string() == event; }));
    }
    [[nodiscard]] socketio::test::WebSocketClient& client() noexcept { return client_; }

    std::vector<Array> events;
    bool connected = false;
    bool refused = false;

private:
    void take(std::string_view text) {
        if (text == "2") client_.send_text("3");
        if (text.starts_with("40")) connected = true;
        if (text.starts_with("44")) refused = true;
        if (text.starts_with("42")) {
            auto event = json(text.substr(2)).as_array();
            if (event.front().as_string() == "fence") {
                last_fence_ = event[1].as_int64();
            } else {
                events.push_back(std::move(event));
            }
        }
        if (text.starts_with("43")) {
            const auto bracket = text.find('[');
            acks_[std::stoi(std::string(text.substr(2, bracket - 2)))] =
                json(text.substr(bracket)).as_array().front().as_object();
        }
    }

    ViewersWorld& world_;
    socketio::test::WebSocketClient client_;
    std::map<int, Object> acks_;
    int next_ = 1;
    std::int64_t fences_ = 0;
    std::int64_t last_fence_ = 0;
};

}  // namespace chartcast::tests
