// Who watches a chart without a socket (SSE): handles, and charts that come and go with reloads.

#include "support/viewers_world.hpp"

#include <gtest/gtest.h>

namespace chartcast {
namespace {

using tests::Object;
using tests::ViewersWorld;

const auth::Identity anybody;

class Watching : public testing::Test {
protected:
    std::shared_ptr<void> watch(std::string_view chart) {
        return world.on_owner(
            [this, chart] { return world.owner.watch(chart, anybody, [this] { ++told; }); });
    }
    void drop(std::shared_ptr<void>& handle) {
        world.on_owner([&] { handle.reset(); });
    }
    void put_note(int n) {
        world.on_owner([&] { world.put_note(n); });
        // The flush stands in the line already.
        world.on_owner([] {});
    }
    ViewersWorld world;
    int told = 0;
};

TEST_F(Watching, IsToldOfChangesUntilTheHandleGoes) {
    auto handle = watch("note");
    put_note(1);
    EXPECT_EQ(told, 1);
    drop(handle);
    put_note(2);
    EXPECT_EQ(told, 1);
}

TEST_F(Watching, GoesOnAfterAReload) {
    auto handle = watch("deals");
    world.reload([](auto& settings) { ++settings.datasets.front().definition.window.rows; });
    world.on_owner([] {});
    EXPECT_EQ(told, 1) << "the chart may be another";
    world.publish("a", 1);
    world.on_owner([] {});
    EXPECT_EQ(told, 2);
    drop(handle);
    world.publish("a", 2);
    world.on_owner([] {});
    EXPECT_EQ(told, 2);
}

TEST_F(Watching, OfARemovedChartIsToldALastTimeAndMayDropItsHandleLater) {
    auto handle = watch("note");
    auto dropped = watch("note");
    drop(dropped);
    world.reload([](auto& settings) { settings.charts.pop_back(); });
    world.on_owner([] {});
    EXPECT_EQ(told, 1);
    drop(handle);
    EXPECT_EQ(told, 1);
}

TEST_F(Watching, MayDropHandlesWhenItIsTold) {
    std::vector<std::shared_ptr<void>> handles;
    int first_told = 0;
    world.on_owner([&] {
        for (int n = 0; n < 3; ++n) {
            handles.push_back(world.owner.watch("note", anybody, [&] {
                ++first_told;
                handles.clear();
            }));
        }
    });
    put_note(1);
    EXPECT_EQ(first_told, 1) << "the others' handles are gone before they are told";
}

TEST_F(Watching, HearsOfAnEmittersValueThatSocketsHaveAlready) {
    auto handle = watch("note");
    socketio::ClusterBroadcast broadcast;
    broadcast.nsp = "/charts/note";
    broadcast.data = {"new chart data", Object{{"value", 5}}};
    EXPECT_FALSE(world.on_owner([&] { return world.owner.on_remote_broadcast(broadcast); }));
    world.on_owner([] {});
    EXPECT_EQ(told, 1);
}

TEST(WatchingHandles, MayOutliveTheOwner) {
    std::shared_ptr<void> handle;
    {
        ViewersWorld world;
        handle = world.on_owner([&] { return world.owner.watch("note", anybody, [] {}); });
    }
    handle.reset();
}

}  // namespace
}  // namespace chartcast
