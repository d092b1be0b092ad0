// errc: its sentences and its groups.
#include <redis/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace redis {
namespace {

using testing::Not;

TEST(RedisErrors, EachHasASentenceOfItsOwn) {
    std::vector<std::string> sentences;
    for (int code = 1; code <= static_cast<int>(errc::url_cluster_database); ++code) {
        const std::string sentence = make_error_code(static_cast<errc>(code)).message();
        EXPECT_NE(sentence, "unknown Redis error") << code;
        EXPECT_THAT(sentences, Not(testing::Contains(sentence))) << code;
        sentences.push_back(sentence);
    }
}

TEST(RedisErrors, TellsWhatOnlyAnOperatorCanMend) {
    EXPECT_TRUE(is_authentication_error(errc::password_needed));
    EXPECT_TRUE(is_authentication_error(errc::no_permission));
    EXPECT_FALSE(is_authentication_error(errc::connection_lost));
    EXPECT_FALSE(is_authentication_error(
        boost::system::errc::make_error_code(boost::system::errc::connection_refused)));
}

}  // namespace
}  // namespace redis
