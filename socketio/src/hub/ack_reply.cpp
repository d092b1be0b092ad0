#include "hub/ack_reply.hpp"

#include "hub/socket_state.hpp"
#include "socketio/ack.hpp"

namespace socketio {

bool Ack::wanted() const noexcept {
    return reply_ && reply_->wanted();
}

void Ack::send(Args args) const {
    if (reply_) reply_->send(std::move(args));
}

}  // namespace socketio

namespace socketio::hub {

void OpenReplies::close() noexcept {
    while (first_ != nullptr) first_->unlink();
}

AckReply::AckReply(SocketState& socket, OpenReplies& open, std::uint64_t id) noexcept
    : socket_(socket), open_(&open), next_(open.first_), id_(id) {
    if (next_ != nullptr) next_->previous_ = this;
    open.first_ = this;
}

void AckReply::send(Args args) {
    if (!wanted()) return;
    unlink();
    socket_.answer(id_, std::move(args));
}

void AckReply::unlink() noexcept {
    if (open_ == nullptr) return;
    (previous_ != nullptr ? previous_->next_ : open_->first_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    open_ = nullptr;
    previous_ = next_ = nullptr;
}

}  // namespace socketio::hub
