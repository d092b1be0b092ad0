// parse_url: what each part means, each error, and that no text shows a password.
#include <redis/options.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redis {
namespace {

TEST(RedisUrl, DefaultsWhatItLeavesOut) {
    const Options options = parse_url("redis://example.org").value();
    EXPECT_EQ(options.host, "example.org");
    EXPECT_EQ(options.port, 6379);
    EXPECT_EQ(options.database, 0);
    EXPECT_EQ(options.password, "");
    EXPECT_FALSE(options.tls.enabled);
    EXPECT_EQ(parse_url("redis://h/").value().database, 0);
}

TEST(RedisUrl, ReadsUserPasswordPortAndDatabase) {
    const Options options = parse_url("redis://app:p%40ss%2F:w@10.0.0.1:7000/12").value();
    EXPECT_EQ(options.user, "app");
    EXPECT_EQ(options.password, "p@ss/:w");
    EXPECT_EQ(options.host, "10.0.0.1");
    EXPECT_EQ(options.port, 7000);
    EXPECT_EQ(options.database, 12);
}

TEST(RedisUrl, ReadsAPasswordAloneAndAnAtSignInIt) {
    const Options options = parse_url("redis://:se@cret@h").value();
    EXPECT_EQ(options.user, "");
    EXPECT_EQ(options.password, "se@cret");
    EXPECT_EQ(options.host, "h");
}

TEST(RedisUrl, ReadsIpv6) {
    const Options options = parse_url("redis://[::1]:7001/1").value();
    EXPECT_EQ(options.host, "::1");
    EXPECT_EQ(options.port, 7001);
    EXPECT_EQ(address_of(options), "[::1]:7001");
}

TEST(RedisUrl, ReadsTlsParameters) {
    const Options options = parse_url(
                                "rediss://h?ca_file=/etc/ca%20one.pem&certificate_file=c&key_file=k"
                                "&server_name=redis.local&insecure=true&db=3")
                                .value();
    EXPECT_TRUE(options.tls.enabled);
    EXPECT_EQ(options.tls.ca_file, "/etc/ca one.pem");
    EXPECT_EQ(options.tls.certificate_file, "c");
    EXPECT_EQ(options.tls.key_file, "k");
    EXPECT_EQ(options.tls.server_name, "redis.local");
    EXPECT_TRUE(options.tls.insecure);
    EXPECT_EQ(options.database, 3);
    EXPECT_FALSE(parse_url("rediss://h").value().tls.insecure);
}

TEST(RedisUrl, ReadsAUnixSocket) {
    const Options options = parse_url("unix://app:pw@/run/redis.sock?db=2").value();
    EXPECT_EQ(options.unix_path, "/run/redis.sock");
    EXPECT_EQ(options.user, "app");
    EXPECT_EQ(options.password, "pw");
    EXPECT_EQ(options.database, 2);
    EXPECT_EQ(parse_url("unix:///run/r.sock").value().unix_path, "/run/r.sock");
}

TEST(RedisUrl, ReadsSentinels) {
    const Options options = parse_url(
                                "redis-sentinel://app:secret@10.0.0.1:7000,[::1],h/my%20master?db=3"
                                "&sentinel_user=watch&sentinel_password=p%26w")
                                .value();
    EXPECT_EQ(options.kind, Kind::sentinel);
    EXPECT_FALSE(options.tls.enabled);
    EXPECT_THAT(options.seeds, testing::ElementsAre(Seed{"10.0.0.1", 7000}, Seed{"::1", 26'379},
                                                    Seed{"h", 26'379}));
    EXPECT_EQ(options.master_name, "my master");
    EXPECT_EQ(options.user, "app");
    EXPECT_EQ(options.password, "secret");
    EXPECT_EQ(options.database, 3);
    EXPECT_EQ(options.sentinel_user, "watch");
    EXPECT_EQ(options.sentinel_password, "p&w");
    EXPECT_EQ(options.host, "10.0.0.1");
    EXPECT_TRUE(parse_url("rediss-sentinel://h/m?insecure=true").value().tls.insecure);
}

TEST(RedisUrl, ReadsNodesOfACluster) {
    const Options options = parse_url("redis-cluster://:secret@a,b:7001").value();
    EXPECT_EQ(options.kind, Kind::cluster);
    EXPECT_THAT(options.seeds, testing::ElementsAre(Seed{"a", 6379}, Seed{"b", 7001}));
    EXPECT_EQ(options.password, "secret");
    EXPECT_EQ(address_of(options), "a:6379,b:7001");
    EXPECT_TRUE(parse_url("rediss-cluster://h?ca_file=x").value().tls.enabled);
    EXPECT_EQ(parse_url("redis-cluster://h/0").value().database, 0);
}

TEST(RedisUrl, NamesThePartThatIsWrong) {
    const std::pair<const char*, errc> cases[] = {
        {"", errc::url_scheme},
        {"localhost:6379", errc::url_scheme},
        {"http://h", errc::url_scheme},
        {"REDIS://h", errc::url_scheme},
        {"redis://", errc::url_host},
        {"redis://:6379", errc::url_host},
        {"redis://[::1", errc::url_host},
        {"redis://[::1]x", errc::url_host},
        {"redis://a b", errc::url_host},
        {"redis://h\n", errc::url_host},
        {"unix://", errc::url_host},
        {"unix:///", errc::url_host},
        {"unix:///a%00b", errc::url_host},
        {"unix://host/path", errc::url_host},
        {"redis://h:", errc::url_port},
        {"redis://h:0", errc::url_port},
        {"redis://h:65536", errc::url_port},
        {"redis://h:63x", errc::url_port},
        {"redis://h:-1", errc::url_port},
        {"redis://word@h", errc::url_credentials},
        {"redis://user:@h", errc::url_credentials},
        {"redis://h/x", errc::url_database},
        {"redis://h/-1", errc::url_database},
        {"redis://h/2147483648", errc::url_database},
        {"redis://h?db=", errc::url_database},
        {"redis://:a%2@h", errc::url_escape},
        {"redis://:a%zz@h", errc::url_escape},
        {"rediss://h?ca_file=%", errc::url_escape},
        {"rediss://h?cafile=x", errc::url_parameter},
        {"rediss://h?insecure", errc::url_parameter},
        {"rediss://h?insecure=yes", errc::url_parameter},
        {"redis://h?ca_file=x", errc::url_parameter},
        {"unix:///s?insecure=true", errc::url_parameter},
        {"redis://a,b", errc::url_host},
        {"redis://h?sentinel_user=x", errc::url_parameter},
        {"redis-sentinel://h", errc::url_master_name},
        {"redis-sentinel://h/", errc::url_master_name},
        {"redis-sentinel://h/a/b", errc::url_master_name},
        {"redis-sentinel://h/%zz", errc::url_escape},
        {"redis-sentinel:///m", errc::url_host},
        {"redis-sentinel://a,,b/m", errc::url_host},
        {"redis-sentinel://a,b:0/m", errc::url_port},
        {"redis-sentinel://h/m?db=x", errc::url_database},
        {"redis-sentinel://h/m?ca_file=x", errc::url_parameter},
        {"redis-cluster://", errc::url_host},
        {"redis-cluster://a,", errc::url_host},
        {"redis-cluster://h/1", errc::url_cluster_database},
        {"redis-cluster://h?db=1", errc::url_cluster_database},
        {"redis-cluster://h?sentinel_user=x", errc::url_parameter},
        {"sentinel://h/m", errc::url_scheme},
    };
    for (const auto& [url, expected] : cases) {
        const auto options = parse_url(url);
        ASSERT_TRUE(options.has_error()) << url;
        EXPECT_EQ(options.error(), expected) << url << ": " << options.error().message();
    }
}

TEST(RedisUrl, IsShownWithoutThePassword) {
    EXPECT_EQ(to_string(parse_url("redis://app:secret@h:1/2").value()), "redis://app:***@h:1/2");
    EXPECT_EQ(to_string(parse_url("rediss://:secret@h").value()), "rediss://:***@h:6379");
    EXPECT_EQ(to_string(parse_url("unix://:secret@/s?db=2").value()), "unix://:***@/s?db=2");
    EXPECT_EQ(
        to_string(
            parse_url("redis-sentinel://u:secret@a,b:2/m?db=1&sentinel_password=hush").value()),
        "redis-sentinel://u:***@a:26379,b:2/m?db=1");
    EXPECT_EQ(to_string(parse_url("rediss-cluster://:secret@a,b:2").value()),
              "rediss-cluster://:***@a:6379,b:2");
}

}  // namespace
}  // namespace redis
