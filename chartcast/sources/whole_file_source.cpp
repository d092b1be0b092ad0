#include "sources/whole_file_source.hpp"

#include <utility>

namespace chartcast::sources {

WholeFileSource::WholeFileSource(SourceContext context, Options options)
    : context_(std::move(context)),
      options_(std::move(options)),
      lane_(std::make_shared<BlockingPool::Lane>(1)),
      file_(std::make_shared<WholeFile>(options_.path, options_.format, options_.schema)),
      report_(context_.port, options_.dataset),
      next_look_(context_.io),
      self_(std::make_shared<WholeFileSource*>(this)) {}

void WholeFileSource::stop() {
    self_.reset();
    next_look_.cancel();
}

void WholeFileSource::look() {
    context_.pool->run(lane_, self_, [this, file = file_] {
        auto content = std::make_shared<WholeFile::Content>(file->read());
        return [this, content] { take(std::move(*content)); };
    });
}

void WholeFileSource::look_later() {
    next_look_.in(options_.look_every, [this] { look(); });
}

void WholeFileSource::take(WholeFile::Content content) {
    if (content.changed) {
        ++counts_.runs;
        context_.port.publish(options_.dataset, options_.operation, std::move(content.rows),
                              [weak = std::weak_ptr(self_)](const std::string& problem) {
                                  if (const auto self = weak.lock()) (*self)->decided(problem);
                              });
        return;
    }
    const auto alive = std::weak_ptr(self_);
    if (!content.problem.empty()) fail(content.problem);
    if (!alive.expired()) look_later();
}

void WholeFileSource::decided(const std::string& problem) {
    const auto alive = std::weak_ptr(self_);
    if (problem.empty()) {
        ++counts_.batches;
        problem_.clear();
        report_.say({});
    } else {
        fail(problem);
    }
    if (!alive.expired()) look_later();
}

void WholeFileSource::fail(const std::string& problem) {
    // Found again at each look: it is one failure.
    if (problem == problem_) return;
    problem_ = problem;
    ++counts_.failures;
    report_.say(problem);
}

}  // namespace chartcast::sources
