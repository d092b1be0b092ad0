#pragma once
// One request to the API whose sender is known. Copies answer the same request; any thread.

#include "api/problem.hpp"
#include "auth/identity.hpp"
#include <socketio/http.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace chartcast::api {

struct Call {
    std::shared_ptr<const socketio::HttpRequest> request;
    /// Only the first answer counts. Any thread.
    std::function<void(socketio::HttpResponse)> answer;
    auth::Identity who;

    [[nodiscard]] std::string id() const { return std::string(request->parameters.get("id")); }
    void refuse(const Problem& problem) const { answer(respond(problem)); }
};

}  // namespace chartcast::api
