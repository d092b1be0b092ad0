#include "config/settings_watcher.hpp"

#include "config/file_watch.hpp"
#include "config/load_settings.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Editors write in several steps: it is read when they have paused for so long, ...
constexpr auto pause = 200ms;
/// ... or at the latest after so long.
constexpr auto patience = 1s;

using Texts = std::vector<SettingsText>;

bool same(const Texts& a, const Texts& b) {
    return std::ranges::equal(a, b, [](const SettingsText& x, const SettingsText& y) {
        return x.name == y.name && x.text == y.text;
    });
}

bool blank(const Texts& texts) {
    return std::ranges::all_of(texts, [](const SettingsText& text) {
        return text.text.find_first_not_of(" \t\r\n") == std::string::npos;
    });
}

struct Outcome {
    FileWatch::Watches watches;
    Texts texts;
    std::optional<SettingsNews> news;
};

SettingsNews news_of(const Texts& texts, bool may_be_blank) {
    // Somebody is about to write them: taken at their word, they would take every chart away.
    if (blank(texts) && !may_be_blank) return std::string("the configuration is empty");
    try {
        return SettingsPtr(std::make_shared<const Settings>(load_settings(texts)));
    } catch (const SettingsError& error) {
        return std::string(error.what());
    }
}

struct Before {
    /// What was read last, whether it counts or not.
    Texts texts;
    /// Of what counts.
    bool is_blank = false;
};

/// On the thread of the pool. A failure is compared like a text, so that it is told once.
void read(const std::vector<std::string>& paths, const Before& before, bool forced,
          Outcome& outcome) {
    try {
        outcome.texts = read_files(paths);
        if (!forced && same(outcome.texts, before.texts)) return;
        outcome.news = news_of(outcome.texts, before.is_blank);
    } catch (const SettingsError& error) {
        outcome.texts = {{"", error.what(), ""}};
        if (forced || !same(outcome.texts, before.texts)) outcome.news = std::string(error.what());
    }
}

}  // namespace

class SettingsWatcher::Implementation : public std::enable_shared_from_this<Implementation> {
public:
    Implementation(boost::asio::io_context& io, Post post, Files files, OnNews on_news)
        : watch_(io),
          hangup_(io, SIGHUP),
          timer_(io),
          post_(std::move(post)),
          files_(std::move(files)),
          is_blank_(blank(files_.texts)),
          on_news_(std::move(on_news)) {}

    void start() {
        wait_for_changes();
        wait_for_hangup();
        begin(false);
    }

    void begin(bool forced) {
        forced_ = forced_ || forced;
        if (reading_) {
            again_ = true;
            return;
        }
        reading_ = true;
        boost::asio::post(pool_,
                          [this, paths = files_.paths, before = Before{files_.texts, is_blank_},
                           with_force = std::exchange(forced_, false)] {
                              auto outcome = std::make_shared<Outcome>();
                              // First, so that a change during the reading is noticed.
                              outcome->watches = watch_.add(watched_places(paths));
                              read(paths, before, with_force, *outcome);
                              post_([weak = weak_from_this(), outcome] {
                                  if (const auto self = weak.lock()) self->end(*outcome);
                              });
                          });
    }

    void stop() { pool_.join(); }

private:
    void end(Outcome& outcome) {
        reading_ = false;
        // What happened at a new place before it counted is not known.
        const bool unsure = watch_.keep(std::move(outcome.watches));
        files_.texts = std::move(outcome.texts);
        if (outcome.news && outcome.news->has_value()) is_blank_ = blank(files_.texts);
        if (outcome.news) on_news_(*std::move(outcome.news));
        if (std::exchange(again_, false) || unsure) begin(false);
    }

    void wait_for_changes() {
        watch_.wait(weak_from_this(), [this] { changed(); });
    }

    void changed() {
        wait_for_changes();
        const auto now = Clock::now();
        if (!latest_) latest_ = now + patience;
        timer_.expires_at(std::min(now + pause, *latest_));
        timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
            const auto self = weak.lock();
            if (ec || !self) return;
            self->latest_.reset();
            self->begin(false);
        });
    }

    void wait_for_hangup() {
        hangup_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec, int) {
            const auto self = weak.lock();
            if (ec || !self) return;
            self->begin(true);
            self->wait_for_hangup();
        });
    }

    FileWatch watch_;
    boost::asio::signal_set hangup_;
    boost::asio::steady_timer timer_;
    Post post_;
    Files files_;
    /// Whether the configuration that counts is.
    bool is_blank_;
    OnNews on_news_;
    bool reading_ = false;
    bool again_ = false;
    bool forced_ = false;
    std::optional<Clock::time_point> latest_;
    // Last: its thread uses what stands above.
    boost::asio::thread_pool pool_{1};
};

SettingsWatcher::SettingsWatcher(boost::asio::io_context& io, Post post, Files files,
                                 OnNews on_news)
    : implementation_(std::make_shared<Implementation>(io, std::move(post), std::move(files),
                                                       std::move(on_news))) {
    implementation_->start();
}

SettingsWatcher::~SettingsWatcher() {
    implementation_->stop();
}

void SettingsWatcher::reload() {
    implementation_->begin(true);
}

}  // namespace chartcast::config
