// describe(): what operators read for each cause.
#include "protocol/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redis {
namespace {

using testing::HasSubstr;

TEST(RedisFailure, SaysWhatToDoAboutEachCause) {
    Options options;
    options.user = "app";
    options.unix_path = "/run/r.sock";
    const auto text = [&](boost::system::error_code ec, std::string detail = {}) {
        return describe(options, {ec, std::move(detail)});
    };
    EXPECT_THAT(text(boost::system::errc::make_error_code(boost::system::errc::connection_refused)),
                HasSubstr("Redis at /run/r.sock cannot be reached (Connection refused)"));
    EXPECT_THAT(text(errc::host_not_found, "x"), HasSubstr("was not found (x): check the host"));
    EXPECT_THAT(text(errc::closed_by_server), HasSubstr("closed the connection"));
    EXPECT_THAT(text(errc::connect_timeout), HasSubstr("within 5000 ms"));
    EXPECT_THAT(text(errc::peer_silent), HasSubstr("does not answer any more"));
    EXPECT_THAT(text(errc::certificate_refused, "expired"),
                HasSubstr("(expired): name the authority"));
    EXPECT_THAT(text(errc::tls_file, "ca.pem"), HasSubstr("(ca.pem): check that each exists"));
    EXPECT_THAT(text(errc::protocol_error), HasSubstr("does not speak the Redis protocol"));
    EXPECT_THAT(text(errc::reply_too_large), HasSubstr("larger or nested deeper"));
}

TEST(RedisFailure, SaysWhyNoServerWasFound) {
    const Options sentinel = parse_url("redis-sentinel://:hush@a,b/shop").value();
    EXPECT_EQ(describe_search(sentinel, {errc::no_sentinel, "x"}),
              "None of the Sentinels at a:26379,b:26379 answers (x): are they running, and are the "
              "addresses in the Redis URL right?");
    EXPECT_THAT(describe_search(sentinel, {errc::unknown_master, {}}),
                HasSubstr("know no master \"shop\": check the name"));
    const Options cluster = parse_url("redis-cluster://:hush@a,b").value();
    EXPECT_THAT(describe_search(cluster, {errc::cluster_down, {}}),
                HasSubstr("None of the nodes of the Redis Cluster at a:6379,b:6379"));
}

TEST(RedisFailure, SaysThatAConnectionMoves) {
    const Options options = parse_url("redis://a").value();
    EXPECT_EQ(describe_move(options, Seed{"b", 2}), "Redis at a:6379 is left: b:2 takes over");
    EXPECT_EQ(describe_move(options, Seed{"a", 6379}), "Redis at a:6379 is logged in to again");
}

}  // namespace
}  // namespace redis
