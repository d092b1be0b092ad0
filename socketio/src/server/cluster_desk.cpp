#include "server/cluster_desk.hpp"

#include "socketio/error.hpp"

namespace socketio {

// ---- Questions ---------------------------------------------------------------------------------------

bool DeskQuestion::take_room(std::string_view server, std::size_t bytes) {
    bytes += server.size();
    const auto bytes_max = desk_->bounds_.answer_bytes_max;
    if (bytes <= bytes_max - bytes_) {
        bytes_ += bytes;
        return true;
    }
    desk_->log_.write(LogLevel::warn, "answers of other servers too large", [&] {
        return base::LogFields{{"call", std::string(call_)},
                               {"server", std::string(server)},
                               {"bytes", std::to_string(bytes_ + bytes)},
                               {"bytes_max", std::to_string(bytes_max)}};
    });
    is_overfull_ = true;
    end(errc::too_large);
    return false;
}

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
    tell(outcome_, is_overfull_ || outcome_ == errc::ack_timeout);
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
    if (questions_.size() >= bounds_.questions_max) {
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
