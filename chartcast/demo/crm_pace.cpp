#include "demo/crm_pace.hpp"

#include "ops/log.hpp"

#include <utility>

namespace chartcast::demo {
namespace {

std::int64_t milliseconds_since_1970() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

CrmPace::CrmPace(boost::asio::io_context& io, sources::Post post, Options options)
    : options_(std::move(options)),
      dice_(options_.writer.seed),
      writer_(std::make_shared<CrmWriter>(options_.writer)),
      next_(io),
      lane_(std::make_shared<sources::BlockingPool::Lane>(1)),
      self_(std::make_shared<CrmPace*>(this)),
      pool_(1, std::move(post)) {}

void CrmPace::start() {
    wait();
}

void CrmPace::stop() {
    self_.reset();
    next_.cancel();
}

void CrmPace::wait() {
    const auto delay = dice_.between(static_cast<double>(options_.shortest.count()),
                                     static_cast<double>(options_.longest.count()));
    next_.in(std::chrono::milliseconds(static_cast<std::int64_t>(delay)), [this] { write(); });
}

void CrmPace::write() {
    pool_.run(lane_, self_, [this, writer = writer_] {
        auto problem = writer->step(milliseconds_since_1970());
        return [this, problem] { written(problem); };
    });
}

void CrmPace::written(const std::string& problem) {
    if (problem.empty()) ++events_;
    if (!problem.empty() && problem != problem_) {
        ops::log(socketio::LogLevel::warn, "the demo cannot write its CRM", {{"problem", problem}});
    }
    problem_ = problem;
    wait();
}

}  // namespace chartcast::demo
