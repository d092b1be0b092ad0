#pragma once
// The API without a server: requests go to handlers, and everything happens at once, on one thread.

#include "api/routes/handlers.hpp"
#include "api/routes/rows_upload.hpp"
#include "support/memory_charts.hpp"
#include <socketio/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace chartcast::api {

/// deals: id (key), region (access), amount. log: text, without a key. bar: a raw chart.
inline config::Settings world_settings() {
    config::Settings settings;
    config::DatasetSettings deals;
    deals.id = "deals";
    deals.definition.fields = {{"id", live::FieldType::string},
                               {"region", live::FieldType::string},
                               {"amount", live::FieldType::number}};
    deals.definition.key = {"id"};
    deals.definition.row_access = "region";
    deals.access_claim = "regions";
    deals.source = config::PushSource{};
    config::DatasetSettings log;
    log.id = "log";
    log.definition.fields = {{"text", live::FieldType::string}};
    settings.datasets = {deals, log};
    config::ChartSettings map;
    map.id = "map";
    map.data = {"deals"};
    config::ChartSettings bar;
    bar.id = "bar";
    bar.option = socketio::Object{{"a", 1}};
    settings.charts = {map, bar};
    settings.auth.embed = config::EmbedSettings{"secret", std::chrono::hours(1)};
    return settings;
}

inline auth::Identity publisher() {
    auth::Identity who;
    who.kind = auth::Identity::Kind::api_key;
    who.name = "erp";
    who.can = {"publish:*", "view:*", "edit:*", "tokens"};
    return who;
}
inline auth::Identity viewer_of(const char* region) {
    auth::Identity who;
    who.kind = auth::Identity::Kind::jwt;
    who.name = "anna";
    who.claims = socketio::Object{{"regions", socketio::Array{region}}};
    return who;
}

class ApiWorld {
public:
    ApiWorld() : charts(world_settings()) {
        services.charts = &charts;
        services.post = [](unsigned, const Services::Work& work) { work(); };
        services.current_shard = [] { return 0U; };
        services.offload = [](const Services::Work& work) { work(); };
        services.now = [this] { return now; };
        services.issue = [](const auto& wanted) { return "token of " + wanted.charts.front(); };
    }

    /// `target` names the dataset or chart behind /api/v1/datasets/ or /api/v1/charts/.
    Call call(std::string method, std::string target) {
        auto request = std::make_shared<socketio::HttpRequest>();
        request->method = std::move(method);
        request->target = target;
        request->path = target.substr(0, target.find('?'));
        if (const auto question = target.find('?'); question != std::string::npos) {
            request->query = socketio::parse_query(target.substr(question + 1));
        }
        const auto from = request->path.find('/', 1 + std::string_view("/api/v1").size());
        const auto id = from == std::string::npos ? "" : request->path.substr(from + 1);
        request->parameters.add("id", id.substr(0, id.find('/')));
        for (const auto& [name, value] : headers) request->headers.add(name, value);
        request->body = body;
        return {request, [this](socketio::HttpResponse response) { answer = std::move(response); },
                who};
    }

    /// The answer's status and body.
    std::string ask(Handler handler, std::string method, std::string target) {
        answer.reset();
        handler(services, call(std::move(method), std::move(target)));
        return said();
    }
    std::string ask(JsonHandler handler, std::string method, std::string target,
                    std::string_view json) {
        answer.reset();
        body = json;
        handler(services, call(std::move(method), std::move(target)), *socketio::parse_json(json));
        return said();
    }

    /// An upload whose body is still to come; empty when its head is wrong.
    std::shared_ptr<RowsUpload> upload(std::string target, std::string_view type) {
        answer.reset();
        paused = true;
        headers.emplace_back("content-type", type);
        const auto request = call("POST", std::move(target));
        headers.pop_back();
        auto head = upload_head_of(*request.request, std::nullopt);
        if (!head) {
            request.refuse(head.error());
            return nullptr;
        }
        const RowsUpload::Flow flow{[this] { paused = true; }, [this] { paused = false; },
                                    [](std::chrono::milliseconds) {}};
        auto made = std::make_shared<RowsUpload>(services, request, std::move(*head), flow);
        made->start();
        return made;
    }
    std::string post(std::string target, std::string_view type, std::string_view text) {
        const auto made = upload(std::move(target), type);
        if (made && !answer) made->on_data(text);
        if (made && !answer) made->on_end();
        return said();
    }

    [[nodiscard]] std::string said() const {
        if (!answer) return "nothing";
        const auto bytes = answer->body.view();
        const auto parsed = socketio::parse_json(bytes);
        const auto* object = parsed ? parsed->if_object() : nullptr;
        const auto* code = object ? object->find("code") : nullptr;
        return std::to_string(answer->status) + ' ' +
               (code ? code->as_string() : std::string(bytes));
    }
    [[nodiscard]] socketio::Value member(std::string_view name) const {
        const auto parsed = socketio::parse_json(answer->body.view());
        const auto* found = parsed->as_object().find(name);
        return found ? *found : socketio::Value();
    }

    tests::MemoryCharts charts;
    Services services;
    auth::Identity who = publisher();
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::optional<socketio::HttpResponse> answer;
    bool paused = false;
    std::int64_t now = 1'000;
};

}  // namespace chartcast::api
