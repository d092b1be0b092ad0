#include "ops/process.hpp"

#include <systemd/sd-daemon.h>

#include <csignal>

#include <sys/resource.h>

namespace chartcast::ops {

std::size_t raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    // The limit as it was is still a limit to work with.
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    (void)::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

void survive_file_size_limit() {
    std::signal(SIGXFSZ, SIG_IGN);
}

void notify_service_manager(const std::string& state) {
    (void)::sd_notify(0, state.c_str());
}

}  // namespace chartcast::ops
