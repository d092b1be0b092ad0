// Who a request comes from: what a trusted proxy says, and nobody else.
#include "wire/client_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio::wire {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

ClientAddress client(const ClientAddress& peer, const Headers& headers,
                     const std::vector<std::string>& trusted) {
    FieldList fields;
    for (const auto& [name, value] : headers) fields.add(name, value);
    return client_address(peer, fields, TrustedProxies(trusted));
}

/// Of a peer at 10.0.0.1, with 10.0.0.0/8 trusted.
std::string address(const Headers& headers) {
    return client({"10.0.0.1", false}, headers, {"10.0.0.0/8"}).address;
}

bool secure(const Headers& headers) {
    return client({"10.0.0.1", false}, headers, {"10.0.0.0/8"}).secure;
}

TEST(ClientAddress, IsThePeersUnlessThatIsTrusted) {
    const Headers claims{{"x-forwarded-for", "192.0.2.1"}, {"x-forwarded-proto", "https"}};
    for (const auto& trusted :
         std::vector<std::vector<std::string>>{{}, {"10.0.0.0/8"}, {"unix"}}) {
        const auto found = client({"203.0.113.5", false}, claims, trusted);
        EXPECT_EQ(found.address, "203.0.113.5");
        EXPECT_FALSE(found.secure);
    }
    EXPECT_TRUE(client({"203.0.113.5", true}, {{"x-forwarded-proto", "http"}}, {}).secure);
}

TEST(ClientAddress, IsWhatATrustedProxySays) {
    EXPECT_EQ(address({{"x-forwarded-for", "192.0.2.1"}}), "192.0.2.1");
    EXPECT_EQ(address({{"x-forwarded-for", " 2001:DB8::1 "}}), "2001:db8::1");
    EXPECT_EQ(address({{"x-forwarded-for", "192.0.2.1:4711"}}), "192.0.2.1");
    EXPECT_EQ(address({{"x-forwarded-for", "[2001:db8::1]:4711"}}), "2001:db8::1");
    EXPECT_EQ(address({{"x-forwarded-for", "[2001:db8::1]"}}), "2001:db8::1");
    EXPECT_EQ(address({}), "10.0.0.1") << "it speaks for itself";
}

TEST(ClientAddress, IsTheLastOneThatIsNoProxy) {
    EXPECT_EQ(address({{"x-forwarded-for", "198.51.100.9, 192.0.2.1, 10.0.0.7, 10.0.0.8"}}),
              "192.0.2.1")
        << "what stands left of it is the client's own claim";
    EXPECT_EQ(address({{"x-forwarded-for", "198.51.100.9"},
                       {"x-forwarded-for", "192.0.2.1"},
                       {"x-forwarded-for", "10.0.0.7"}}),
              "192.0.2.1")
        << "several headers are one list";
    EXPECT_EQ(address({{"x-forwarded-for", "10.0.0.9,10.0.0.8"}}), "10.0.0.9")
        << "nobody but proxies";
}

TEST(ClientAddress, EndsWhereAnEntryIsNoAddress) {
    for (const auto* entry : {"unknown", "_hidden", "", "192.0.2.1.5", "[::x", "\"192.0.2.1\""}) {
        const std::string list = std::string("192.0.2.1, ") + entry + ", 10.0.0.7";
        EXPECT_EQ(address({{"x-forwarded-for", list}}), "10.0.0.7") << entry;
    }
}

TEST(ClientAddress, LooksAtNoMoreThanThirtyTwoProxies) {
    std::string list = "192.0.2.1";
    for (int i = 0; i < 31; ++i) list += ",10.0.0.1";
    EXPECT_EQ(address({{"x-forwarded-for", list}}), "192.0.2.1");
    EXPECT_EQ(address({{"x-forwarded-for", list + ",10.0.0.1"}}), "10.0.0.1");
    std::string long_list(1'000'000, ',');
    EXPECT_EQ(address({{"x-forwarded-for", long_list}}), "10.0.0.1");
}

TEST(ClientAddress, IsSecureWhenItsProxySaysSo) {
    EXPECT_TRUE(secure({{"x-forwarded-proto", "https"}}));
    EXPECT_TRUE(secure({{"x-forwarded-proto", "WSS"}}));
    EXPECT_FALSE(secure({{"x-forwarded-proto", "http"}}));
    EXPECT_FALSE(secure({{"x-forwarded-proto", "httpsx"}}));
    EXPECT_FALSE(secure({}));
    EXPECT_FALSE(client({"10.0.0.1", true}, {{"x-forwarded-proto", "http"}}, {"10.0.0.1"}).secure)
        << "only its own connection to us has TLS";
}

TEST(ClientAddress, TakesTheProtocolFromTheProxyThatNamedTheClient) {
    EXPECT_TRUE(
        secure({{"x-forwarded-for", "192.0.2.1, 10.0.0.7"}, {"x-forwarded-proto", "https, http"}}));
    EXPECT_FALSE(secure({{"x-forwarded-for", "192.0.2.1"}, {"x-forwarded-proto", "https, http"}}))
        << "the first entry is the client's own claim";
    EXPECT_TRUE(
        secure({{"x-forwarded-for", "192.0.2.1, 10.0.0.7"}, {"x-forwarded-proto", "https"}}))
        << "one proxy says it for all";
}

TEST(ClientAddress, TrustsUnixPeersByTheirOwnName) {
    const Headers headers{{"x-forwarded-for", "192.0.2.1"}};
    EXPECT_EQ(client({"", false}, headers, {"unix"}).address, "192.0.2.1");
    EXPECT_EQ(client({"", false}, headers, {"0.0.0.0/0", "::/0"}).address, "");
    EXPECT_EQ(client({"10.0.0.1", false}, headers, {"unix"}).address, "10.0.0.1");
}

TEST(TrustedProxies, KnowWhatAnEntryIs) {
    for (const auto* entry : {"unix", "10.0.0.0/8", "::1", "127.0.0.1"}) {
        EXPECT_TRUE(TrustedProxies::is_entry(entry)) << entry;
    }
    for (const auto* entry : {"", "Unix", "localhost", "10.0.0.0/40", "*"}) {
        EXPECT_FALSE(TrustedProxies::is_entry(entry)) << entry;
    }
    EXPECT_TRUE(TrustedProxies().empty());
    EXPECT_FALSE(TrustedProxies({"unix"}).empty());
}

}  // namespace
}  // namespace socketio::wire
