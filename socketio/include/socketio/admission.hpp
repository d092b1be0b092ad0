#pragma once
// Whether a client may open a session: asked once for each handshake, answered at once or later.

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace socketio {

namespace transport {
class AdmissionPort;
}

struct HttpRequest;

/// Answers one handshake, at once or later, from any thread as long as the server lives. Copies answer the
/// same one; only the first answer counts, and none once the client has gone. When the last copy goes without
/// an answer, or Options::admission_timeout is over, the client is refused and the log says why.
class AdmissionReply {
public:
    AdmissionReply() = default;
    explicit AdmissionReply(std::shared_ptr<transport::AdmissionPort> port) noexcept
        : port_(std::move(port)) {}

    void allow() const;
    /// `message` is what the client reads; "Forbidden" when it is empty.
    void refuse(std::string message = {}) const;

private:
    std::shared_ptr<transport::AdmissionPort> port_;
};

/// Runs on the shard of the session to be and must not block. The request is valid during the call. One that
/// throws has let go of its reply.
using AdmissionHandler = std::function<void(const HttpRequest&, AdmissionReply)>;

}  // namespace socketio
