// What `chartcast top` makes of a page of metrics.
#include "cli/metrics_text.hpp"

#include <gtest/gtest.h>

namespace chartcast::cli {
namespace {

using namespace std::chrono_literals;

TEST(MetricsText, ReadsSamplesAndNothingElse) {
    const auto samples = parse_metrics(
        "# HELP chartcast_connections Now open.\nchartcast_connections 3\n"
        "chartcast_publishes_total{dataset=\"a b\"} 1.5e2 1700000000\n"
        "wait_seconds_bucket{le=\"+Inf\"} 4\nbroken\n{} 1\nx}y{ 1\nnan_value NaN\n\n");
    ASSERT_EQ(samples.size(), 2u);
    EXPECT_EQ(samples[0].name, "chartcast_connections");
    EXPECT_EQ(samples[0].value, 3);
    EXPECT_EQ(samples[1].labels, "dataset=\"a b\"");
    EXPECT_EQ(samples[1].value, 150);
}

TEST(MetricsText, ShowsHowFastCountersGrow) {
    const auto table = metrics_table(parse_metrics("a_total 30\nquiet 0\nmemory_bytes 1048576\n"),
                                     parse_metrics("a_total 10\n"), 2000ms);
    EXPECT_NE(table.find("10.0/s"), std::string::npos) << table;
    EXPECT_NE(table.find("1.0 MiB"), std::string::npos) << table;
    EXPECT_EQ(table.find("quiet"), std::string::npos) << table;
}

}  // namespace
}  // namespace chartcast::cli
