#include "program/internal_server.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace chartcast::program {

using socketio::HttpReply;
using socketio::HttpRequest;
using socketio::HttpResponse;
using socketio::Object;

namespace {

socketio::Options options_for(const config::ListenAddress& listen) {
    socketio::Options options;
    options.address = listen.address;
    options.port = listen.port;
    options.serve_client = false;
    options.allow_request = [](const HttpRequest&, const socketio::AdmissionReply& reply) {
        reply.refuse("this listener is for operators");
    };
    // A scrape or two at a time; whoever opens more is no operator.
    options.connections_max = 256;
    options.writer = socketio::Writer::send;
    return options;
}

HttpResponse uncached(unsigned status, const Object& body) {
    auto response = HttpResponse::json(status, body);
    response.headers.add("cache-control", "no-store");
    return response;
}

}  // namespace

HttpResponse health_answer(const Readiness& readiness) {
    Object body{{"status", readiness.degraded.empty() ? "ok" : "degraded"},
                {"version", CHARTCAST_VERSION}};
    if (!readiness.degraded.empty()) body.append("degraded", readiness.degraded);
    return uncached(200, body);
}

HttpResponse readiness_answer(const Readiness& readiness) {
    Object body{{"ready", readiness.ready}};
    if (!readiness.degraded.empty()) body.append("degraded", readiness.degraded);
    return uncached(readiness.ready ? 200 : 503, body);
}

InternalServer::InternalServer(const config::ListenAddress& listen, socketio::Server& main,
                               Pages pages)
    : main_(main), pages_(std::move(pages)), server_(options_for(listen)) {
    const auto serve = [this](std::string_view path, std::function<HttpResponse()> answer) {
        server_.on_http(
            "GET", path,
            [this, answer = std::move(answer)](const HttpRequest&, const HttpReply& reply) {
                main_.post(0, [answer, reply] { reply.send(answer()); });
            });
    };
    server_.on_http("GET", "/metrics", [this](const HttpRequest&, const HttpReply& reply) {
        main_.post(0, [this, reply] {
            pages_.metrics([reply](std::string text) {
                HttpResponse response;
                response.headers.add("content-type", "text/plain; version=0.0.4; charset=utf-8");
                response.headers.add("cache-control", "no-store");
                response.body = std::move(text);
                reply.send(std::move(response));
            });
        });
    });
    serve("/healthz", [this] { return health_answer(pages_.readiness()); });
    serve("/readyz", [this] { return readiness_answer(pages_.readiness()); });
    server_.listen();
}

InternalServer::~InternalServer() {
    server_.stop();
    thread_.join();
}

void InternalServer::start() {
    boost::asio::post(thread_, [this] { server_.run(false); });
}

}  // namespace chartcast::program
