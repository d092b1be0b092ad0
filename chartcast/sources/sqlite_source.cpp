#include "sources/sqlite_source.hpp"

#include <utility>

namespace chartcast::sources {

SqliteSource::SqliteSource(SourceContext context, Options options)
    : context_(std::move(context)),
      options_(std::move(options)),
      report_(context_.port, options_.dataset),
      refresher_(context_.io, options_.plan, [this] { run(); }),
      next_look_(context_.io),
      reader_(std::make_shared<SqliteReader>(options_.query, context_.pool->stopping())),
      self_(std::make_shared<SqliteSource*>(this)) {}

void SqliteSource::start() {
    refresher_.start();
    look_later();
}

void SqliteSource::stop() {
    self_.reset();
    refresher_.stop();
    next_look_.cancel();
}

void SqliteSource::watched(bool by_somebody) {
    refresher_.watched(by_somebody);
    look_later();
}

void SqliteSource::run() {
    // The reader is lent; the look at it is short.
    if (looking_) {
        run_waits_ = true;
        return;
    }
    ++counts_.runs;
    context_.pool->run(options_.lane, self_, [this, reader = reader_] {
        auto result = std::make_shared<SqliteReader::Result>(reader->read());
        return [this, result] { hand_over(std::move(*result)); };
    });
}

void SqliteSource::hand_over(SqliteReader::Result result) {
    if (!result.problem.empty()) return ended(result.problem);
    context_.port.publish(options_.dataset, live::Operation::replace, std::move(result.rows),
                          [weak = std::weak_ptr(self_)](const std::string& problem) {
                              if (const auto self = weak.lock()) (*self)->ended(problem);
                          });
}

void SqliteSource::ended(const std::string& problem) {
    ++(problem.empty() ? counts_.batches : counts_.failures);
    const auto alive = std::weak_ptr(self_);
    report_.say(problem);
    if (alive.expired()) return;
    refresher_.ended(problem.empty());
}

void SqliteSource::look_later() {
    if (!options_.look_every || !refresher_.wanted()) return next_look_.cancel();
    next_look_.in(*options_.look_every, [this] { look(); });
}

void SqliteSource::look() {
    look_later();
    if (looking_ || refresher_.running()) return;
    looking_ = true;
    context_.pool->run(options_.lane, self_, [this, reader = reader_] {
        const bool changed = reader->changed();
        return [this, changed] {
            looking_ = false;
            // A run that begins now sees the change anyway.
            if (std::exchange(run_waits_, false)) return run();
            if (changed) refresher_.changed();
        };
    });
}

}  // namespace chartcast::sources
