// What operators are told when Redis refuses an emitter.
#include "cluster/emitter_refusal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace socketio::cluster::emitter_refusal_test {
namespace {

using Adapter = EmitterOptions::Adapter;
using testing::EndsWith;

std::string told(std::string_view words, Adapter adapter = Adapter::classic) {
    EmitterOptions options;
    options.key = "crm";
    options.adapter = adapter;
    return emitter_refusal(words, options);
}

TEST(EmitterRefusal, SaysWhatToDo) {
    EXPECT_EQ(told("NOPERM No permissions to access a channel"),
              "Redis refused: NOPERM No permissions to access a channel; the ACL user needs "
              "+publish and the channels &crm#* and &crm-request#*");
    EXPECT_THAT(told("NOPERM x", Adapter::sharded), EndsWith("+spublish and the channels &crm#*"));
    EXPECT_THAT(told("NOPERM x", Adapter::streams), EndsWith("+xadd and the key ~crm"));
    EXPECT_THAT(told("ERR unknown command 'SPUBLISH'", Adapter::sharded),
                EndsWith("; sharded adapters need Redis 7"));
    EXPECT_THAT(told("WRONGTYPE Operation", Adapter::streams),
                EndsWith("the key \"crm\" is no stream: give the servers' stream name"));
    EXPECT_THAT(told("READONLY You can't write", Adapter::streams), EndsWith("the Sentinels"));
    EXPECT_THAT(told("MOVED 1 h:1", Adapter::sharded), EndsWith("with some of its nodes"));
}

TEST(EmitterRefusal, LeavesOtherWordsAlone) {
    EXPECT_EQ(told("OOM command not allowed"), "Redis refused: OOM command not allowed");
}

}  // namespace
}  // namespace socketio::cluster::emitter_refusal_test
