#pragma once
// Behind HttpReply. Any thread.

#include "socketio/http.hpp"

namespace socketio::transport {

class HttpReplyPort {
public:
    virtual ~HttpReplyPort() = default;
    virtual void send(HttpResponse response) = 0;
};

}  // namespace socketio::transport
