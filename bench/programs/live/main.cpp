// The publishers and viewers of one measurement of live charts; prints one line of JSON.

#include "live/jobs.hpp"
#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

const char* key_of_environment() {
    const char* key = std::getenv("LIVE_CLIENT_KEY");
    return key ? key : "";
}

}  // namespace

int main(int argc, char** argv) {
    bench::JobSettings settings;
    settings.key = key_of_environment();
    std::string job = "publish";
    bench::CommandLine(
        "Publishes to a chartcast and watches it; the API key is in LIVE_CLIENT_KEY.")
        .choice("--job", job, {"publish", "fanout", "bytes", "resume"}, "what to measure")
        .number("--port", settings.port, "of the server on 127.0.0.1")
        .number("--server", settings.server, "its process")
        .number("--rows", settings.rows, "of the dataset, named d0, d1, ...")
        .flag("--memory", settings.memory, "publish with durability=memory")
        .number("--connections", settings.connections, "of publishers, for publish")
        .number("--clients", settings.clients, "viewers, for fanout and resume")
        .number("--publishes", settings.publishes, "for fanout and bytes")
        .number("--interval-ms", settings.interval_ms, "between two of fanout")
        .decimal("--seconds", settings.seconds, "for publish (2)")
        .parse(argc, argv);
    if (settings.port == 0 || settings.port > 65'535) bench::refuse("--port: which one?");
    if (settings.server == 0) bench::refuse("--server: which process?");
    bench::raise_open_files_limit();
    std::printf("{");
    if (job == "publish") bench::publish_job(settings);
    if (job == "fanout") bench::fanout_job(settings);
    if (job == "bytes") bench::bytes_job(settings);
    if (job == "resume") bench::resume_job(settings);
    std::printf("}\n");
}
