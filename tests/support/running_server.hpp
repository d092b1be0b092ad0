#pragma once
// A server on a thread of its own until the end of the test.

#include "socketio/server.hpp"

#include <thread>

namespace socketio::test {

class RunningServer {
public:
    explicit RunningServer(Server& server) : server_(server) {
        server_.listen();
        thread_ = std::jthread([this] { server_.run(false); });
    }
    ~RunningServer() { server_.stop(); }

private:
    Server& server_;
    std::jthread thread_;
};

}  // namespace socketio::test
