// How long a client's sockets know the request that opened its session: Options::keep_request.

#include "hub/client.hpp"
#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

using Protocol = wire::EngineProtocol;

class KeepRequestTest : public testing::Test {
protected:
    KeepRequestTest() { watch(world.root()); }

    /// Notes what each of its handlers sees.
    Namespace& watch(Namespace& nsp) {
        nsp.use([this, &nsp](Socket& socket, const Next& next) {
            note(nsp.name() + " middleware", socket);
            next();
        });
        nsp.on_connection([this, &nsp](Socket& socket) {
            note(nsp.name() + " connection", socket);
            sockets.push_back(&socket);
        });
        return nsp;
    }

    void note(const std::string& where, const Socket& socket) {
        const auto cookie = std::string(socket.handshake().headers().get("cookie"));
        EXPECT_EQ(socket.handshake().url(), cookie.empty() ? "" : "/socket.io/?EIO=4");
        seen.push_back(where + ": " + cookie);
    }

    [[nodiscard]] bool has_request(std::size_t socket) const {
        return sockets.at(socket)->handshake().request != nullptr;
    }

    TestClient& connect_engine(Protocol protocol = Protocol::v4) {
        OpeningRequest request{"/socket.io/?EIO=4", {}};
        request.headers.add("cookie", "user=1");
        Handshake handshake;
        handshake.request = std::make_shared<const OpeningRequest>(std::move(request));
        handshake.query.add("EIO", "4");
        handshake.address = "192.0.2.1";
        return world.connect_engine(protocol, std::move(handshake));
    }

    World world;
    Texts seen;
    std::vector<Socket*> sockets;
};

TEST_F(KeepRequestTest, GoesAfterTheConnectionHandlersOfTheOnlyNamespace) {
    world.root().on_connection([this](Socket& socket) { note("last handler", socket); });
    connect_engine().send("0");
    EXPECT_EQ(seen,
              (Texts{"/ middleware: user=1", "/ connection: user=1", "last handler: user=1"}));
    EXPECT_FALSE(has_request(0));
    EXPECT_EQ(sockets[0]->handshake().headers().get("cookie"), "");
    EXPECT_EQ(sockets[0]->handshake().query.get("EIO"), "4");
    EXPECT_EQ(sockets[0]->handshake().address, "192.0.2.1");
}

TEST_F(KeepRequestTest, StaysWhileAnotherNamespaceMayBeJoined) {
    watch(world.make_namespace("/admin"));
    auto& client = connect_engine();
    client.send("0");
    EXPECT_TRUE(has_request(0));
    client.send("0/admin,{\"a\":1}");
    EXPECT_EQ(seen, (Texts{"/ middleware: user=1", "/ connection: user=1",
                           "/admin middleware: user=1", "/admin connection: user=1"}));
    EXPECT_FALSE(has_request(0));
    EXPECT_FALSE(has_request(1)) << "a handshake of its own, with its own auth";
    client.send("1/admin,");
    client.send("0/admin,");
    EXPECT_EQ(seen.back(), "/admin connection: ") << "who comes back finds it gone";
}

TEST_F(KeepRequestTest, StaysForAClientThatLeftWhatItHadJoined) {
    watch(world.make_namespace("/admin"));
    auto& client = connect_engine();
    client.send("0");
    client.send("1");
    client.send("0/admin,");
    EXPECT_TRUE(has_request(1)) << "the root may be joined again";
    client.send("0");
    EXPECT_EQ(seen.back(), "/ connection: user=1");
    EXPECT_FALSE(has_request(2));
    EXPECT_FALSE(has_request(1));
}

TEST_F(KeepRequestTest, StaysWhileAMiddlewareOfTheLastNamespaceHasNotDecided) {
    std::optional<Next> waiting;
    auto& slow = world.make_namespace("/slow");
    slow.use([&](Socket&, const Next& next) { waiting = next; });
    watch(slow);
    auto& client = connect_engine();
    client.send("0/slow,");
    client.send("0");
    EXPECT_TRUE(has_request(0));
    (*waiting)();
    EXPECT_EQ(seen.back(), "/slow connection: user=1");
    EXPECT_FALSE(has_request(0));
    EXPECT_FALSE(has_request(1));
}

TEST_F(KeepRequestTest, StaysWhenTheClientIsRefused) {
    for (const auto keep : {KeepRequest::while_joinable, KeepRequest::until_connected}) {
        World refusing;
        refusing.options.keep_request = keep;
        Texts cookies;
        refusing.root().use([&](Socket& socket, const Next& next) {
            cookies.emplace_back(socket.handshake().headers().get("cookie"));
            cookies.size() == 1 ? next.refuse("not yet") : next();
        });
        OpeningRequest request;
        request.headers.add("cookie", "user=1");
        Handshake handshake;
        handshake.request = std::make_shared<const OpeningRequest>(std::move(request));
        auto& client = refusing.connect_engine(Protocol::v4, std::move(handshake));
        client.send("0");
        client.send("0");
        EXPECT_EQ(cookies, (Texts{"user=1", "user=1"}));
        EXPECT_EQ(client.read().back().substr(0, 2), "0{");
    }
}

TEST_F(KeepRequestTest, UntilConnectedGoesWithTheFirstNamespace) {
    world.options.keep_request = KeepRequest::until_connected;
    watch(world.make_namespace("/admin"));
    auto& client = connect_engine();
    client.send("0");
    EXPECT_FALSE(has_request(0));
    client.send("0/admin,");
    EXPECT_EQ(seen, (Texts{"/ middleware: user=1", "/ connection: user=1",
                           "/admin middleware: ", "/admin connection: "}));
    EXPECT_EQ(sockets[1]->handshake().address, "192.0.2.1");
}

TEST_F(KeepRequestTest, UntilConnectedGoesAlsoWhenAConnectionHandlerSendsTheClientAway) {
    world.options.keep_request = KeepRequest::until_connected;
    world.root().on_connection([](Socket& socket) { socket.disconnect(); });
    auto& client = connect_engine();
    client.send("0");
    client.send("0");
    EXPECT_EQ(seen.front(), "/ middleware: user=1");
    EXPECT_EQ(seen.back(), "/ connection: ");
}

TEST_F(KeepRequestTest, AlwaysIsAsLongAsTheSession) {
    world.options.keep_request = KeepRequest::always;
    watch(world.make_namespace("/admin"));
    auto& client = connect_engine();
    client.send("0");
    client.send("0/admin,");
    EXPECT_TRUE(has_request(0));
    EXPECT_TRUE(has_request(1));
    client.send("1/admin,");
    client.send("0/admin,");
    EXPECT_EQ(seen.back(), "/admin connection: user=1");
}

TEST_F(KeepRequestTest, EveryHandlerOnTheStackStillSeesIt) {
    for (const auto keep : {KeepRequest::while_joinable, KeepRequest::until_connected}) {
        seen.clear();
        World nested;
        nested.options.keep_request = keep;
        std::optional<Next> waiting;
        auto& inner = nested.make_namespace("/inner");
        inner.use([&](Socket&, const Next& next) { waiting = next; });
        nested.root().on_connection([&](Socket& socket) {
            (*waiting)();
            seen.emplace_back(socket.handshake().headers().get("cookie"));
            sockets.push_back(&socket);
        });
        OpeningRequest request;
        request.headers.add("cookie", "user=1");
        Handshake handshake;
        handshake.request = std::make_shared<const OpeningRequest>(std::move(request));
        auto& client = nested.connect_engine(Protocol::v4, std::move(handshake));
        client.send("0/inner,");
        client.send("0");
        EXPECT_EQ(seen, Texts{"user=1"});
        EXPECT_EQ(sockets.back()->handshake().request, nullptr) << "and then it goes";
    }
}

TEST_F(KeepRequestTest, Version3NamespacesWithAQueryOfTheirOwnFollowTheSameRule) {
    auto& chat = watch(world.make_namespace("/chat"));
    chat.on_connection([](Socket& socket) {
        EXPECT_EQ(socket.handshake().query.get("token"), "1");
        EXPECT_EQ(socket.handshake().query.get("EIO"), "4");
    });
    auto& client = connect_engine(Protocol::v3);
    EXPECT_TRUE(has_request(0)) << "connected to the root by itself";
    client.send("0/chat?token=1,");
    EXPECT_EQ(seen, (Texts{"/ middleware: user=1", "/ connection: user=1",
                           "/chat middleware: user=1", "/chat connection: user=1"}));
    EXPECT_FALSE(has_request(0));
    EXPECT_FALSE(has_request(1));
    EXPECT_EQ(sockets[1]->handshake().query.get("token"), "1");
}

TEST_F(KeepRequestTest, WhoHoldsItKeepsIt) {
    std::shared_ptr<const OpeningRequest> held;
    world.root().on_connection([&](Socket& socket) { held = socket.handshake().request; });
    connect_engine().send("0");
    EXPECT_FALSE(has_request(0));
    EXPECT_EQ(held->headers.get("cookie"), "user=1");
}

}  // namespace
}  // namespace socketio::hub
