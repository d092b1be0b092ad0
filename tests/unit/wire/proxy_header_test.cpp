// PROXY headers, byte by byte: complete ones, beginnings of some, and what is none.
#include "wire/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::wire {
namespace {

using State = ProxyHeader::State;
using namespace std::string_literals;

const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;

/// Version 2: the length is that of `rest`.
std::string version_two(unsigned char command, unsigned char family, const std::string& rest) {
    std::string bytes = signature;
    bytes += static_cast<char>(command);
    bytes += static_cast<char>(family);
    bytes += static_cast<char>(rest.size() >> 8);
    bytes += static_cast<char>(rest.size() & 0xff);
    return bytes + rest;
}

const auto v4_block = "\xc0\0\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"s;  // 192.0.2.1 to port 443
const auto v6_block = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01"s + std::string(20, '\0');

std::string remark(unsigned char type, const std::string& value) {
    return std::string(1, static_cast<char>(type)) + static_cast<char>(value.size() >> 8) +
           static_cast<char>(value.size() & 0xff) + value;
}

std::string source_of(const std::string& bytes) {
    const auto header = read_proxy_header(bytes);
    EXPECT_EQ(header.state, State::complete);
    return header.source ? header.source->text() : "none";
}

TEST(ProxyHeader, OfVersionOneNamesTheClient) {
    EXPECT_EQ(source_of("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"), "192.0.2.1");
    EXPECT_EQ(source_of("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\nGET /"), "2001:db8::1");
    EXPECT_EQ(source_of("PROXY UNKNOWN\r\n"), "none");
    EXPECT_EQ(source_of("PROXY UNKNOWN ffff::1 whatever it says\r\n"), "none");
    const std::string line = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
    EXPECT_EQ(read_proxy_header(line + "\r\n\r\n").bytes, line.size());
    EXPECT_FALSE(read_proxy_header(line).secure);
}

TEST(ProxyHeader, OfVersionTwoNamesTheClient) {
    EXPECT_EQ(source_of(version_two(0x21, 0x11, v4_block)), "192.0.2.1");
    EXPECT_EQ(source_of(version_two(0x21, 0x21, v6_block) + "GET /"), "2001:db8::1");
    EXPECT_EQ(read_proxy_header(version_two(0x21, 0x11, v4_block) + "GET /").bytes, 28U);
    EXPECT_EQ(source_of(version_two(0x20, 0x00, "")), "none") << "a health check";
    EXPECT_EQ(source_of(version_two(0x20, 0x11, v4_block)), "none") << "the same with addresses";
    EXPECT_EQ(source_of(version_two(0x21, 0x00, "whatever")), "none")
        << "a family that is not said";
    EXPECT_EQ(source_of(version_two(0x21, 0x31, std::string(216, 'p'))), "none") << "a unix socket";
}

TEST(ProxyHeader, KnowsWhetherTheClientSpokeTls) {
    const auto with = [](const std::string& remarks) {
        return read_proxy_header(version_two(0x21, 0x11, v4_block + remarks));
    };
    const auto spoke_tls = "\x01\0\0\0\0"s;
    EXPECT_TRUE(with(remark(0x20, spoke_tls)).secure);
    EXPECT_TRUE(
        with(remark(0x01, "h2") + remark(0x20, spoke_tls + remark(0x21, "TLSv1.3"))).secure);
    EXPECT_FALSE(with(remark(0x20, "\0\0\0\0\0"s)).secure);
    EXPECT_FALSE(with(remark(0x02, "host")).secure);
    EXPECT_FALSE(with("").secure);
}

TEST(ProxyHeader, IsIncompleteUntilItsLastByte) {
    for (const auto& whole :
         {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"s, version_two(0x21, 0x11, v4_block),
          version_two(0x21, 0x21, v6_block + remark(0x20, "\x01\0\0\0\0"s))}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            EXPECT_EQ(read_proxy_header(whole.substr(0, size)).state, State::incomplete) << size;
        }
        EXPECT_EQ(read_proxy_header(whole).state, State::complete);
    }
}

TEST(ProxyHeader, RefusesWhatIsNone) {
    for (const auto& bytes :
         {"GET / HTTP/1.1\r\n\r\n"s, "\x16\x03\x01"s, "PROXX"s, "\r\n\r\n\0\r\nQUIX"s,
          "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n"s, "PROXY TCP4 a b 1 2\r\n"s,
          "PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n"s,
          "PROXY  TCP4 192.0.2.1 198.51.100.1 1 2\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.1 x 2\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n"s, "PROXY TCP4 192.0.2.1\r\n"s,
          "PROXY \r\n"s}) {
        EXPECT_EQ(read_proxy_header(bytes).state, State::malformed) << bytes;
    }
    EXPECT_EQ(read_proxy_header("PROXY " + std::string(200, 'x')).state, State::malformed);
    EXPECT_EQ(read_proxy_header(version_two(0x11, 0x11, v4_block)).state, State::malformed)
        << "version";
    EXPECT_EQ(read_proxy_header(version_two(0x22, 0x11, v4_block)).state, State::malformed)
        << "command";
    EXPECT_EQ(read_proxy_header(version_two(0x21, 0x41, v4_block)).state, State::malformed)
        << "family";
    EXPECT_EQ(read_proxy_header(version_two(0x21, 0x13, v4_block)).state, State::malformed)
        << "protocol";
    EXPECT_EQ(read_proxy_header(version_two(0x21, 0x11, "short")).state, State::malformed);
    EXPECT_EQ(read_proxy_header(version_two(0x21, 0x11, v4_block + "\x20")).state,
              State::malformed);
    EXPECT_EQ(read_proxy_header(version_two(0x21, 0x11, v4_block + "\x20\0\x09x"s)).state,
              State::malformed)
        << "a remark that is longer than it has room";
}

TEST(ProxyHeader, RefusesWhatIsTooLongBeforeItIsThere) {
    const auto most = proxy_header_bytes_max - 16;
    EXPECT_EQ(read_proxy_header(version_two(0x20, 0x00, std::string(most, 'x'))).state,
              State::complete);
    const auto longer = version_two(0x20, 0x00, std::string(most + 1, 'x'));
    EXPECT_EQ(read_proxy_header(longer.substr(0, 16)).state, State::malformed);
}

}  // namespace
}  // namespace socketio::wire
