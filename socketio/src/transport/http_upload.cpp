#include "transport/http_upload.hpp"

#include "transport/guarded.hpp"
#include "transport/http_connection.hpp"
#include "transport/http_reply_port.hpp"
#include "transport/transport_shard.hpp"

#include <memory>
#include <utility>

namespace socketio::transport {

template <class Call>
void HttpUpload::guarded(Call&& call) {
    auto& home = connection_.connection().home();
    const auto exchange = connection_.exchange();
    calling_ = true;
    if (!transport::guarded(home.log(), "http handler failed", path_, call)) {
        home.exchanges().answer(exchange, HttpResponse::text(500, "internal error\n"));
    }
    calling_ = false;
}

void HttpUpload::begin(const HttpStreamHandler& handler, const HttpRequest& request) {
    // Outlives the handler's copies: an exception is answered below, not by the last copy's end.
    auto reply = connection_.reply();
    HttpBodyControl control(std::make_shared<HttpBodyPort>(
        connection_.connection().home().network(), connection_.exchange()));
    guarded([&] { reader_ = handler(request, reply, std::move(control)); });
}

void HttpUpload::on_data(std::string_view piece) {
    guarded([&] { reader_->on_data(piece); });
}

void HttpUpload::on_end() {
    guarded([&] { reader_->on_end(); });
}

void HttpUpload::on_abort(HttpEnd why) {
    if (reader_) guarded([&] { reader_->on_abort(why); });
}

}  // namespace socketio::transport
