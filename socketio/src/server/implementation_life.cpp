// Server::Implementation's life: it begins, on threads of its own or on the application's loop, and it ends.
#include "server/implementation.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace socketio {

void Server::Implementation::run(bool handle_signals) {
    if (is_mounted()) {
        throw std::logic_error("the io_context of this server is yours to run: start() it");
    }
    prepare();
    if (handle_signals) wait_for_signal();
    begin();
    shards_.run();
    if (start_failure_) std::rethrow_exception(std::exchange(start_failure_, nullptr));
}

void Server::Implementation::start() {
    if (!is_mounted()) throw std::logic_error("a server with threads of its own is run()");
    prepare();
    begin();
    shards_[0].start([this] { on_end(); });
}

void Server::Implementation::prepare() {
    require_not_running();
    listen();
    add_socketio_route();
    running_ = true;
    namespaces_.start_running();
    for (unsigned index = 0; index < shards_.size(); ++index) {
        auto& hub = shards_[index].hub();
        namespaces_.for_each_early([&](const Namespace& nsp) { hub.add_namespace(nsp); });
    }
    network_ = std::make_unique<transport::Network>(shards_, routes_);
    for (unsigned index = 0; index < shards_.size(); ++index) {
        (*network_)[index].set_entrances(listener_.entrances());
    }
    drains_.reserve(shards_.size());
    for (unsigned index = 0; index < shards_.size(); ++index) {
        drains_.push_back(std::make_unique<Drain>(
            shards_[index], (*network_)[index], [this](Drain::Milestone milestone) {
                shards_.on_shard(0, [this, milestone] { on_milestone(milestone); });
            }));
    }
    hand_over_.start(*network_);
}

void Server::Implementation::begin() {
    shards_.post(0, [this] {
        if (!start_adapter()) return begin_drain({});
        listener_.start(*network_);
    });
}

bool Server::Implementation::start_adapter() {
    if (!options_.adapter) return true;
    std::string what = "not a std::exception";
    // Whom it tells of the cluster at once may emit.
    adapter_runs_ = true;
    try {
        options_.adapter->start(*this);
        return true;
    } catch (const std::exception& failure) {
        what = failure.what();
        start_failure_ = std::current_exception();
    } catch (...) {
        start_failure_ = std::current_exception();
    }
    adapter_runs_ = false;
    log_.write(LogLevel::error, "the adapter cannot start",
               [&] { return base::LogFields{{"what", what}}; });
    return false;
}

void Server::Implementation::on_stopped(std::function<void()> handler) {
    if (!is_mounted()) throw std::logic_error("of a server with threads of its own run() returns");
    require_not_running();
    stopped_handlers_.push_back(std::move(handler));
}

void Server::Implementation::on_end() {
    ended_ = true;
    (*network_)[0].stop_waiting();
    if (stopped_handlers_.empty()) return;
    // Later, so that they may destroy the server.
    boost::asio::post(context(), shards_[0].handler([handlers = std::move(stopped_handlers_)] {
        for (const auto& handler : handlers) handler();
    }));
}

void Server::Implementation::abandon() {
    if (!is_mounted() || !running_ || ended_) return;
    auto& shard = shards_[0];
    shard.finish([&] {
        listener_.stop();
        hand_over_.stop();
        (*network_)[0].begin_drain();
        if (std::exchange(adapter_runs_, false)) options_.adapter->stop();
        shard.hub().close_all(DisconnectReason::server_shutting_down);
        (*network_)[0].shut_down();
    });
    shard.finish([&] {
        (*network_)[0].close_all();
        (*network_)[0].stop_waiting();
    });
}

// ---- The end -----------------------------------------------------------------------------------------

void Server::Implementation::wait_for_signal() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](boost::system::error_code ec, int) {
        if (ec) return;
        drain(options_.drain_window);
        // Whoever asks twice does not want to wait.
        signals_.async_wait([this](boost::system::error_code again, int) {
            if (!again) drain({});
        });
    });
}

void Server::Implementation::drain(base::Milliseconds window) {
    shards_.post(0, [this, window] { begin_drain(window); });
}

void Server::Implementation::begin_drain(base::Milliseconds window) {
    if (std::exchange(draining_, true)) {
        if (window.count() > 0) return;
        for (unsigned index = 0; index < shards_.size(); ++index) {
            shards_.post(index, [this, index] { drains_[index]->hurry(); });
        }
        return;
    }
    log_.write(LogLevel::info, "draining", [&] {
        return base::LogFields{{"window_ms", std::to_string(window.count())},
                               {"sessions", std::to_string(shards_.sessions())}};
    });
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.post(index, [this, index, window] { drains_[index]->begin(window); });
    }
}

void Server::Implementation::on_milestone(Drain::Milestone milestone) {
    if (++milestones_[static_cast<std::size_t>(milestone)] < shards_.size()) return;
    if (milestone == Drain::Milestone::no_clients) return end_when_sessions_are_stored();
    // Those who are still here need no new connections. Behind the last that was accepted, in every mailbox.
    listener_.stop();
    hand_over_.stop();
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index] { (*network_)[index].close_openings(); });
    }
}

void Server::Implementation::end_connections() {
    signals_.cancel();
    if (std::exchange(adapter_runs_, false)) options_.adapter->stop();
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.post(index, [this, index] { drains_[index]->end(); });
    }
}

}  // namespace socketio
