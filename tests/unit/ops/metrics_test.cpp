#include "ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chartcast::ops {
namespace {

using testing::HasSubstr;

TEST(MetricsText, WritesAFamilyWithItsSamples) {
    MetricsText text;
    text.family("chartcast_source_up", "gauge", "Whether a source works.");
    text.sample(1, {{"dataset", "deals"}});
    text.sample(0, {{"dataset", "a\"b\\c\nd"}});
    EXPECT_EQ(text.take(),
              "# HELP chartcast_source_up Whether a source works.\n"
              "# TYPE chartcast_source_up gauge\n"
              "chartcast_source_up{dataset=\"deals\"} 1\n"
              "chartcast_source_up{dataset=\"a\\\"b\\\\c\\nd\"} 0\n");
}

TEST(MetricsText, WritesNumbersThatAreWholeWithoutAFraction) {
    MetricsText text;
    text.counter("n", "N.", 12345678901.0);
    EXPECT_THAT(text.take(), HasSubstr("\nn 12345678901\n"));
}

TEST(LatencyHistogram, CountsWhatIsBelowEachBound) {
    LatencyHistogram histogram;
    histogram.add(0.00005);
    histogram.add(0.0001);
    histogram.add(0.00011);
    histogram.add(100);
    MetricsText text;
    text.histogram("h", "H.", histogram);
    const auto written = text.take();
    EXPECT_THAT(written, HasSubstr("h_bucket{le=\"0.0001\"} 2\n"));
    EXPECT_THAT(written, HasSubstr("h_bucket{le=\"0.0002\"} 3\n"));
    EXPECT_THAT(written, HasSubstr("h_bucket{le=\"+Inf\"} 4\n"));
    EXPECT_THAT(written, HasSubstr("h_count 4\n"));
}

TEST(Process, KnowsItsOwnFigures) {
    EXPECT_GT(resident_bytes(), 1024U * 1024);
    EXPECT_GE(processor_seconds(), 0);
    EXPECT_GT(open_files_max(), 16U);
}

}  // namespace
}  // namespace chartcast::ops
