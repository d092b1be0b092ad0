#include "server/cluster_desk.hpp"

#include "socketio/error.hpp"

namespace socketio {

// ---- Questions ---------------------------------------------------------------------------------------

void DeskQuestion::settle() {
    if (awaits_others() && is_complete()) end({});
}

void DeskQuestion::end(boost::system::error_code ec) {
    // The desk may have been the last that knew it.
    const auto self = desk_->take_out(number_);
    deadline_.cancel();
    outcome_ = ec;
    stage_ = Stage::ended;
    conclude();
}

void DeskQuestion::end_own() {
    awaits_own_ = false;
    conclude();
}

void DeskQuestion::conclude() {
    if (stage_ != Stage::ended || awaits_own_) return;
    stage_ = Stage::told;
    tell(outcome_, outcome_ == errc::ack_timeout);
}

void DeskQuestion::on_deadline(base::TimePoint) {
    end(errc::ack_timeout);
}

void DeskQuestion::abandon() noexcept {
    deadline_.cancel();
    stage_ = Stage::told;
}

// ---- The desk ----------------------------------------------------------------------------------------

ClusterDesk::~ClusterDesk() {
    // Adapters, and letters that nobody reads any more, may keep them.
    for (const auto& [number, question] : questions_) question->abandon();
}

void ClusterDesk::open(const std::shared_ptr<DeskQuestion>& question,
                       std::chrono::milliseconds timeout) {
    if (questions_.size() >= questions_max_) {
        const auto oldest = questions_.begin()->second;
        oldest->end(errc::ack_timeout);
    }
    question->desk_ = this;
    question->number_ = next_number_++;
    question->stage_ = DeskQuestion::Stage::open;
    questions_.emplace(question->number_, question);
    deadlines_.arm_after(question->deadline_, timeout);
}

std::shared_ptr<DeskQuestion> ClusterDesk::take_out(std::uint64_t number) {
    const auto found = questions_.find(number);
    auto question = std::move(found->second);
    questions_.erase(found);
    return question;
}

}  // namespace socketio
