#include "api/routes/rows_upload.hpp"

#include "api/parameters.hpp"
#include "api/publish_answer.hpp"
#include "api/routes/access.hpp"
#include "auth/permission.hpp"
#include <socketio/json.hpp>

#include <utility>

namespace chartcast::api {
namespace {

using live::Operation;
using viewers::Published;

/// Its batches mean the same one after the other as all at once.
bool can_be_cut(Operation operation) noexcept {
    return operation != Operation::replace && operation != Operation::clear;
}

/// A stream is as quiet as what it tells of; its sender is known.
constexpr std::chrono::hours stream_silence_max{1};

Problem too_large(std::size_t bytes_max) {
    auto problem = body_too_large(bytes_max);
    problem.detail += " NDJSON that appends, upserts or removes may be of any length.";
    return problem;
}

}  // namespace

Checked<UploadHead> upload_head_of(const socketio::HttpRequest& request,
                                   std::optional<Operation> fixed) {
    UploadHead head;
    head.dataset = request.parameters.get("id");
    const auto operation =
        fixed ? Checked<std::optional<Operation>>(fixed) : operation_of(request.query);
    if (!operation) return operation.error();
    head.operation = *operation;
    const auto durability = durability_of(request.query);
    if (!durability) return durability.error();
    head.durability = *durability;
    auto if_match = if_match_of(request);
    if (!if_match) return if_match.error();
    head.if_match = std::move(*if_match);
    auto key = idempotency_key_of(request);
    if (!key) return key.error();
    head.key = std::move(*key);
    if (head.operation == Operation::clear) return head;
    const auto format = format_of(request);
    if (!format) return format.error();
    head.format = *format;
    return head;
}

RowsUpload::RowsUpload(const Services& services, Call call, UploadHead head, Flow flow)
    : services_(services),
      call_(std::move(call)),
      head_(std::move(head)),
      flow_(std::move(flow)),
      home_(services_.current_shard()) {}

void RowsUpload::start() {
    services_.at_charts([self = shared_from_this()] { self->ask(); });
}

void RowsUpload::ask() {
    const auto& charts = *services_.charts;
    const auto settings = charts.settings();
    if (!auth::may_publish(*settings, call_.who, head_.dataset)) {
        return answer(forbidden(call_.who, "publish to this dataset"));
    }
    const auto* dataset = find_dataset(*settings, head_.dataset);
    if (!dataset) return answer(unknown_dataset(head_.dataset));
    Admitted found{schema_of(charts, *dataset), Operation::append,
                   settings->server.limits.max_body};
    if (head_.if_match.exists && !found.schema) {
        return call_.refuse({412, "precondition_failed", "The dataset is not there yet."});
    }
    if (found.schema && found.schema->keyed()) found.operation = Operation::upsert;
    found.operation = head_.operation.value_or(found.operation);
    here([self = shared_from_this(), found = std::move(found)]() mutable {
        self->admitted(std::move(found));
    });
}

void RowsUpload::admitted(Admitted admitted) {
    admitted_ = std::move(admitted);
    if (admitted_->operation != Operation::clear) {
        decoder_ = decode::make_decoder(head_.format, admitted_->schema.get());
    }
    in_batches_ = head_.format == decode::Format::ndjson && can_be_cut(admitted_->operation) &&
                  !head_.if_match.position;
    if (in_batches_) {
        batch_.keep_keys_apart(admitted_->schema, admitted_->operation);
        flow_.allow_silence(stream_silence_max);
    }
    resume();
}

void RowsUpload::on_data(std::string_view piece) {
    if (stopped_) return;
    bytes_ += piece.size();
    if (!in_batches_ && bytes_ > admitted_->body_bytes_max) {
        return fail(too_large(admitted_->body_bytes_max));
    }
    if (!decoder_) return;
    if (const auto fault = decoder_->feed(piece)) return fail(problem_of(*fault));
    advance();
}

void RowsUpload::on_end() {
    if (stopped_) return;
    ended_ = true;
    if (decoder_) {
        if (const auto fault = decoder_->finish()) return fail(problem_of(*fault));
    }
    advance();
}

void RowsUpload::advance() {
    if (stopped_ && !problem_) return;
    if (!problem_ && decoder_) {
        if (in_batches_) {
            batch_.fill(*decoder_);
        } else if (ended_) {
            batch_.fill_whole(*decoder_);
        }
    }
    const bool more = in_batches_ && decoder_->ready() > 0;
    if (under_way_) {
        if (more) pause();
        return;
    }
    if (problem_) return answer_failure();
    // Somebody who watches a stream wants its rows now; with a key its batches have to be the same again.
    const bool now = batch_.full() || ended_ || head_.key.empty();
    if (in_batches_ ? now && !batch_.empty() : ended_ && batches_ == 0) return publish();
    if (!ended_) return resume();
    if (batches_ == 0) return publish();
    answer_success();
}

void RowsUpload::publish() {
    viewers::Publish what;
    what.dataset = head_.dataset;
    auto& entry = what.entry;
    entry.operation = admitted_->operation;
    entry.rows = batch_.take();
    entry.if_match = head_.if_match.position;
    if (!head_.key.empty()) {
        entry.idempotency_key = head_.key;
        if (in_batches_) entry.idempotency_key += '#' + std::to_string(batches_);
        entry.body_hash = body_hash({call_.request->method, call_.request->path,
                                     to_string(entry.operation), socketio::to_json(entry.rows)});
    }
    lines_under_way_ = batch_.lines();
    under_way_ = true;
    ++batches_;
    services_.at_charts([self = shared_from_this(), what = std::move(what)]() mutable {
        self->hand_over(std::move(what));
    });
    if (in_batches_ && decoder_->ready() > 0) pause();
}

void RowsUpload::hand_over(viewers::Publish what) {
    what.entry.ts = services_.now();
    services_.charts->publish(
        std::move(what), head_.durability, [self = shared_from_this()](Published done) {
            self->here([self, done = std::move(done)] { self->published(done); });
        });
}

void RowsUpload::published(const Published& published) {
    under_way_ = false;
    // The sender has its answer, or is gone.
    if (stopped_ && !problem_) return;
    if (auto refused = problem_of(published, {committed_rows_, {}})) {
        // What was found wrong with later rows matters less than what became of these.
        problem_.reset();
        return fail(std::move(*refused));
    }
    committed_lines_ = lines_under_way_;
    committed_rows_ += published.outcome.rows;
    changed_ = changed_ || published.outcome.changed;
    created_ = created_ || published.created;
    replayed_ = replayed_ && published.outcome.verdict == live::Verdict::replayed;
    last_ = published;
    advance();
}

void RowsUpload::fail(Problem problem) {
    stopped_ = true;
    problem_ = std::move(problem);
    if (under_way_) return pause();
    answer_failure();
}

void RowsUpload::on_abort(socketio::HttpEnd why) {
    stopped_ = true;
    problem_ = broken_body(why);
    // Now or never; what is under way is not counted, since nobody knows yet what becomes of it.
    if (problem_) answer_failure();
    problem_.reset();
}

void RowsUpload::answer_failure() {
    if (!in_batches_) return call_.refuse(*problem_);
    if (problem_->code != "malformed_body" &&
        (problem_->status == 400 || problem_->status == 413)) {
        problem_->status = 422;
    }
    problem_->more.append("committed_lines", committed_lines_);
    problem_->more.append("committed_rows", committed_rows_);
    if (last_) {
        problem_->more["epoch"] = last_->outcome.position.epoch;
        problem_->more["v"] = last_->outcome.position.v;
    }
    call_.refuse(*problem_);
}

void RowsUpload::answer_success() {
    auto all = *last_;
    all.created = created_;
    if (in_batches_) {
        all.outcome.rows = committed_rows_;
        all.outcome.changed = changed_;
        all.outcome.verdict = replayed_ ? live::Verdict::replayed : live::Verdict::changed;
    }
    answer(answer_of(all));
}

void RowsUpload::answer(socketio::HttpResponse response) {
    call_.answer(std::move(response));
}

void RowsUpload::pause() {
    if (!std::exchange(paused_, true)) flow_.pause();
}

void RowsUpload::resume() {
    if (std::exchange(paused_, false)) flow_.resume();
}

}  // namespace chartcast::api
