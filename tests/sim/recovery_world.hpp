#pragma once
// Several shards' hubs, which send each other letters that arrive when the simulation wants it, in order for each
// pair; and clients that lose their connections and come back on any shard, as socket.io-client 4.8 does.

#include "hub/client.hpp"
#include "hub/delivery.hpp"
#include "hub/hub.hpp"
#include "hub/recovery.hpp"
#include "sim/scheduler.hpp"
#include "support/counted_contents.hpp"
#include "unit/engine/fakes.hpp"
#include "wire/event_offset.hpp"
#include "wire/packet_parser.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::sim {

class Cluster;

/// One connection of a client, with its session on a shard.
class Line {
public:
    Line(Cluster& cluster, unsigned shard);

    void send(std::string_view packet);
    void send_binary(std::string_view bytes);
    /// The Engine.IO packets since the last call.
    [[nodiscard]] std::vector<std::string> read() { return transport_.read(); }
    /// The server notices that it is broken.
    void lose(DisconnectReason reason = DisconnectReason::transport_close);
    [[nodiscard]] bool is_open() const { return session_.is_open(); }
    [[nodiscard]] engine::Session& session() { return session_; }
    [[nodiscard]] unsigned shard() const noexcept { return shard_; }

private:
    Cluster& cluster_;
    const unsigned shard_;
    engine::FakeTransport transport_;
    engine::Session session_;
    std::unique_ptr<hub::Client> client_;
};

/// The server: shards and what lies between them. Or several servers, one behind the other, with as many shards
/// each: what lies between those is their adapter's (adapter_recovery_world.hpp).
class Cluster : public hub::NamespacePort, public engine::SessionKeeper {
public:
    /// Emits from no shard's thread.
    static constexpr unsigned outside = 99;

    Cluster(std::uint64_t seed, unsigned shards, RecoveryOptions recovery = {},
            unsigned servers = 1, std::shared_ptr<Adapter> adapter = nullptr)
        : dice(seed), options(make_options(shards, recovery)) {
        options.adapter = std::move(adapter);
        for (unsigned index = 0; index < servers * shards; ++index) {
            shards_.push_back(std::make_unique<Shard>(*this, index));
        }
    }
    ~Cluster() override { lines_.clear(); }

    Namespace& make_namespace(const std::string& name) {
        auto& nsp = namespaces_[name];
        nsp = std::make_unique<Namespace>(name, *this);
        for (auto& shard : shards_) shard->hub.add_namespace(*nsp);
        return *nsp;
    }
    /// The shard on which something happens.
    [[nodiscard]] unsigned current() const noexcept { return current_; }
    [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(shards_.size()); }
    [[nodiscard]] hub::Hub& hub(unsigned shard) { return shards_[shard]->hub; }
    [[nodiscard]] hub::Recovery& recovery(unsigned shard) { return *hub(shard).recovery(); }
    [[nodiscard]] const Counters& counters(unsigned shard) { return shards_[shard]->counters; }

    /// Everything that happens on a shard happens in here.
    template <class Work>
    void on(unsigned shard, Work&& work) {
        const auto before = std::exchange(current_, shard);
        std::forward<Work>(work)();
        current_ = before;
    }
    Line& open(unsigned shard) {
        std::unique_ptr<Line> line;
        on(shard, [&] { line = std::make_unique<Line>(*this, shard); });
        return *lines_.emplace_back(std::move(line));
    }

    // ---- Letters -------------------------------------------------------------------------------
    [[nodiscard]] bool has_letters() const noexcept { return !letters_.empty(); }
    [[nodiscard]] std::size_t letters(unsigned from, unsigned to) const {
        const auto found = letters_.find({from, to});
        return found == letters_.end() ? 0 : found->second.size();
    }
    /// The next letter of that pair is read.
    void read_letter(unsigned from, unsigned to) {
        const auto found = letters_.find({from, to});
        if (found == letters_.end()) return;
        const auto work = std::move(found->second.front());
        found->second.pop_front();
        if (found->second.empty()) letters_.erase(found);
        on(to, work);
    }
    /// The next letter of any pair.
    void read_any_letter() {
        if (letters_.empty()) return;
        const auto chosen =
            std::next(letters_.begin(), static_cast<std::ptrdiff_t>(dice.below(letters_.size())));
        const auto [from, to] = chosen->first;
        read_letter(from, to);
    }
    void read_all_letters() {
        while (!letters_.empty()) read_any_letter();
    }
    void pass(Milliseconds time) {
        for (auto& shard : shards_) {
            on(shard->index, [&] { shard->deadlines.advance(shard->deadlines.now() + time); });
        }
    }

    // ---- NamespacePort: as server/implementation has it ------------------------------------------
    [[nodiscard]] hub::EventContents encode(const hub::PlainEvent& event) const override {
        return test::encode_for(options, encodings, event);
    }
    void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags, std::string_view event,
                   Args args) override {
        const bool is_outside = current_ == outside;
        const auto offset = is_outside ? outside_offsets_.next(start_ms + ++outside_moments_ / 4)
                                       : recovery(current_).next_offset();
        deliver_everywhere(
            hub::make_delivery(*this, nsp.name(), std::move(audience), flags, event, args, offset));
    }
    void deliver_everywhere(hub::Delivery delivery) override {
        const auto shared = std::make_shared<const hub::Delivery>(std::move(delivery));
        for (unsigned to = 0; to < size(); ++to) {
            if (to == current_) continue;
            post(to, [this, to, shared] { hub(to).deliver(*shared); });
        }
        if (current_ != outside) hub(current_).deliver(*shared);
    }
    void post_to_hub(unsigned shard, std::function<void(hub::Hub&)> work) override {
        const auto to = first_of(current_) + shard;
        post(to, [this, to, work = std::move(work)] { work(hub(to)); });
    }
    void surgery(hub::RoomSurgery surgery) override { hub(current_).surgery(surgery); }
    void ask(hub::Question question, BroadcastAckHandler handler) override {
        hub(current_).ask(question, std::move(handler));
    }
    void fetch(hub::SocketQuery query, FetchHandler handler) override {
        handler({{}, hub(current_).fetch(query.nsp, query.audience), {}});
    }
    void require_setup_phase(const Namespace&) const override {}
    void on_session_closed(engine::Session&) override {}

    [[nodiscard]] const engine::SessionContext& session_context(unsigned shard) const {
        return shards_[shard]->context;
    }
    /// Shard 0 of the server that this shard belongs to.
    [[nodiscard]] unsigned first_of(unsigned shard) const noexcept {
        return shard / options.shards * options.shards;
    }

    Dice dice;
    /// The hubs keep references to it.
    Options options;
    std::vector<std::string> failures;
    mutable test::Encodings encodings{};

protected:
    void post(unsigned to, std::function<void()> work) {
        letters_[{current_, to}].push_back(std::move(work));
    }

private:
    static constexpr std::uint64_t start_ms = 1'790'000'000'000;

    struct Shard {
        Shard(Cluster& cluster, unsigned its_index)
            : index(its_index),
              log(
                  [&cluster](const LogEvent& event) {
                      cluster.failures.push_back(std::string(event.event));
                  },
                  LogLevel::warn),
              context{cluster.options, deadlines, counters, cluster},
              hub(hub::HubContext{cluster.options, deadlines, cluster.dice, log,
                                  its_index % cluster.options.shards,
                                  Milliseconds(start_ms) - Milliseconds(3'600'000), &counters}) {}

        unsigned index;
        base::DeadlineQueue deadlines{engine::test_start};
        base::Log log;
        Counters counters;
        engine::SessionContext context;
        hub::Hub hub;
    };

    static Options make_options(unsigned shards, const RecoveryOptions& recovery) {
        Options options;
        options.shards = shards;
        options.ping_interval = std::chrono::hours(1);
        options.ping_timeout = std::chrono::hours(1);
        options.connect_timeout = std::chrono::hours(1);
        options.connection_state_recovery = recovery;
        options.parser = Parser::by_client;
        return options;
    }
    std::map<std::string, std::unique_ptr<Namespace>> namespaces_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::unique_ptr<Line>> lines_;
    /// Never empty ones.
    std::map<std::pair<unsigned, unsigned>, std::deque<std::function<void()>>> letters_;
    hub::OffsetCounter outside_offsets_{options.shards, hub::sources_of(options.shards)};
    std::uint64_t outside_moments_ = 0;
    unsigned current_ = outside;
};

inline Line::Line(Cluster& cluster, unsigned shard)
    : cluster_(cluster),
      shard_(shard),
      session_("engine-sid", wire::EngineProtocol::v4, cluster.session_context(shard)),
      client_(cluster.hub(shard).make_client(session_, {})) {
    transport_.attach(session_);
    session_.open(transport_, *client_);
    client_->start();
}

inline void Line::send(std::string_view packet) {
    cluster_.on(shard_, [&] { transport_.receive('4' + std::string(packet)); });
}

inline void Line::send_binary(std::string_view bytes) {
    cluster_.on(shard_, [&] { transport_.receive_binary(bytes); });
}

inline void Line::lose(DisconnectReason reason) {
    cluster_.on(shard_, [&] { session_.on_transport_lost(transport_, reason); });
}

/// A client over all its connections.
class Wanderer {
public:
    explicit Wanderer(Cluster& cluster, std::string nsp = "/",
                      wire::PacketFormat format = wire::PacketFormat::json)
        : cluster_(cluster), nsp_(std::move(nsp)), parser_(wire::packet_parser(format)) {}

    /// A new connection, with what it knows of the last one.
    void come(unsigned shard) {
        line_ = &cluster_.open(shard);
        begun_ = wire::PacketDecoder();
        early_.clear();
        connected_ = false;
        lost_ = false;
        Value payload;
        if (!pid_.empty()) {
            Object memory{{"pid", pid_}};
            if (!offset_.empty()) memory.append("offset", offset_);
            payload = std::move(memory);
        }
        send({wire::PacketType::connect, nsp_, {}, std::move(payload)});
    }
    void say_goodbye() { send({wire::PacketType::disconnect, nsp_, {}, nullptr}); }
    void read() {
        if (lost_) return;
        for (const auto& packet : line_->read()) {
            if (packet.front() != '4' && packet.front() != 'b') continue;
            const auto body = std::string_view(packet).substr(1);
            auto decoded = parser_.decode(body, packet.front() == 'b', begun_, {});
            if (!decoded) {
                cluster_.failures.emplace_back("packets are whole");
            } else if (*decoded) {
                take(**decoded);
            }
        }
    }
    /// Nothing more comes of what it has not read; the server notices or does not.
    void lose(bool noticed = true) {
        connected_ = false;
        lost_ = true;
        if (noticed) line_->lose();
    }

    [[nodiscard]] Line& line() noexcept { return *line_; }
    [[nodiscard]] bool connected() const noexcept { return connected_; }
    /// For the answer to its CONNECT.
    [[nodiscard]] bool waits() const { return !connected_ && !lost_ && line_->is_open(); }
    /// Its last CONNECT reply brought the pid that it had.
    [[nodiscard]] bool recovered() const noexcept { return recovered_; }
    [[nodiscard]] const std::string& sid() const noexcept { return sid_; }
    [[nodiscard]] const std::string& pid() const noexcept { return pid_; }
    [[nodiscard]] const std::string& error() const noexcept { return error_; }
    void know(const Wanderer& other) {
        pid_ = other.pid_;
        offset_ = other.offset_;
    }
    /// The first arguments of all events.
    [[nodiscard]] const std::vector<int>& numbers() const noexcept { return numbers_; }
    [[nodiscard]] int recoveries() const noexcept { return recoveries_; }
    [[nodiscard]] int connections() const noexcept { return connections_; }

private:
    void send(const wire::Packet& packet) {
        const auto encoded = parser_.encode(packet);
        if (encoded.binary) return line_->send_binary(encoded.data);
        line_->send(encoded.data);
    }
    void take(const wire::Packet& packet) {
        switch (packet.type) {
            case wire::PacketType::connect: return on_connect(packet.data.as_object());
            case wire::PacketType::connect_error:
                error_ = packet.data.as_object().find("message")->as_string();
                return;
            case wire::PacketType::event:
                // Events ahead of the reply wait for it.
                if (connected_) return on_event(packet.data.as_array());
                early_.push_back(packet.data.as_array());
                return;
            default: return;
        }
    }
    void on_connect(const Object& reply) {
        const auto& pid = reply.find("pid")->as_string();
        recovered_ = pid == pid_;
        recoveries_ += recovered_ ? 1 : 0;
        ++connections_;
        pid_ = pid;
        sid_ = reply.find("sid")->as_string();
        connected_ = true;
        for (const auto& event : std::exchange(early_, {})) on_event(event);
    }
    void on_event(const Array& event) {
        numbers_.push_back(static_cast<int>(event.at(1).as_int64()));
        offset_ = event.back().as_string();
    }

    Cluster& cluster_;
    const std::string nsp_;
    const wire::PacketParser& parser_;
    Line* line_ = nullptr;
    wire::PacketDecoder begun_;
    std::vector<Array> early_;
    std::string pid_;
    std::string offset_;
    std::string sid_;
    std::string error_;
    std::vector<int> numbers_;
    int recoveries_ = 0;
    int connections_ = 0;
    bool connected_ = false;
    bool lost_ = false;
    bool recovered_ = false;
};

}  // namespace socketio::sim
