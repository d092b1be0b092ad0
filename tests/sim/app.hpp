#pragma once
// The application of the simulation, which does with its sockets all that the library lets it, and the
// judge: a simple model of who is in which room says what each client must receive.

#include "sim/server.hpp"
#include "sim/transcript.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace socketio::sim {

class App {
public:
    App(Server& server, Transcript& transcript)
        : server_(server), scheduler_(server.scheduler), transcript_(transcript) {
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
        for (const auto* name : {"/", "/b"}) {
            const auto& nsp = *server_.hub.find_namespace(name);
            scheduler_.require(nsp.sockets().empty(), "no socket is left over");
            scheduler_.require(nsp.rooms().size() == 0, "no room is left over");
        }
    }
    /// How often what happened: a simulation in which nothing happens proves nothing.
    [[nodiscard]] const std::map<std::string, std::size_t>& happened() const noexcept {
        return happened_;
    }

private:
    struct Peer {
        Socket& socket;
        std::string sid;
        std::string nsp;
        std::set<std::string> rooms;
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
    [[nodiscard]] std::vector<Peer*> members(const std::string& nsp, const Audience& audience) {
        const auto is_in = [](const Peer& peer, const std::vector<std::string>& rooms) {
            return std::any_of(rooms.begin(), rooms.end(),
                               [&](const auto& room) { return peer.rooms.contains(room); });
        };
        std::vector<Peer*> found;
        for (const auto& [socket, peer] : peers_) {
            if (peer->nsp != nsp || !peer->receives || is_in(*peer, audience.except)) continue;
            if (audience.rooms.empty() || is_in(*peer, audience.rooms)) found.push_back(peer.get());
        }
        return found;
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
        for (auto* peer : members(nsp.name(), audience)) {
            inbox(*peer).expect(text, is_volatile);
            ++happened_[is_volatile ? "volatile delivery" : "delivery"];
        }
        auto operation = BroadcastOperator(nsp).to(audience.rooms).except(audience.except);
        if (is_volatile) operation = operation.as_volatile();
        operation.send("said", Args(data.begin() + 1, data.end()));
    }
    void emit(Peer& peer, bool is_volatile = false) {
        auto data = payload("told");
        if (peer.receives) inbox(peer).expect(describe(Value(data)), is_volatile);
        peer.socket.send("told", Args(data.begin() + 1, data.end()), {.is_volatile = is_volatile});
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
        if (scheduler_.dice.chance(30)) {
            auto data = payload("early");
            early_[sid].push_back(describe(Value(data)));
            socket.send("early", Args(data.begin() + 1, data.end()));
        }
        if (scheduler_.dice.chance(30)) (void)socket.join("room1");
        const auto verdict = [this, sid, next] {
            if (scheduler_.dice.chance(80)) return next();
            early_.erase(sid);
            ++happened_["connect_error"];
            transcript_.of(sid, "/b").expect("connect_error");
            // Deciding by letting go is refused just so.
            if (scheduler_.dice.chance(50)) next.refuse("no");
        };
        if (scheduler_.dice.chance(50)) return verdict();
        scheduler_.after(scheduler_.dice.delay(5, 500), [this, verdict] { server_.turn(verdict); });
    }
    void on_connection(Socket& socket) {
        auto& peer = *peers_.emplace(&socket, std::make_unique<Peer>(Peer{socket, {}, {}, {}}))
                          .first->second;
        peer.sid = socket.handshake().query.get("sid");
        peer.nsp = socket.nsp().name();
        for (auto& room : socket.rooms()) peer.rooms.insert(std::move(room));
        inbox(peer).expect("connect");
        if (peer.nsp == "/b") {
            for (auto& text : early_[peer.sid]) inbox(peer).expect(std::move(text));
            early_.erase(peer.sid);
        }
        socket.on_disconnecting([this](Socket& leaving, DisconnectReason reason) {
            on_disconnecting(leaving, reason);
        });
        socket.on_disconnect([this](Socket& left, DisconnectReason) { on_disconnect(left); });
        if (scheduler_.dice.chance(50)) emit(peer);
        if (scheduler_.dice.chance(3)) socket.disconnect();
    }
    void on_disconnecting(Socket& socket, DisconnectReason reason) {
        auto& leaving = peer(socket);
        scheduler_.require(!leaving.disconnecting, "`disconnecting` comes once");
        scheduler_.require(
            reason != DisconnectReason::forced_close && reason != DisconnectReason::parse_error,
            "nobody is sent away who keeps to the protocol");
        scheduler_.require(rooms_of(socket) == leaving.rooms,
                           "rooms are joined while disconnecting");
        leaving.disconnecting = true;
        ++happened_[std::string(to_string(reason))];
        leaving.receives = false;
        if (reason == DisconnectReason::server_namespace_disconnect) {
            inbox(leaving).expect("disconnect");
        }
        emit(leaving);
        for (const auto& room : leaving.rooms) {
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
    [[nodiscard]] static std::set<std::string> rooms_of(const Socket& socket) {
        std::set<std::string> rooms;
        for (auto& room : socket.rooms()) rooms.insert(std::move(room));
        return rooms;
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
            peer(socket).rooms.insert(args.at(0).as_string());
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
                             [this, from = &socket, ack, token = args.at(0)] {
                                 server_.turn([&] {
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
            server_.turn([this] { act_once(); });
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
        const auto what = dice.between(0, 999);
        if (what < 8) return burst(chosen);
        if (what < 14) return chosen.socket.disconnect(dice.chance(40));
        if (what < 80) return operate(chosen);
        if (what < 300) return ask(chosen);
        if (what < 500) return emit(chosen, dice.chance(30));
        broadcast(chosen.socket.nsp(), audience(chosen), dice.chance(25));
    }
    /// More than a slow reader's queue holds, and than may be asked at once.
    void burst(Peer& chosen) {
        const bool questions = scheduler_.dice.chance(30);
        for (int i = 0; i < 60; ++i) questions ? ask(chosen) : emit(chosen);
    }
    void operate(const Peer& chosen) {
        const auto& nsp = chosen.socket.nsp();
        const auto to = audience(chosen);
        const auto operation = BroadcastOperator(nsp).to(to.rooms).except(to.except);
        const auto room = this->room();
        const auto what = scheduler_.dice.between(0, 99);
        if (what < 45) {
            for (auto* peer : members(nsp.name(), to)) peer->rooms.insert(room);
            operation.sockets_join({room});
        } else if (what < 90) {
            for (auto* peer : members(nsp.name(), to)) peer->rooms.erase(room);
            operation.sockets_leave({room});
        } else {
            operation.disconnect_sockets(what < 93);
        }
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

    Server& server_;
    Scheduler& scheduler_;
    Transcript& transcript_;
    std::map<Socket*, std::unique_ptr<Peer>> peers_;
    /// What the socket of a session in "/b" that is not connected yet is owed.
    std::map<std::string, std::vector<std::string>> early_;
    int token_ = 0;
    int acks_asked_ = 0;
    int acks_told_ = 0;
    std::map<std::string, std::size_t> happened_;
    bool calm_ = false;
};

}  // namespace socketio::sim
