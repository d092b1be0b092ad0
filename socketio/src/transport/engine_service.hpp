#pragma once
// Engine.IO of one endpoint on one shard: refuses, opens and finds sessions; keeps them. Requests for its
// sessions come from every shard's connections. Lives on one shard. Engine.IO protocol v4, "HTTP".

#include "engine/session.hpp"
#include "shard/address_table.hpp"
#include "shard/shard.hpp"
#include "socketio/http.hpp"
#include "transport/admission_desk.hpp"
#include "transport/engine_refusal.hpp"
#include "transport/exchange_table.hpp"
#include "transport/http_connection.hpp"
#include "transport/polling_transport.hpp"
#include "transport/routes.hpp"
#include "wire/content_coding.hpp"
#include "wire/handshake_query.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace socketio::transport {

class TransportShard;

/// A polling request, perhaps read on another shard.
struct EngineRequest {
    wire::EngineQuery query;
    HttpRequest http;
    ExchangeId exchange = 0;
    HttpReply reply;
    /// Of a handshake: its client's place among those of its address, where they are counted.
    shard::AddressPlace place = {};
};

class EngineService final : private engine::SessionKeeper {
public:
    EngineService(TransportShard& home, const EngineRoute& route);
    ~EngineService();

    void handle(EngineRequest request);
    /// The header of a POST for `sid` is in. Its handle() comes later, with the same exchange.
    void announce_post(const std::string& sid, ExchangeId exchange);
    /// Nobody waits for the answer of that exchange any more.
    void abort(const std::string& sid, ExchangeId exchange, HttpConnection::Abort why);
    /// On the session's shard: a refusal, or the connection becomes a WebSocket of a new or an old session.
    void upgrade(HttpConnection& connection, HttpRequest request);

    /// The session has moved to a WebSocket: its polling transport is not needed any more.
    void forget_polling(const std::string& sid);
    /// A transport that outlived its session to say goodbye has said it.
    void forget_lingering(const std::string& sid);
    [[nodiscard]] engine::SessionContext& context() noexcept { return context_; }
    [[nodiscard]] TransportShard& home() noexcept { return home_; }

    // ---- The end -------------------------------------------------------------------------------
    [[nodiscard]] std::vector<std::string> sids() const;
    /// That session leaves with server_shutting_down, if it is still there.
    void shut_down(const std::string& sid);
    /// A polling client has yet to fetch its last words.
    [[nodiscard]] bool has_last_words() const noexcept { return !lingering_.empty(); }

private:
    struct Record final : shard::Mortal {
        Record(std::string_view sid, wire::EngineProtocol protocol,
               const engine::SessionContext& context)
            : session(sid, protocol, context) {}

        engine::Session session;
        std::unique_ptr<PollingTransport> polling;
        std::unique_ptr<engine::SessionPort> port;
    };
    /// Its place among the service's sessions, where it is found by its sid.
    struct Slot {
        [[nodiscard]] std::string_view sid() const noexcept { return record->session.sid(); }

        /// Taken out before the slot goes.
        mutable std::unique_ptr<Record> record;
    };
    struct SidHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view sid) const noexcept {
            return boost::hash<std::string_view>()(sid);
        }
        std::size_t operator()(const Slot& slot) const noexcept { return (*this)(slot.sid()); }
    };
    struct SidEqual {
        using is_transparent = void;
        bool operator()(const Slot& one, const Slot& other) const noexcept {
            return one.sid() == other.sid();
        }
        bool operator()(std::string_view sid, const Slot& slot) const noexcept {
            return sid == slot.sid();
        }
        bool operator()(const Slot& slot, std::string_view sid) const noexcept {
            return sid == slot.sid();
        }
    };
    /// A polling transport without its session.
    struct Lingering final : shard::Mortal {
        std::unique_ptr<PollingTransport> polling;
    };
    /// A WebSocket that asks for a new session, while the application thinks about it.
    struct UpgradeRequest {
        wire::EngineQuery query;
        HttpRequest http;
        shard::AddressPlace place;
    };

    [[nodiscard]] const Options& options() const noexcept { return context_.options; }
    /// How the answer to a poll may be compressed.
    [[nodiscard]] wire::ContentCoding coding_for(const HttpRequest& request) const;
    /// Tells the log and the application.
    void report(EngineRefusal refusal, std::string_view message, const wire::EngineQuery& query,
                const HttpRequest& request) const;
    void report(EngineRefusal refusal, const ConnectionError& error,
                const wire::EngineQuery& query) const;
    void report_origin(const wire::EngineQuery& query, const HttpRequest& request) const;
    /// The application's headers of an answer.
    [[nodiscard]] FieldList headers_for(const HttpRequest& request) const;
    [[nodiscard]] FieldList initial_headers(const HttpRequest& request, std::string_view sid) const;
    void on_session_closed(engine::Session& session) override;
    void handshake(EngineRequest request);
    void open_polling(EngineRequest& request, const Verdict& verdict);
    void open_websocket(HttpConnection& connection, UpgradeRequest& request,
                        const Verdict& verdict);
    /// What the application and the protocol's version have against a new session.
    [[nodiscard]] std::optional<EngineRefusal> check_handshake(const Verdict& verdict,
                                                               wire::EngineProtocol protocol);
    Record& open_record(wire::EngineProtocol protocol, shard::AddressPlace place);
    void start_session(Record& record, engine::TransportPort& transport,
                       const HttpRequest& request);
    /// `place` is a new session's.
    void attach_websocket(HttpConnection& connection, const wire::EngineQuery& query,
                          const HttpRequest& request, shard::AddressPlace place);
    [[nodiscard]] Record* find(std::string_view sid) noexcept;
    /// Its session is over, but it may not know yet.
    [[nodiscard]] bool has_left(const std::string& sid) const {
        return lingering_.contains(sid) || departed_.contains(sid);
    }

    TransportShard& home_;
    const EngineRoute& route_;
    engine::SessionContext context_;
    boost::unordered_flat_set<Slot, SidHash, SidEqual> records_;
    /// Of those that are counted by their address, since a proxy's connections are not. Few servers do that, so
    /// it is no member of Record.
    std::unordered_map<const engine::Session*, shard::AddressPlace> address_places_;
    std::unordered_map<std::string, std::unique_ptr<Lingering>> lingering_;
    /// Of polling clients that left while the server stops: what they had under way is no fault.
    std::unordered_set<std::string> departed_;
};

}  // namespace socketio::transport
