#include "transport/peer_address.hpp"

#include <gtest/gtest.h>

#include <string>

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

TEST(PeerAddress, IsTheNumericText) {
    for (const auto* address : {"192.0.2.1", "2001:db8::7", "::1"}) {
        EXPECT_EQ(address_text(peer(address)), address);
    }
    EXPECT_EQ(address_text(peer("::ffff:192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(address_text({}), "");
}

TEST(AddressKey, IsTheWholeAddressOfIPv4) {
    EXPECT_EQ(address_key(peer("192.0.2.1")), address_key(peer("192.0.2.1")));
    EXPECT_NE(address_key(peer("192.0.2.1")), address_key(peer("192.0.2.2")));
    EXPECT_EQ(address_key(peer("::ffff:192.0.2.1")), address_key(peer("192.0.2.1")));
}

TEST(AddressKey, IsTheNetworkOfIPv6) {
    EXPECT_EQ(address_key(peer("2001:db8:1:2::1")), address_key(peer("2001:db8:1:2:ffff::9")));
    EXPECT_NE(address_key(peer("2001:db8:1:2::1")), address_key(peer("2001:db8:1:3::1")));
    EXPECT_NE(address_key(peer("::1")), address_key(peer("0.0.0.1")));
}

TEST(AddressKey, IsTheSameForTheAddressAsText) {
    for (const auto* address : {"192.0.2.1", "2001:db8:1:2::1", "::1", "::ffff:192.0.2.1"}) {
        EXPECT_EQ(address_key(std::string_view(address)), address_key(peer(address))) << address;
    }
    EXPECT_EQ(address_key(std::string_view("fe80::1%eth0")), address_key(peer("fe80::1")));
}

TEST(AddressKey, IsNoneForWhatIsNoAddress) {
    EXPECT_FALSE(address_key(sockaddr_storage{}));
    for (const auto* text :
         {"", "localhost", "192.0.2", "192.0.2.1:80", "1.2.3.4.5", "[::1]", "::g"}) {
        EXPECT_FALSE(address_key(std::string_view(text))) << text;
    }
}

}  // namespace
}  // namespace socketio::transport
