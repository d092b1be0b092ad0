#include "adapter/lone_host.hpp"

#include "support/command_line.hpp"

namespace bench {

void LoneHost::run_until_ready() {
    context_.run();
    if (!is_ready_) refuse("the adapter has nothing to wait for");
}

void LoneHost::run_until_delivered(std::uint64_t count) {
    missing_ = count;
    context_.restart();
    context_.run();
    if (missing_ > 0) refuse("the adapter has nothing to wait for");
}

void LoneHost::deliver(socketio::ClusterBroadcast broadcast) {
    if (broadcast.data.size() != 2) refuse("the adapter delivers something else");
    if (missing_ == 0) refuse("the adapter delivers more than was published");
    if (--missing_ == 0) context_.stop();
}

void LoneHost::log(socketio::LogEvent event) {
    if (event.level == socketio::LogLevel::error) refuse(event.event);
    if (event.event != "redis adapter ready" || is_ready_) return;
    is_ready_ = true;
    context_.stop();
}

void LoneHost::on_cluster_state(bool is_reached, const std::string& text) {
    if (!is_reached && missing_ > 0) refuse(text);
}

}  // namespace bench
