#include "viewers/viewer_desk.hpp"

#include "auth/permission.hpp"
#include "ops/clock.hpp"
#include "ops/log.hpp"

#include <algorithm>
#include <any>
#include <chrono>
#include <utility>

namespace chartcast::viewers {

using socketio::Ack;
using socketio::Args;
using socketio::Object;
using socketio::Socket;
using socketio::Value;

namespace {

/// To renew a token in, once it is too old.
constexpr std::int64_t grace = 30'000;
/// Of chart:sub and its siblings, by one socket: pages that are scrolled fast stay below it.
constexpr int asks_per_second_max = 100;

void answer(const Ack& ack, Code code) {
    if (code == Code::ok) {
        ack.reply(Object{{"ok", true}});
    } else {
        ack.reply(Object{{"ok", false}, {"code", to_string(code)}});
    }
}

/// Most claims say nothing of rights, and some are others in every token: its times, its number.
bool see_same_rows(const config::Settings& settings, const auth::Identity& one,
                   const auth::Identity& other) {
    return std::all_of(
        settings.datasets.begin(), settings.datasets.end(), [&](const auto& dataset) {
            return auth::visible_values(dataset, one) == auth::visible_values(dataset, other);
        });
}

bool have_same_rights(const config::Settings& settings, const auth::Identity& one,
                      const auth::Identity& other) {
    return one.kind == other.kind && one.name == other.name && one.roles == other.roles &&
           one.charts == other.charts && one.can == other.can &&
           see_same_rows(settings, one, other);
}

std::shared_ptr<Viewer> viewer_of(Socket& socket) {
    const auto* viewer = std::any_cast<std::shared_ptr<Viewer>>(&socket.data());
    return viewer ? *viewer : nullptr;
}

/// Empty when it is the root, or no chart's.
std::string chart_of_namespace(std::string_view name) {
    constexpr std::string_view prefix = "/charts/";
    return name.starts_with(prefix) ? std::string(name.substr(prefix.size())) : std::string();
}

}  // namespace

ViewerDesk::ViewerDesk(socketio::Server& server, unsigned shard, SubscriptionPort& owner,
                       const auth::Authenticator& authenticator, config::SettingsPtr settings,
                       Clock now)
    : server_(server),
      shard_(shard),
      owner_(owner),
      authenticator_(&authenticator),
      settings_(std::move(settings)),
      now_(std::move(now)),
      expiry_timer_(server.context(shard)) {}

void ViewerDesk::stop() {
    expiry_timer_.cancel();
}

void ViewerDesk::change_settings(config::SettingsPtr settings,
                                 const auth::Authenticator& authenticator) {
    settings_ = std::move(settings);
    if (std::exchange(authenticator_, &authenticator) == &authenticator) return;
    for (const auto& [number, viewer] : viewers_) check_again(viewer);
}

void ViewerDesk::check_again(const std::shared_ptr<Viewer>& viewer) const {
    using Kind = auth::Identity::Kind;
    const auto kind = viewer->who()->kind;
    // A JWT was vouched for by the provider, and expires by itself.
    if (kind != Kind::api_key && kind != Kind::embed) return;
    authenticator_->check(viewer->token, [viewer](auth::Verdict verdict) {
        auth::Identity nobody;
        nobody.kind = Kind::embed;
        viewer->identify(verdict ? *std::move(verdict) : std::move(nobody));
    });
}

// ---- Connecting --------------------------------------------------------------------------------

void ViewerDesk::authenticate(Socket& socket, const socketio::Next& next) {
    auto viewer = std::make_shared<Viewer>(socket, next_number_++, read_hello(socket.handshake()));
    socket.data() = viewer;
    viewer->token = viewer->hello().token;
    // A verdict may come when the socket has gone; its namespace stays.
    const auto* nsp = &socket.nsp();
    authenticator_->check(viewer->token, [this, viewer, next, nsp](auth::Verdict verdict) {
        if (!verdict) {
            const std::string code(to_string(verdict.error()));
            authenticator_->refused(
                {.what = "connect", .who = {}, .reason = code, .where = nsp->name()});
            return next.refuse("unauthorized", Object{{"code", code}});
        }
        viewer->identify(*std::move(verdict));
        next();
    });
}

void ViewerDesk::welcome(Socket& socket) {
    const auto viewer = viewer_of(socket);
    viewers_.emplace(viewer->number(), viewer);
    socket.on_disconnect([this, number = viewer->number()](Socket& left,
                                                           socketio::DisconnectReason reason) {
        ops::log(socketio::LogLevel::debug, "viewer left",
                 {{"socket", std::string(left.id())}, {"reason", std::string(to_string(reason))}});
        forget(number);
    });
    watch_expiry(*viewer);
    ops::log(socketio::LogLevel::debug, "viewer connected",
             {{"socket", std::string(socket.id())},
              {"nsp", socket.nsp().name()},
              {"transport", std::string(socket.transport())},
              {"protocol", std::to_string(socket.protocol())}});
    const auto& hello = viewer->hello();
    auto charts = hello.charts;
    if (!hello.delta || charts.empty()) {
        auto own = chart_of_namespace(socket.nsp().name());
        if (own.empty()) own = settings_->default_chart;
        charts.clear();
        if (!own.empty()) charts.push_back(std::move(own));
    }
    for (const auto& chart : charts) {
        Viewer::Asked asked;
        if (hello.delta && !hello.since.empty()) asked.since = hello.since;
        ask_owner(viewer->ask(chart, std::move(asked)));
    }
}

void ViewerDesk::forget(std::uint64_t number) {
    const auto found = viewers_.find(number);
    if (found == viewers_.end()) return;
    give_back(found->second->leave_rooms());
    look_at_expiry(*found->second, {});
    viewers_.erase(found);
}

// ---- Asking the owner --------------------------------------------------------------------------

void ViewerDesk::ask_owner(SubscribeRequest request) {
    request.reply = [this](SubscribeAnswer answer) {
        // On shard 0 a letter would be read after what the owner emits from now on.
        if (shard_ == 0) return on_answer(std::move(answer));
        server_.post(
            shard_, [this, answer = std::move(answer)]() mutable { on_answer(std::move(answer)); });
    };
    if (shard_ == 0) return owner_.subscribe(std::move(request));
    server_.post(0, [this, request = std::move(request)]() mutable {
        owner_.subscribe(std::move(request));
    });
}

void ViewerDesk::on_answer(SubscribeAnswer answer) {
    const auto found = viewers_.find(answer.viewer);
    if (found != viewers_.end()) {
        const auto viewer = found->second;
        if (answer.code == Code::forbidden) refused(*viewer, answer.chart, answer.code);
        return give_back(viewer->take(std::move(answer)));
    }
    Viewer::Leases leases;
    for (const auto& lease : answer.leases) leases.push_back(lease.id);
    give_back(std::move(leases));
}

void ViewerDesk::refused(const Viewer& viewer, std::string_view chart, Code code) const {
    authenticator_->refused({.what = "view",
                             .who = auth::describe(*viewer.who()),
                             .reason = to_string(code),
                             .where = chart});
}

void ViewerDesk::give_back(Viewer::Leases leases) {
    if (leases.empty()) return;
    // Always by letter: the owner may be in the middle of something that walks its rooms.
    server_.post(0, [this, leases = std::move(leases)] { owner_.leave(leases); });
}

void ViewerDesk::ask_again(Viewer& viewer, bool unless_seen) {
    for (const auto& chart : viewer.chart_ids()) {
        if (viewer.paused(chart)) continue;
        Viewer::Asked asked;
        asked.again = true;
        asked.unless_seen = unless_seen;
        ask_owner(viewer.ask(chart, std::move(asked)));
    }
}

void ViewerDesk::refresh(const std::string& chart) {
    for (const auto& [number, viewer] : viewers_) {
        if (!viewer->has(chart) || viewer->paused(chart) || viewer->behind) continue;
        Viewer::Asked asked;
        asked.again = true;
        ask_owner(viewer->ask(chart, std::move(asked)));
    }
}

// ---- What viewers say --------------------------------------------------------------------------

Viewer* ViewerDesk::check_ask(Socket& socket, const std::optional<ChartRequest>& ask,
                              const Ack& ack) {
    const auto viewer = viewer_of(socket);
    if (!viewer || !viewers_.contains(viewer->number())) return nullptr;
    auto code = count_ask(*viewer);
    if (code == Code::ok && viewer->expired()) code = Code::expired;
    if (code == Code::ok && !ask) code = Code::malformed;
    if (code == Code::ok) return viewer.get();
    if (code == Code::expired) refused(*viewer, ask ? ask->charts.front() : std::string(), code);
    answer(ack, code);
    return nullptr;
}

Code ViewerDesk::count_ask(Viewer& viewer) const {
    const auto second = now_() / 1000;
    if (std::exchange(viewer.second, second) != second) viewer.asked_this_second = 0;
    return ++viewer.asked_this_second > asks_per_second_max ? Code::limit : Code::ok;
}

void ViewerDesk::on_subscribe(Socket& socket, const Args& args, const Ack& ack) {
    const auto ask = read_chart_request(args);
    auto* viewer = check_ask(socket, ask, ack);
    if (!viewer) return;
    const auto fresh = std::count_if(ask->charts.begin(), ask->charts.end(),
                                     [&](const auto& chart) { return !viewer->has(chart); });
    if (viewer->charts() + static_cast<std::size_t>(fresh) > charts_max) {
        return answer(ack, Code::limit);
    }
    for (const auto& chart : ask->charts) {
        // Of several charts the last one's answer is the answer.
        const auto own_ack = &chart == &ask->charts.back() ? ack : Ack();
        ask_owner(viewer->ask(chart, {ask->since, ask->max_rate, false, false, own_ack}));
    }
}

void ViewerDesk::on_unsubscribe(Socket& socket, const Args& args, const Ack& ack) {
    const auto ask = read_chart_request(args);
    auto* viewer = check_ask(socket, ask, ack);
    if (!viewer) return;
    for (const auto& chart : ask->charts) give_back(viewer->forget(chart));
    answer(ack, Code::ok);
}

void ViewerDesk::on_pause(Socket& socket, const Args& args, const Ack& ack) {
    const auto ask = read_chart_request(args);
    auto* viewer = check_ask(socket, ask, ack);
    if (!viewer) return;
    auto code = Code::ok;
    for (const auto& chart : ask->charts) {
        if (!viewer->has(chart)) code = Code::unknown_chart;
        give_back(viewer->pause(chart));
    }
    answer(ack, code);
}

void ViewerDesk::on_resume(Socket& socket, const Args& args, const Ack& ack) {
    const auto ask = read_chart_request(args);
    auto* viewer = check_ask(socket, ask, ack);
    if (!viewer) return;
    for (const auto& chart : ask->charts) {
        if (!viewer->has(chart)) return answer(ack, Code::unknown_chart);
    }
    for (const auto& chart : ask->charts) {
        const auto own_ack = &chart == &ask->charts.back() ? ack : Ack();
        ask_owner(viewer->ask(chart, {ask->since, ask->max_rate, true, false, own_ack}));
    }
}

void ViewerDesk::on_resync(Socket& socket, const Args& args, const Ack& ack) {
    // The same as to resume; a client that knows nothing sure gives no `since`.
    on_resume(socket, args, ack);
}

void ViewerDesk::on_renew(Socket& socket, const Args& args, const Ack& ack) {
    const auto viewer = viewer_of(socket);
    if (!viewer || !viewers_.contains(viewer->number())) return;
    if (const auto code = count_ask(*viewer); code != Code::ok) return answer(ack, code);
    const auto* object = args.empty() ? nullptr : args.front().if_object();
    const auto* token = object ? object->find("token") : args.empty() ? nullptr : &args.front();
    if (!token || !token->if_string()) return answer(ack, Code::malformed);
    auto text = *token->if_string();
    authenticator_->check(text, [this, viewer, text, ack](auth::Verdict verdict) {
        if (!viewers_.contains(viewer->number())) return;
        if (!verdict) {
            authenticator_->refused({.what = "renew",
                                     .who = auth::describe(*viewer->who()),
                                     .reason = to_string(verdict.error()),
                                     .where = viewer->socket().nsp().name()});
            return answer(ack, Code::expired);
        }
        viewer->token = text;
        const auto before = viewer->who();
        viewer->identify(*std::move(verdict));
        const bool was_expired = viewer->expired();
        viewer->renew();
        watch_expiry(*viewer);
        answer(ack, Code::ok);
        const bool same = have_same_rights(*settings_, *before, *viewer->who());
        if (!same || was_expired) ask_again(*viewer, false);
    });
}

// ---- Slow and expired --------------------------------------------------------------------------

void ViewerDesk::on_backlog(Socket& socket) {
    const auto viewer = viewer_of(socket);
    if (!viewer) return;
    viewer->behind = true;
    give_back(viewer->leave_rooms());
}

void ViewerDesk::on_drain(Socket& socket) {
    const auto viewer = viewer_of(socket);
    if (!viewer || !std::exchange(viewer->behind, false)) return;
    ask_again(*viewer, true);
}

void ViewerDesk::watch_expiry(Viewer& viewer) {
    viewer.in_grace = false;
    look_at_expiry(viewer, viewer.who()->expires_at);
}

void ViewerDesk::look_at_expiry(Viewer& viewer, std::optional<std::int64_t> when) {
    if (viewer.expiry) expiries_.erase({*viewer.expiry, viewer.number()});
    viewer.expiry = when;
    if (!when) return;
    expiries_.emplace(*when, viewer.number());
    arm_expiry();
}

void ViewerDesk::arm_expiry() {
    if (expiries_.empty()) return;
    // Tokens may name a year that no clock counts to.
    const auto wait =
        std::clamp<std::int64_t>(expiries_.begin()->first - now_(), 0, ops::timer_wait_max);
    expiry_timer_.expires_after(std::chrono::milliseconds(wait));
    expiry_timer_.async_wait([this](boost::system::error_code ec) {
        if (!ec) expire();
    });
}

void ViewerDesk::expire() {
    const auto now = now_();
    while (!expiries_.empty() && expiries_.begin()->first <= now) {
        auto& viewer = *viewers_.at(expiries_.begin()->second);
        if (!std::exchange(viewer.in_grace, true)) {
            look_at_expiry(viewer, now + grace);
            viewer.socket().emit("auth:expired", Object{{"grace", grace}});
            continue;
        }
        look_at_expiry(viewer, {});
        give_back(viewer.expire());
    }
    arm_expiry();
}

}  // namespace chartcast::viewers
