#include "transport/peer_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace socketio::transport {
namespace {

sockaddr_storage peer(const std::string& address) {
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
        storage.ss_family = AF_INET;
    } else if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
        storage.ss_family = AF_INET6;
    }
    return storage;
}

shard::AddressKey key(std::string_view address) {
    return address_key(wire::IpAddress::parse(address).value());
}

TEST(PeerAddress, IsTheNumericText) {
    for (const auto* address : {"192.0.2.1", "2001:db8::7", "::1"}) {
        EXPECT_EQ(address_text(peer(address)), address);
    }
    EXPECT_EQ(address_text(peer("::ffff:192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(address_text({}), "");
}

TEST(PeerAddress, IsTheSameAsBytes) {
    for (const auto* address : {"192.0.2.1", "2001:db8:1:2::1", "::1", "::ffff:192.0.2.1"}) {
        EXPECT_EQ(ip_address(peer(address)), wire::IpAddress::parse(address)) << address;
    }
    EXPECT_FALSE(ip_address({})) << "a unix socket has none";
}

TEST(AddressKey, IsTheWholeAddressOfIPv4) {
    EXPECT_EQ(key("192.0.2.1"), key("192.0.2.1"));
    EXPECT_NE(key("192.0.2.1"), key("192.0.2.2"));
    EXPECT_EQ(key("::ffff:192.0.2.1"), key("192.0.2.1"));
}

TEST(AddressKey, IsTheNetworkOfIPv6) {
    EXPECT_EQ(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    EXPECT_NE(key("::1"), key("0.0.0.1"));
    EXPECT_EQ(key("fe80::1%eth0"), key("fe80::1"));
}

}  // namespace
}  // namespace socketio::transport
