// Addresses and networks: what is one, and what is the same one.
#include "wire/ip_address.hpp"

#include <gtest/gtest.h>

namespace socketio::wire {
namespace {

std::string rewritten(std::string_view text) {
    const auto address = IpAddress::parse(text);
    return address ? address->text() : "none";
}

bool holds(std::string_view network, std::string_view address) {
    const auto parsed = IpNetwork::parse(network);
    EXPECT_TRUE(parsed) << network;
    return parsed && parsed->contains(*IpAddress::parse(address));
}

TEST(IpAddress, ReadsBothFamiliesAndWritesThemInOneWay) {
    EXPECT_EQ(rewritten("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(rewritten("2001:DB8:0:0::1"), "2001:db8::1");
    EXPECT_EQ(rewritten("::"), "::");
    EXPECT_EQ(rewritten("fe80::1%eth0"), "fe80::1");
    EXPECT_EQ(rewritten("::ffff:192.0.2.1"), "192.0.2.1");
}

TEST(IpAddress, IsTheSameHoweverItIsWritten) {
    EXPECT_EQ(IpAddress::parse("::ffff:c000:201"), IpAddress::parse("192.0.2.1"));
    EXPECT_EQ(IpAddress::parse("2001:db8::1"), IpAddress::parse("2001:0db8:0:0:0:0:0:1"));
    EXPECT_NE(IpAddress::parse("192.0.2.1"), IpAddress::parse("192.0.2.2"));
    EXPECT_TRUE(IpAddress::parse("::ffff:192.0.2.1")->is_v4());
    EXPECT_FALSE(IpAddress::parse("::1")->is_v4());
}

TEST(IpAddress, RefusesWhatIsNone) {
    for (const auto* text : {"", "localhost", "192.0.2", "192.0.2.256", "192.0.2.1:80", "[::1]",
                             " 192.0.2.1", "192.0.2.1 ", ":::", "1::2::3", "0x7f.1"}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
    EXPECT_FALSE(IpAddress::parse(std::string(100'000, '1')));
    EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0x", 11))) << "a zero byte";
}

TEST(IpNetwork, HoldsWhatBeginsWithItsBits) {
    EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
    EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.255"));
    EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(holds("10.1.2.3/8", "10.9.9.9")) << "bits behind the prefix count for nothing";
    EXPECT_TRUE(holds("192.0.2.1", "192.0.2.1"));
    EXPECT_FALSE(holds("192.0.2.1", "192.0.2.2"));
    EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1")) << "IPv4 alone";
    EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_TRUE(holds("::1", "::1"));
    EXPECT_TRUE(holds("::/0", "2001:db8::1"));
    EXPECT_TRUE(holds("::ffff:10.0.0.0/104", "10.1.1.1"));
}

TEST(IpNetwork, RefusesWhatIsNone) {
    for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8",
                             "::/129", "10.0.0.0/x", "example.com/8", "10.0.0.0/8 "}) {
        EXPECT_FALSE(IpNetwork::parse(text)) << text;
    }
}

}  // namespace
}  // namespace socketio::wire
