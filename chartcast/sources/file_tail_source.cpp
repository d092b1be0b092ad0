#include "sources/file_tail_source.hpp"

#include <utility>

namespace chartcast::sources {

FileTailSource::FileTailSource(SourceContext context, Options options)
    : context_(std::move(context)),
      options_(std::move(options)),
      lane_(std::make_shared<BlockingPool::Lane>(1)),
      tail_(std::make_shared<FileTail>(options_.path, options_.lines)),
      batcher_(context_, {.dataset = options_.dataset, .operation = options_.lines.operation},
               [this] {
                   if (more_) look();
               }),
      next_look_(context_.io),
      self_(std::make_shared<FileTailSource*>(this)) {}

void FileTailSource::stop() {
    self_.reset();
    next_look_.cancel();
    batcher_.stop();
}

void FileTailSource::look() {
    // The next piece is read when the last one has been decided.
    if (reading_ || !batcher_.idle()) return;
    reading_ = true;
    context_.pool->run(lane_, self_, [this, tail = tail_] {
        auto piece = std::make_shared<FileTail::Piece>(tail->read());
        return [this, piece] { take(std::move(*piece)); };
    });
}

void FileTailSource::take(FileTail::Piece piece) {
    const auto alive = std::weak_ptr(self_);
    reading_ = false;
    more_ = piece.more;
    if (piece.bytes > 0) ++batcher_.counts.runs;
    if (piece.problem != problem_) {
        problem_ = piece.problem;
        batcher_.problem(problem_);
    }
    if (alive.expired()) return;
    if (piece.bytes > 0 || !piece.rows.rows.empty()) batcher_.add(std::move(piece.rows));
    if (alive.expired()) return;
    if (more_) {
        look();
    } else {
        next_look_.in(options_.look_every, [this] {
            more_ = true;
            look();
        });
    }
}

}  // namespace chartcast::sources
