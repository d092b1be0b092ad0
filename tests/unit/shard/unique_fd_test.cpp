#include "shard/unique_fd.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace socketio::shard {
namespace {

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

TEST(UniqueFd, ClosesWhatItOwns) {
    const int fd = ::open("/dev/null", O_RDONLY);
    {
        const UniqueFd owner(fd);
        EXPECT_TRUE(is_open(fd));
    }
    EXPECT_FALSE(is_open(fd));
}

TEST(UniqueFd, MovesItsDescriptor) {
    UniqueFd first(::open("/dev/null", O_RDONLY));
    const int fd = first.get();
    UniqueFd second(std::move(first));
    EXPECT_FALSE(first);
    EXPECT_EQ(second.get(), fd);
    EXPECT_EQ(second.release(), fd);
    EXPECT_TRUE(is_open(fd));
    ::close(fd);
}

}  // namespace
}  // namespace socketio::shard
