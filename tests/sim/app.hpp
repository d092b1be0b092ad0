#pragma once
// The application of the simulation, which does with its sockets all that the library lets it, and the
// judge: a simple model of who is in which room says what each client must receive.

#include "sim/lives.hpp"
#include "sim/sharded_server.hpp"
#include "sim/transcript.hpp"

#include <algorithm>
#include <any>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace socketio::sim {

class App final : private ShardedServer::Witness {
public:
    App(ShardedServer& server, Transcript& transcript, Lives& lives)
        : server_(server), scheduler_(server.scheduler), transcript_(transcript), lives_(lives) {
        server.set_witness(*this);
        auto& side = server.make_namespace("/b");
        for (auto* nsp : {&server.make_namespace("/"), &side}) {
            nsp->on_connection([this](Socket& socket) { on_connection(socket); });
            set_handlers(*nsp);
        }
        side.use([this](Socket& socket, const Next& next) { decide(socket, next); });
        act();
    }

    void calm_down() { calm_ = true; }
    /// The numbered events that a live socket got; nothing when there is no such socket.
    [[nodiscard]] std::optional<int> got(const std::string& sid, const std::string& nsp) const {
        for (const auto& [socket, peer] : peers_) {
            if (peer->sid == sid && peer->nsp == nsp) return peer->numbers;
        }
        return std::nullopt;
    }
    /// At the very end, when every session is gone.
    void check_end() {
        scheduler_.require(peers_.empty(), "every socket that connected has disconnected");
        scheduler_.require(acks_asked_ == acks_told_,
                           "each ack handler is called once: " + std::to_string(acks_told_) +
                               " of " + std::to_string(acks_asked_));
        server_.for_each_shard([this](Server& shard) {
            for (const auto* name : {"/", "/b"}) {
                const auto& nsp = *shard.hub.find_namespace(name);
                scheduler_.require(nsp.sockets().empty(), "no socket is left over");
                scheduler_.require(nsp.rooms().size() == 0, "no room is left over");
            }
        });
    }
    /// How often what happened: a simulation in which nothing happens proves nothing.
    [[nodiscard]] const std::map<std::string, std::size_t>& happened() const noexcept {
        return happened_;
    }

private:
    struct Peer {
        Socket& socket;
        unsigned shard;
        /// Of the session.
        std::string sid;
        /// Of the socket, when its client may come back to it; nothing otherwise.
        std::string life;
        std::string nsp;
        RoomMoments rooms;
        int numbers = 0;
        bool receives = true;
        bool disconnecting = false;
    };

    // ---- The model -----------------------------------------------------------------------------
    [[nodiscard]] Peer& peer(Socket& socket) {
        const auto found = peers_.find(&socket);
        scheduler_.require(found != peers_.end(), "no handler runs for a socket that has left");
        return *found->second;
    }
    [[nodiscard]] Inbox& inbox(const Peer& peer) { return transcript_.of(peer.sid, peer.nsp); }
    [[nodiscard]] static bool is_member(const Peer& peer, const Audience& audience) {
        const auto is_in = [&](const std::vector<std::string>& rooms) {
            return std::any_of(rooms.begin(), rooms.end(),
                               [&](const auto& room) { return peer.rooms.contains(room); });
        };
        return (audience.rooms.empty() || is_in(audience.rooms)) && !is_in(audience.except);
    }
    /// The sockets of a shard's namespace that are sent anything.
    [[nodiscard]] std::vector<Peer*> receivers(unsigned shard, const std::string& nsp) {
        std::vector<Peer*> found;
        for (const auto& [socket, peer] : peers_) {
            if (peer->shard == shard && peer->nsp == nsp && peer->receives) {
                found.push_back(peer.get());
            }
        }
        return found;
    }
    void join(Peer& peer, const std::string& room) {
        // Who is in it already does not join anew.
        peer.rooms.emplace(room, lives_.moment());
    }

    // ---- What arrives on a shard ---------------------------------------------------------------
    void on_delivery(unsigned shard, int label) override {
        const auto found = broadcasts_.find(label);
        if (found == broadcasts_.end()) return;
        const auto& [nsp, text, audience, is_volatile] = found->second;
        lives_.deliver(shard, label);
        for (auto* peer : receivers(shard, nsp)) {
            const bool is_for_it = is_member(*peer, audience);
            if (!peer->life.empty() && !is_volatile) lives_.judge(peer->life, label, is_for_it);
            if (!is_for_it) continue;
            inbox(*peer).expect(text, is_volatile);
            ++happened_[is_volatile ? "volatile delivery" : "delivery"];
        }
    }
    void on_surgery(unsigned shard, const hub::RoomSurgery& surgery) override {
        using Kind = hub::RoomSurgery::Kind;
        for (auto* peer : receivers(shard, surgery.nsp)) {
            if (!is_member(*peer, surgery.audience)) continue;
            for (const auto& room : surgery.rooms) {
                if (surgery.kind == Kind::join) join(*peer, room);
                if (surgery.kind == Kind::leave) peer->rooms.erase(room);
            }
        }
    }

    // ---- What it sends -------------------------------------------------------------------------
    [[nodiscard]] Args payload(std::string event) {
        Args data{std::move(event), ++token_};
        if (scheduler_.dice.chance(25)) {
            data.emplace_back(Binary(std::string(static_cast<std::size_t>(token_ % 90), 'b')));
            data.emplace_back(Object{{"more", Binary("m" + std::to_string(token_))}});
        }
        if (scheduler_.dice.chance(5)) data.emplace_back(std::string(1'500, 'L'));
        return data;
    }
    void broadcast(const Namespace& nsp, const Audience& audience, bool is_volatile) {
        auto data = payload("said");
        const auto text = describe(Value(data));
        broadcasts_.emplace(token_, Broadcast{nsp.name(), text, audience, is_volatile});
        if (!is_volatile) lives_.send(token_, as_sent(data, nsp.name(), audience, false));
        auto operation = BroadcastOperator(nsp).to(audience.rooms).except(audience.except);
        if (is_volatile) operation = operation.as_volatile();
        server_.label(token_);
        operation.send("said", Args(data.begin() + 1, data.end()));
    }
    /// To a socket of the shard on which this happens.
    void emit(Peer& peer, EmitFlags flags = {}) {
        auto data = payload("told");
        const bool may_be_lost = flags.is_volatile || flags.droppable;
        if (peer.receives) inbox(peer).expect(describe(Value(data)), may_be_lost);
        if (peer.receives && !flags.is_volatile && !peer.life.empty()) {
            send_to_life(data, peer.nsp, peer.life, flags.droppable);
            lives_.judge(peer.life, token_, true);
        }
        peer.socket.send("told", Args(data.begin() + 1, data.end()), flags);
    }
    void send_to_life(const Args& data, const std::string& nsp, const std::string& life,
                      bool droppable = false) {
        lives_.send(token_, as_sent(data, nsp, Audience{{life}, {}}, droppable));
    }
    [[nodiscard]] SentEvent as_sent(const Args& data, const std::string& nsp, Audience audience,
                                    bool droppable) const {
        const auto binaries = data.size() > 2 && data[2].if_binary() != nullptr ? 2U : 0U;
        return {scheduler_.shard,    nsp,          describe(Value(data)),
                std::move(audience), 1 + binaries, droppable};
    }
    void ask(Peer& peer) {
        const auto token = ++token_;
        if (peer.receives) inbox(peer).expect(describe(Array{"ask", token}));
        ++acks_asked_;
        const auto told = std::make_shared<bool>(false);
        const auto timeout =
            scheduler_.dice.chance(50) ? scheduler_.dice.delay(20, 400) : Milliseconds(0);
        peer.socket.emit_with_ack(
            "ask", {token}, timeout,
            [this, token, told](boost::system::error_code ec, const Args& args) {
                scheduler_.require(!std::exchange(*told, true), "an ack handler is called once");
                ++acks_told_;
                ++happened_[ec ? ec.message() : "ack"];
                scheduler_.require(ec || args == Args{token}, "an answer belongs to its question");
            });
    }

    // ---- Connecting and leaving ----------------------------------------------------------------
    void decide(Socket& socket, const Next& next) {
        const auto sid = std::string(socket.handshake().query.get("sid"));
        const auto life = life_of(socket);
        if (scheduler_.dice.chance(30)) {
            auto data = payload("early");
            if (!life.empty()) send_to_life(data, "/b", life);
            // One that comes back gets it with what it missed.
            if (socket.recovered()) {
                lives_.judge(life, token_, true);
            } else {
                early_[sid].push_back({token_, describe(Value(data))});
            }
            socket.send("early", Args(data.begin() + 1, data.end()));
        }
        if (!socket.recovered() && scheduler_.dice.chance(30)) (void)socket.join("room1");
        const auto verdict = [this, sid, life, next] {
            if (scheduler_.dice.chance(80)) return next();
            early_.erase(sid);
            // Of one that has gone meanwhile nothing is decided.
            if (server_.knows(sid)) lives_.finish(life);
            ++happened_["connect_error"];
            transcript_.of(sid, "/b").expect("connect_error");
            // Deciding by letting go is refused just so.
            if (scheduler_.dice.chance(50)) next.refuse("no");
        };
        if (scheduler_.dice.chance(50)) return verdict();
        scheduler_.after(scheduler_.dice.delay(5, 500), [&shard = server_.shard(scheduler_.shard),
                                                         verdict] { shard.turn(verdict); });
    }
    [[nodiscard]] std::string life_of(const Socket& socket) const {
        const bool may_come_back = lives_.enabled() && socket.handshake().query.get("EIO") == "4";
        return may_come_back ? std::string(socket.id()) : std::string();
    }
    void on_connection(Socket& socket) {
        auto& peer =
            *peers_
                 .emplace(&socket,
                          std::make_unique<Peer>(Peer{socket, scheduler_.shard, {}, {}, {}, {}}))
                 .first->second;
        peer.sid = socket.handshake().query.get("sid");
        peer.nsp = socket.nsp().name();
        peer.life = life_of(socket);
        inbox(peer).expect("connect");
        if (socket.recovered()) {
            come_back(peer);
        } else {
            begin(peer);
        }
        socket.on_disconnecting([this](Socket& leaving, DisconnectReason reason) {
            on_disconnecting(leaving, reason);
        });
        socket.on_disconnect([this](Socket& left, DisconnectReason) { on_disconnect(left); });
        socket.on_upgrade([this](Socket& upgraded) {
            ++happened_[upgraded.queued_bytes() > 0 ? "upgrade with messages under way"
                                                    : "upgrade"];
        });
        if (scheduler_.dice.chance(50)) emit(peer);
        if (scheduler_.dice.chance(3)) socket.disconnect();
    }
    void begin(Peer& peer) {
        for (const auto& room : peer.socket.rooms()) peer.rooms.emplace(room, lives_.moment());
        if (!peer.life.empty()) {
            peer.rooms[peer.life] = 0;
            lives_.begin(peer.life, peer.nsp, peer.shard);
            peer.socket.data() = peer.life;
        }
        if (peer.nsp != "/b") return;
        for (auto& [token, text] : early_[peer.sid]) {
            inbox(peer).expect(std::move(text));
            if (!peer.life.empty()) lives_.judge(peer.life, token, true);
        }
        early_.erase(peer.sid);
    }
    void come_back(Peer& peer) {
        peer.rooms = lives_.come_back(peer.life, peer.shard);
        scheduler_.require(has_rooms(peer), "rooms come back");
        const auto* data = std::any_cast<std::string>(&peer.socket.data());
        scheduler_.require(data != nullptr && *data == peer.life, "data come back");
        const auto is_same = [&](const auto& other) { return other.second->life == peer.life; };
        scheduler_.require(std::count_if(peers_.begin(), peers_.end(), is_same) == 1,
                           "there is one socket of an id");
    }
    void on_disconnecting(Socket& socket, DisconnectReason reason) {
        auto& leaving = peer(socket);
        scheduler_.require(!leaving.disconnecting, "`disconnecting` comes once");
        scheduler_.require(
            reason != DisconnectReason::forced_close && reason != DisconnectReason::parse_error,
            "nobody is sent away who keeps to the protocol");
        scheduler_.require(has_rooms(leaving), "rooms are joined while disconnecting");
        if (!leaving.life.empty()) lives_.end(leaving.life, leaving.rooms, reason);
        leaving.disconnecting = true;
        ++happened_[std::string(to_string(reason))];
        leaving.receives = false;
        if (reason == DisconnectReason::server_namespace_disconnect) {
            inbox(leaving).expect("disconnect");
        }
        emit(leaving);
        for (const auto& [room, moment] : leaving.rooms) {
            if (room.starts_with("room")) broadcast(socket.nsp(), Audience{{room}, {}}, false);
        }
    }
    void on_disconnect(Socket& socket) {
        auto& left = peer(socket);
        scheduler_.require(left.disconnecting, "`disconnect` comes after `disconnecting`");
        scheduler_.require(socket.rooms().empty() && !socket.connected(), "rooms are left");
        emit(left);
        if (scheduler_.dice.chance(20)) ask(left);
        peers_.erase(&socket);
    }
    [[nodiscard]] static bool has_rooms(const Peer& peer) {
        const auto rooms = peer.socket.rooms();
        return rooms.size() == peer.rooms.size() &&
               std::all_of(rooms.begin(), rooms.end(),
                           [&](const auto& room) { return peer.rooms.contains(room); });
    }

    // ---- What clients ask for ------------------------------------------------------------------
    void set_handlers(Namespace& nsp) {
        nsp.on("number", [this](Socket& socket, const Args& args) {
            auto& from = peer(socket);
            ++happened_["event by " + std::string(socket.transport())];
            scheduler_.require(from.receives, "no event reaches a socket that leaves");
            scheduler_.require(args.at(0) == Value(from.numbers++),
                               "events come in order, each once");
        });
        nsp.on("join", [this](Socket& socket, const Args& args) {
            join(peer(socket), args.at(0).as_string());
            scheduler_.require(socket.join(args.at(0).as_string()), "joining is possible");
        });
        nsp.on("leave", [this](Socket& socket, const Args& args) {
            peer(socket).rooms.erase(args.at(0).as_string());
            socket.leave(args.at(0).as_string());
        });
        nsp.on("say", [this](Socket& socket, const Args& args) {
            broadcast(socket.nsp(), Audience{{args.at(0).as_string()}, {std::string(socket.id())}},
                      args.at(1).as_bool());
        });
        nsp.on("bye", [](Socket& socket, const Args& args) {
            socket.disconnect(args.at(0).as_bool());
            socket.emit("never sent");
        });
        nsp.on("ask", [this](Socket& socket, const Args& args, const Ack& ack) {
            if (scheduler_.dice.chance(60)) return answer(peer(socket), ack, args.at(0));
            scheduler_.after(scheduler_.dice.delay(1, 600),
                             [this, &shard = server_.shard(scheduler_.shard), from = &socket, ack,
                              token = args.at(0)] {
                                 shard.turn([&] {
                                     if (ack.wanted()) answer(peer(*from), ack, token);
                                     ack.reply("a second or a late answer");
                                 });
                             });
        });
    }
    void answer(Peer& from, const Ack& ack, const Value& token) {
        inbox(from).expect("ack " + describe(Array{token}));
        ack.reply(token);
    }

    // ---- What it does by itself ----------------------------------------------------------------
    void act() {
        if (calm_) return;
        scheduler_.after(scheduler_.dice.delay(2, 30), [this] {
            act_once();
            act();
        });
    }
    void act_once() {
        if (peers_.empty() || calm_) return;
        auto& dice = scheduler_.dice;
        // Not by address, which differs from run to run.
        std::map<std::pair<std::string, std::string>, Peer*> sorted;
        for (const auto& [socket, peer] : peers_)
            sorted.emplace(std::pair(peer->sid, peer->nsp), peer.get());
        auto& chosen =
            *std::next(sorted.begin(), static_cast<std::ptrdiff_t>(dice.below(sorted.size())))
                 ->second;
        if (dice.chance(5)) return act_outside(chosen);
        server_.shard(chosen.shard).turn([&] { act_on(chosen); });
    }
    /// On a thread that is no shard's.
    void act_outside(const Peer& chosen) {
        ++happened_["broadcast of another thread"];
        server_.outside(
            [&] { broadcast(chosen.socket.nsp(), audience(chosen), scheduler_.dice.chance(25)); });
    }
    void act_on(Peer& chosen) {
        auto& dice = scheduler_.dice;
        const auto what = dice.between(0, 999);
        if (what < 8) return burst(chosen);
        if (what < 14) return chosen.socket.disconnect(dice.chance(40));
        if (what < 80) return operate(chosen);
        if (what < 300) return ask(chosen);
        if (what < 450) return emit(chosen, {.is_volatile = dice.chance(30)});
        if (what < 500) return emit(chosen, {.droppable = true});
        broadcast(chosen.socket.nsp(), audience(chosen), dice.chance(25));
    }
    /// More than a slow reader's queue holds, and than may be asked at once.
    void burst(Peer& chosen) {
        const bool questions = scheduler_.dice.chance(30);
        for (int i = 0; i < 60; ++i) questions ? ask(chosen) : emit(chosen);
    }
    void operate(const Peer& chosen) {
        const auto to = audience(chosen);
        const auto operation =
            BroadcastOperator(chosen.socket.nsp()).to(to.rooms).except(to.except);
        const auto what = scheduler_.dice.between(0, 99);
        if (what < 45) return operation.sockets_join({room()});
        if (what < 90) return operation.sockets_leave({room()});
        operation.disconnect_sockets(what < 93);
    }
    [[nodiscard]] Audience audience(const Peer& chosen) {
        auto& dice = scheduler_.dice;
        Audience audience;
        for (int i = dice.between(0, 3); i > 0; --i) audience.rooms.push_back(room());
        if (dice.chance(20)) audience.rooms.emplace_back(chosen.socket.id());
        if (dice.chance(30)) audience.except.push_back(room());
        if (dice.chance(20)) audience.except.emplace_back(chosen.socket.id());
        return audience;
    }
    [[nodiscard]] std::string room() {
        return "room" + std::to_string(scheduler_.dice.between(0, 3));
    }

    struct Broadcast {
        std::string nsp;
        std::string text;
        Audience audience;
        bool is_volatile;
    };
    struct Early {
        int token;
        std::string text;
    };

    ShardedServer& server_;
    Scheduler& scheduler_;
    Transcript& transcript_;
    Lives& lives_;
    std::map<Socket*, std::unique_ptr<Peer>> peers_;
    /// By their labels.
    std::map<int, Broadcast> broadcasts_;
    /// What the socket of a session in "/b" that is not connected yet is owed.
    std::map<std::string, std::vector<Early>> early_;
    int token_ = 0;
    int acks_asked_ = 0;
    int acks_told_ = 0;
    std::map<std::string, std::size_t> happened_;
    bool calm_ = false;
};

}  // namespace socketio::sim
