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

}  // namespace
}  // namespace redis
