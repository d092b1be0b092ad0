#include "api/routes/api.hpp"

#include "api/parameters.hpp"
#include "api/routes/access.hpp"
#include "api/routes/cross_origin.hpp"
#include "api/routes/event_stream.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/rows_upload.hpp"
#include "embedded/api_files.hpp"
#include <socketio/server.hpp>

#include <array>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace chartcast::api {
namespace {

using live::Operation;
using socketio::HttpReply;
using socketio::HttpRequest;
using socketio::Server;

// ---- The table -------------------------------------------------------------------------------------

/// A body of rows; nothing: the query says the operation.
struct Upload {
    std::optional<Operation> operation;
};
struct Events {};
/// The description of this API, for everybody.
struct Description {};
/// In the API's plan, and not in this build.
struct Missing {};
using Action = std::variant<Handler, JsonHandler, Upload, Events, Description, Missing>;

struct Route {
    RouteName name;
    Action action;
};

constexpr std::string_view rows_path = "/api/v1/datasets/{id}/rows";
constexpr std::string_view row_path = "/api/v1/datasets/{id}/rows/{key}";
constexpr std::string_view option_path = "/api/v1/charts/{id}/option";

const std::array table{
    Route{{"POST", rows_path}, Upload{}},
    Route{{"PUT", rows_path}, Upload{Operation::replace}},
    Route{{"PATCH", rows_path}, Upload{Operation::upsert}},
    Route{{"GET", rows_path}, Handler(get_rows)},
    Route{{"GET", "/api/v1/datasets/{id}/rows.json"}, Handler(get_rows)},
    Route{{"GET", "/api/v1/datasets/{id}/rows.csv"}, Handler(get_rows)},
    Route{{"PATCH", row_path}, JsonHandler(patch_row)},
    Route{{"DELETE", row_path}, Handler(delete_row)},
    Route{{"GET", "/api/v1/datasets/{id}/history"}, Handler(get_history)},
    Route{{"POST", "/api/v1/publish"}, JsonHandler(publish_parts)},
    Route{{"GET", "/api/v1/charts"}, Handler(get_charts)},
    Route{{"GET", option_path}, Handler(get_option)},
    Route{{"PUT", option_path}, JsonHandler(put_option)},
    Route{{"PATCH", option_path}, JsonHandler(patch_option)},
    Route{{"GET", "/api/v1/charts/{id}/events"}, Events{}},
    Route{{"GET", "/api/v1/charts/{id}/image.svg"}, Missing{}},
    Route{{"GET", "/api/v1/charts/{id}/image.png"}, Missing{}},
    Route{{"GET", "/api/v1/dashboards"}, Handler(get_dashboards)},
    Route{{"GET", "/api/v1/dashboards/{id}"}, Handler(get_dashboard)},
    Route{{"POST", "/api/v1/tokens"}, JsonHandler(post_token)},
    Route{{"GET", "/api/v1/openapi.json"}, Description{}},
};

// ---- From a request to its handler -----------------------------------------------------------------

/// With the sender known, on the shard that the request came in on.
template <class Then>
void identified(const Services& services, const HttpRequest& request, const LabelledReply& reply,
                Then then) {
    Call call;
    call.request = std::make_shared<const HttpRequest>(request);
    call.answer = [reply](socketio::HttpResponse response) { reply.send(std::move(response)); };
    services.identify(
        request, [&services, call, then = std::move(then)](auth::Verdict verdict) mutable {
            if (!verdict) {
                audit(services, *call.request, {}, to_string(verdict.error()));
                return call.answer(unidentified(verdict.error()));
            }
            call.who = std::move(*verdict);
            // Refusals are made on shards, whatever other answers are.
            call.answer = [&services, answer = call.answer, request = call.request,
                           who = auth::describe(call.who)](socketio::HttpResponse response) {
                if (response.status == 401) audit(services, *request, who, "missing");
                if (response.status == 403) audit(services, *request, who, "forbidden");
                answer(std::move(response));
            };
            then(call);
        });
}

class Registration {
public:
    Registration(Server& server, const Services& services, const RouteName& name)
        : server_(server), services_(services), name_(name) {}

    void operator()(Handler handler) const {
        on([&services = services_, handler](const HttpRequest& request,
                                            const LabelledReply& reply) {
            identified(services, request, reply, [&services, handler](const Call& call) {
                services.at_charts([&services, handler, call] { handler(services, call); });
            });
        });
    }

    void operator()(JsonHandler handler) const;

    void operator()(const Events&) const {
        on([&services = services_](const HttpRequest& request, const LabelledReply& reply) {
            identified(services, request, reply, [&services, reply](const Call& call) {
                services.at_charts([&services, reply, call] {
                    get_events(services, call, [&reply](socketio::HttpResponse head) {
                        return reply.stream(std::move(head));
                    });
                });
            });
        });
    }

    void operator()(const Description&) const {
        on([](const HttpRequest& request, const LabelledReply& reply) {
            reply.send(socketio::serve_file(request, api_files().front(), "public, max-age=300"));
        });
    }

    void operator()(const Missing&) const {
        on([](const HttpRequest&, const LabelledReply& reply) {
            reply.send(problem(503, "not_in_this_build",
                               "This version of chartcast does not have that yet."));
        });
    }

    void operator()(const Upload& upload) const;

private:
    void on(std::function<void(const HttpRequest&, const LabelledReply&)> handler) const {
        server_.on_http(name_.method, name_.path,
                        [&services = services_, handler = std::move(handler)](
                            const HttpRequest& request, const HttpReply& reply) {
                            handler(request, LabelledReply(services, request, reply));
                        });
    }

    Server& server_;
    const Services& services_;
    const RouteName& name_;
};

/// The connection owns the reader, the upload lives as long as it has something under way.
class UploadReader final : public socketio::HttpBodyReader {
public:
    /// Empty until the sender is known; the body is paused as long.
    using Slot = std::shared_ptr<std::shared_ptr<RowsUpload>>;

    explicit UploadReader(Slot upload) : upload_(std::move(upload)) {}

    void on_data(std::string_view piece) override {
        if (*upload_) (*upload_)->on_data(piece);
    }
    void on_end() override {
        if (*upload_) (*upload_)->on_end();
    }
    void on_abort(socketio::HttpEnd why) override {
        if (*upload_) (*upload_)->on_abort(why);
    }

private:
    Slot upload_;
};

/// A body that is taken as a whole. Read here, since the server itself refuses long ones without a word.
class WholeBodyReader final : public socketio::HttpBodyReader {
public:
    using OnBody = std::function<void(const HttpRequest& request)>;

    WholeBodyReader(const HttpRequest& request, LabelledReply reply, std::size_t bytes_max,
                    OnBody on_body)
        : request_(request),
          reply_(std::move(reply)),
          bytes_max_(bytes_max),
          on_body_(std::move(on_body)) {}

    void on_data(std::string_view piece) override {
        if (request_.body.size() + piece.size() > bytes_max_) {
            // The answer may end this reader.
            const auto reply = reply_;
            return reply.send(respond(body_too_large(bytes_max_)));
        }
        request_.body += piece;
    }
    void on_end() override {
        const auto on_body = std::move(on_body_);
        const auto request = std::move(request_);
        on_body(request);
    }
    void on_abort(socketio::HttpEnd why) override {
        if (const auto problem = broken_body(why)) reply_.send(respond(*problem));
    }

private:
    HttpRequest request_;
    LabelledReply reply_;
    std::size_t bytes_max_;
    OnBody on_body_;
};

void Registration::operator()(JsonHandler handler) const {
    const auto take = [&services = services_, handler](const Call& call) {
        auto body = json_body(*call.request);
        if (!body) return call.refuse(body.error());
        services.at_charts([&services, handler, call, body = std::move(*body)]() mutable {
            handler(services, call, std::move(body));
        });
    };
    server_.on_http_stream(
        name_.method, name_.path,
        [&services = services_, take](const HttpRequest& head, const HttpReply& to_label,
                                      const socketio::HttpBodyControl&) {
            const LabelledReply reply(services, head, to_label);
            return std::make_unique<WholeBodyReader>(
                head, reply, services.body_bytes_max,
                [&services, reply, take](const HttpRequest& request) {
                    identified(services, request, reply, take);
                });
        });
}

void Registration::operator()(const Upload& upload) const {
    server_.on_http_stream(
        name_.method, name_.path,
        [&services = services_, operation = upload.operation](
            const HttpRequest& request, const HttpReply& reply,
            const socketio::HttpBodyControl& body) -> std::unique_ptr<socketio::HttpBodyReader> {
            body.pause();
            const auto slot = std::make_shared<std::shared_ptr<RowsUpload>>();
            identified(services, request, LabelledReply(services, request, reply),
                       [&services, operation, body, slot](const Call& call) {
                           auto head = upload_head_of(*call.request, operation);
                           if (!head) return call.refuse(head.error());
                           const RowsUpload::Flow flow{
                               [body] { body.pause(); }, [body] { body.resume(); },
                               [body](auto silence_max) { body.allow_silence(silence_max); }};
                           *slot =
                               std::make_shared<RowsUpload>(services, call, std::move(*head), flow);
                           (*slot)->start();
                       });
            return std::make_unique<UploadReader>(slot);
        });
}

std::string allowed_methods(std::string_view path) {
    std::string allowed;
    for (const auto& [name, action] : table) {
        if (name.path != path) continue;
        if (!allowed.empty()) allowed += ", ";
        allowed += name.method == "GET" ? "GET, HEAD" : name.method;
    }
    return allowed;
}

/// What browsers ask before they send what a plain page cannot, and the methods that a path does not have.
void serve_other_methods(Server& server, const Services& services, std::string_view path) {
    server.on_http("OPTIONS", path,
                   [&services, allowed = allowed_methods(path)](const HttpRequest& request,
                                                                const HttpReply& reply) {
                       LabelledReply(services, request, reply).send(preflight_answer(allowed));
                   });
    server.on_http("*", path,
                   [&services, allowed = allowed_methods(path)](const HttpRequest& request,
                                                                const HttpReply& reply) {
                       auto response =
                           problem(405, "method_not_allowed", "This path has " + allowed + '.');
                       response.headers.add("allow", allowed);
                       LabelledReply(services, request, reply).send(std::move(response));
                   });
}

}  // namespace

std::span<const RouteName> route_names() {
    static const auto names = [] {
        std::vector<RouteName> list;
        list.reserve(table.size());
        for (const auto& route : table) list.push_back(route.name);
        return list;
    }();
    return names;
}

void serve_api(Server& server, const Services& services) {
    for (const auto& route : table) {
        std::visit(Registration(server, services, route.name), route.action);
    }
    std::set<std::string_view> paths;
    for (const auto& route : table) paths.insert(route.name.path);
    for (const auto path : paths) serve_other_methods(server, services, path);
}

}  // namespace chartcast::api
