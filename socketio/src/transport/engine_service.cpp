#include "transport/engine_service.hpp"

#include "transport/cors.hpp"
#include "transport/engine_refusal.hpp"
#include "transport/handshake.hpp"
#include "transport/http_connection.hpp"
#include "transport/transport_shard.hpp"
#include "transport/websocket_handshake.hpp"
#include "transport/websocket_transport.hpp"
#include "wire/session_id.hpp"

#include <array>
#include <utility>

namespace socketio::transport {

namespace {

std::string cookie_header(const CookieOptions& cookie, std::string_view sid) {
    auto header = cookie.name + '=';
    header += sid;
    if (!cookie.path.empty()) header += "; Path=" + cookie.path;
    if (cookie.http_only) header += "; HttpOnly";
    if (!cookie.same_site.empty()) header += "; SameSite=" + cookie.same_site;
    return header;
}

}  // namespace

EngineService::EngineService(TransportShard& home, const EngineRoute& route)
    : home_(home),
      route_(route),
      context_{home.options(), home.shard().deadlines(), home.shard().counters(), *this} {}

EngineService::~EngineService() = default;

// ---- Polling -----------------------------------------------------------------------------------------

void EngineService::handle(EngineRequest request) {
    const auto refuse = [&](EngineRefusal refusal) {
        report(refusal, {}, request.query, request.http);
        request.reply.send(refuse_polling(refusal));
    };
    const bool known =
        (request.query.transport == wire::TransportName::polling && options().allow_polling) ||
        (request.query.transport == wire::TransportName::websocket && options().allow_websocket);
    if (!known || request.query.jsonp) return refuse(EngineRefusal::transport_unknown);
    if (request.query.sid.empty()) {
        if (request.http.method != "GET") return refuse(EngineRefusal::bad_handshake_method);
        if (request.query.transport == wire::TransportName::websocket) {
            return refuse(EngineRefusal::bad_request);
        }
        return handshake(std::move(request));
    }

    if (has_left(request.query.sid)) {
        // What it sends is dropped, as Node does: with its next GET it learns that it has left.
        if (request.http.method == "POST") return request.reply.send(ok_response());
        if (const auto found = lingering_.find(request.query.sid);
            found != lingering_.end() && request.http.method == "GET") {
            return found->second->polling->on_get({request.exchange, request.reply});
        }
        return refuse(EngineRefusal::session_unknown);
    }
    auto* record = find(request.query.sid);
    if (record == nullptr) return refuse(EngineRefusal::session_unknown);
    if (request.query.transport != wire::TransportName::polling ||
        record->session.transport_kind() != engine::TransportKind::polling ||
        request.query.protocol != record->session.protocol()) {
        return refuse(EngineRefusal::bad_request);
    }
    if (request.http.method == "GET") {
        record->polling->on_get(
            {request.exchange, request.reply, headers_for(request.http), coding_for(request.http)});
    } else if (request.http.method == "POST") {
        record->polling->on_post(request.exchange, request.reply,
                                 request.http.headers.get("content-type"), request.http.body,
                                 headers_for(request.http));
    } else {
        request.reply.send({500, {}, {}});
    }
}

wire::ContentCoding EngineService::coding_for(const HttpRequest& request) const {
    return options().http_compression ? wire::choose_coding(request.headers.get("accept-encoding"))
                                      : wire::ContentCoding::identity;
}

void EngineService::announce_post(const std::string& sid, ExchangeId exchange) {
    if (auto* record = find(sid); record != nullptr && record->polling) {
        record->polling->on_post_announced(exchange);
    }
}

void EngineService::abort(const std::string& sid, ExchangeId exchange, HttpConnection::Abort why) {
    if (auto* record = find(sid); record != nullptr && record->polling) {
        record->polling->on_abort(exchange, why);
    }
}

// ---- Handshakes --------------------------------------------------------------------------------------

namespace {

/// Not one of Engine.IO's refusals: another server may take the client in.
HttpResponse refuse_while_draining() {
    return HttpResponse::text(503, "server shutting down\n");
}

}  // namespace

void EngineService::handshake(EngineRequest request) {
    if (!is_admitted_origin(options(), request.http)) {
        report_origin(request.query, request.http);
        return request.reply.send(refuse_polling(EngineRefusal::forbidden));
    }
    const auto exchange = request.exchange;
    auto* const connection = home_.exchanges().waiting(exchange);
    if (connection == nullptr) return;  // Nobody waits for an answer.
    auto place = home_.address_gate().admit(request.http, connection->connection());
    if (!place) return request.reply.send(AddressGate::refusal());
    request.place = *std::move(place);
    const auto waiting = std::make_shared<EngineRequest>(std::move(request));
    home_.admissions().ask(waiting->http, exchange, [this, waiting](const Verdict& verdict) {
        open_polling(*waiting, verdict);
    });
}

void EngineService::open_polling(EngineRequest& request, const Verdict& verdict) {
    if (home_.draining()) {
        ++home_.shard().counters().handshakes_refused;
        return request.reply.send(refuse_while_draining());
    }
    if (const auto refusal = check_handshake(verdict, request.query.protocol)) {
        report(*refusal, verdict.message, request.query, request.http);
        return request.reply.send(refuse_polling(*refusal, verdict.message));
    }
    auto& record = open_record(request.query.protocol, std::move(request.place));
    record.polling =
        std::make_unique<PollingTransport>(*this, record.session, request.query.base64_only);
    record.polling->on_get({request.exchange, request.reply,
                            initial_headers(request.http, record.session.sid()),
                            coding_for(request.http)});
    start_session(record, *record.polling, request.http);
}

std::optional<EngineRefusal> EngineService::check_handshake(const Verdict& verdict,
                                                            wire::EngineProtocol protocol) {
    auto refusal = std::optional<EngineRefusal>();
    if (!verdict.allowed) {
        refusal = EngineRefusal::forbidden;
    } else if (protocol == wire::EngineProtocol::v3 && !options().allow_eio3) {
        refusal = EngineRefusal::unsupported_protocol;
    }
    if (refusal) ++home_.shard().counters().handshakes_refused;
    return refusal;
}

// ---- The application's hooks -------------------------------------------------------------------------

namespace {

/// In Node's words.
std::pair<std::string_view, std::string> context_of(EngineRefusal refusal, std::string_view message,
                                                    const wire::EngineQuery& query,
                                                    const HttpRequest& request) {
    switch (refusal) {
        case EngineRefusal::transport_unknown: return {"transport", query.transport_text};
        case EngineRefusal::session_unknown: return {"sid", query.sid};
        case EngineRefusal::bad_handshake_method: return {"method", request.method};
        case EngineRefusal::bad_request:
            return {"name", query.sid.empty() ? "TRANSPORT_HANDSHAKE_ERROR" : "TRANSPORT_MISMATCH"};
        case EngineRefusal::forbidden:
            return {"message", std::string(message.empty() ? refusal_text(refusal) : message)};
        case EngineRefusal::unsupported_protocol:
            // Without one it counts as 3.
            return {"protocol", std::string(request.query.find("EIO").value_or("3"))};
    }
    return {};
}

}  // namespace

void EngineService::report(EngineRefusal refusal, std::string_view message,
                           const wire::EngineQuery& query, const HttpRequest& request) const {
    report(refusal,
           {static_cast<int>(refusal),
            refusal_text(refusal),
            {context_of(refusal, message, query, request)},
            request},
           query);
}

void EngineService::report_origin(const wire::EngineQuery& query,
                                  const HttpRequest& request) const {
    ++home_.shard().counters().handshakes_refused;
    report(EngineRefusal::forbidden,
           {static_cast<int>(EngineRefusal::forbidden),
            refusal_text(EngineRefusal::forbidden),
            {{"name", "INVALID_ORIGIN"}, {"origin", std::string(request.headers.get("origin"))}},
            request},
           query);
}

void EngineService::report(EngineRefusal refusal, const ConnectionError& error,
                           const wire::EngineQuery& query) const {
    const auto& request = error.request;
    home_.log().write(LogLevel::debug, "engine request refused", [&] {
        return base::LogFields{{"why", std::string(refusal_text(refusal))},
                               {"method", request.method},
                               {"transport", query.transport_text},
                               {"sid", query.sid},
                               {"origin", std::string(request.headers.get("origin"))},
                               {"address", request.address}};
    });
    const auto& told = options().connection_error;
    if (!told) return;
    (void)home_.shard().hub().guarded(request.path, "connection_error", [&] { told(error); });
}

FieldList EngineService::headers_for(const HttpRequest& request) const {
    FieldList headers;
    if (const auto& add = options().headers) {
        (void)home_.shard().hub().guarded(request.path, "headers", [&] { add(headers, request); });
    }
    return headers;
}

FieldList EngineService::initial_headers(const HttpRequest& request, std::string_view sid) const {
    FieldList headers;
    if (const auto& cookie = options().cookie) {
        headers.add("Set-Cookie", cookie_header(*cookie, sid));
    }
    for (const auto* add : {&options().initial_headers, &options().headers}) {
        if (!*add) continue;
        (void)home_.shard().hub().guarded(request.path, "headers",
                                          [&] { (*add)(headers, request); });
    }
    return headers;
}

// ---- Sessions ----------------------------------------------------------------------------------------

EngineService::Record& EngineService::open_record(wire::EngineProtocol protocol,
                                                  shard::AddressPlace place) {
    std::array<std::uint8_t, wire::session_id_random_bytes> random{};
    home_.shard().random().fill(random);
    const auto sid =
        wire::make_session_id(static_cast<std::uint8_t>(home_.shard().index()), random);
    auto record = std::make_unique<Record>(sid, protocol, context_);
    auto& opened = *record;
    records_.insert(Slot{std::move(record)});
    if (place) address_places_.emplace(&opened.session, std::move(place));
    home_.network().shards().count_session(+1);
    return opened;
}

void EngineService::start_session(Record& record, engine::TransportPort& transport,
                                  const HttpRequest& request) {
    auto owner = route_.make_owner(home_.shard(), record.session, make_handshake(request));
    record.port = std::move(owner.port);
    record.session.open(transport, *record.port);
    if (owner.start) owner.start();
}

EngineService::Record* EngineService::find(std::string_view sid) noexcept {
    const auto found = records_.find(sid);
    return found == records_.end() ? nullptr : found->record.get();
}

void EngineService::on_session_closed(engine::Session& session) {
    const auto found = records_.find(session.sid());
    if (found == records_.end()) return;
    auto record = std::move(found->record);
    records_.erase(found);
    if (!address_places_.empty()) address_places_.erase(&session);
    home_.network().shards().count_session(-1);
    if (home_.draining() && session.transport_kind() == engine::TransportKind::polling) {
        departed_.emplace(session.sid());
    }
    if (record->polling && record->polling->lingering()) {
        auto lingering = std::make_unique<Lingering>();
        lingering->polling = std::move(record->polling);
        lingering_.emplace(session.sid(), std::move(lingering));
    }
    home_.shard().bury(std::move(record));
}

void EngineService::forget_polling(const std::string& sid) {
    auto* record = find(sid);
    if (record == nullptr || !record->polling) return;
    auto retired = std::make_unique<Lingering>();
    retired->polling = std::move(record->polling);
    home_.shard().bury(std::move(retired));
}

void EngineService::forget_lingering(const std::string& sid) {
    const auto found = lingering_.find(sid);
    if (found == lingering_.end()) return;
    auto lingering = std::move(found->second);
    lingering_.erase(found);
    home_.shard().bury(std::move(lingering));
}

std::vector<std::string> EngineService::sids() const {
    std::vector<std::string> all;
    all.reserve(records_.size());
    for (const auto& slot : records_) all.emplace_back(slot.sid());
    return all;
}

void EngineService::shut_down(const std::string& sid) {
    if (auto* record = find(sid)) record->session.close(DisconnectReason::server_shutting_down);
}

// ---- WebSocket ---------------------------------------------------------------------------------------

void EngineService::upgrade(HttpConnection& connection, HttpRequest request) {
    const auto query = wire::read_engine_query(request.query);
    const auto refuse = [&](EngineRefusal refusal) {
        report(refusal, {}, query, request);
        refuse_connection(connection, refuse_upgrade(refusal));
    };
    if (query.transport == wire::TransportName::other || !options().allow_websocket) {
        return refuse(EngineRefusal::transport_unknown);
    }
    if (!query.sid.empty()) {
        const auto* record = find(query.sid);
        if (record == nullptr) return refuse(EngineRefusal::session_unknown);
        if (record->session.protocol() != query.protocol) return refuse(EngineRefusal::bad_request);
        return attach_websocket(connection, query, request, {});
    }
    if (request.method != "GET") return refuse(EngineRefusal::bad_handshake_method);
    if (query.transport != wire::TransportName::websocket) {
        return refuse(EngineRefusal::bad_request);
    }
    if (!is_admitted_origin(options(), request)) {
        report_origin(query, request);
        return refuse_connection(connection, refuse_upgrade(EngineRefusal::forbidden));
    }
    auto place = home_.address_gate().admit(request, connection.connection());
    if (!place) return refuse_connection(connection, AddressGate::refusal());
    const auto exchange = connection.exchange();
    const auto waiting = std::make_shared<UpgradeRequest>(
        UpgradeRequest{query, std::move(request), *std::move(place)});
    home_.admissions().ask(waiting->http, exchange,
                           [this, exchange, waiting](const Verdict& verdict) {
                               auto* still_there = home_.exchanges().waiting(exchange);
                               if (still_there != nullptr)
                                   open_websocket(*still_there, *waiting, verdict);
                           });
}

void EngineService::open_websocket(HttpConnection& connection, UpgradeRequest& request,
                                   const Verdict& verdict) {
    if (home_.draining()) {
        ++home_.shard().counters().handshakes_refused;
        return refuse_connection(connection, refuse_while_draining());
    }
    if (const auto refusal = check_handshake(verdict, request.query.protocol)) {
        report(*refusal, verdict.message, request.query, request.http);
        return refuse_connection(connection, refuse_upgrade(*refusal, verdict.message));
    }
    attach_websocket(connection, request.query, request.http, std::move(request.place));
}

void EngineService::attach_websocket(HttpConnection& connection, const wire::EngineQuery& query,
                                     const HttpRequest& request, shard::AddressPlace place) {
    if (auto fault = check_websocket_request(request, options())) {
        return refuse_connection(connection, std::move(*fault));
    }
    auto* record =
        query.sid.empty() ? &open_record(query.protocol, std::move(place)) : find(query.sid);
    auto headers =
        query.sid.empty() ? initial_headers(request, record->session.sid()) : headers_for(request);
    auto& socket = connection.connection();
    auto rest = connection.take_over();
    auto owned = std::make_unique<WebSocketTransport>(socket, record->session, query.base64_only);
    auto& transport = *owned;
    transport.accept(request, std::move(headers));
    socket.replace_protocol(std::move(owned));
    if (query.sid.empty()) {
        start_session(*record, transport, request);
    } else if (!record->session.begin_upgrade(transport)) {
        // The session goes on where it is; this connection is one too many.
        transport.retire();
    }
    if (!rest.empty() && socket.is_open()) transport.on_bytes(rest);
    // A client that sent much while its admission was waited for.
    if (socket.is_open()) socket.resume_reading();
}

}  // namespace socketio::transport
