#include "live/http_publisher.hpp"

#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <charconv>
#include <utility>

#include <strings.h>
#include <unistd.h>

namespace bench {

namespace {

/// 0 when the head does not say.
std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "content-length:";
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
         at = head.find("\r\n", at)) {
        at += 2;
        const auto line = head.substr(at);
        if (line.size() < name.size() ||
            ::strncasecmp(line.data(), name.data(), name.size()) != 0) {
            continue;
        }
        auto digits = line.substr(name.size());
        while (digits.starts_with(' ')) digits.remove_prefix(1);
        std::size_t length = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), length);
        return length;
    }
    return 0;
}

}  // namespace

std::string Publishing::upsert(std::uint64_t row, std::uint64_t amount) const {
    const auto body =
        R"([{"id":)" + std::to_string(row) + R"(,"amount":)" + std::to_string(amount) + "}]";
    return "POST /api/v1/datasets/" + dataset + "/rows?op=upsert" +
           (memory ? "&durability=memory" : "") +
           " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

HttpPublisher::HttpPublisher(EventLoop& loop, std::uint16_t port)
    : loop_(loop), socket_(connect_to_loopback(port, 0)) {
    send_without_delay(socket_);
    loop_.add(socket_, *this);
}

HttpPublisher::~HttpPublisher() {
    ::close(socket_);
}

void HttpPublisher::send(const std::string& request, OnAnswer on_answer) {
    on_answer_ = std::move(on_answer);
    send_all(socket_, request);
}

std::string HttpPublisher::ask(const std::string& request) {
    std::string answer;
    send(request, [&](std::string_view body) { answer = body; });
    loop_.until([this] { return !waits(); }, "the answer to a publish");
    return answer;
}

void HttpPublisher::on_readable() {
    const auto size = read_some(socket_, loop_.buffer());
    answer_.append(loop_.buffer().data(), size);
    const auto end = answer_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::string_view whole = answer_;
    const auto length = content_length(whole.substr(0, end));
    if (whole.size() < end + 4 + length) return;
    if (!whole.starts_with("HTTP/1.1 200")) refuse("a publish was refused: " + answer_);
    const auto answer = std::exchange(answer_, {});
    std::exchange(on_answer_, nullptr)(std::string_view(answer).substr(end + 4, length));
}

std::string_view member(std::string_view json, std::string_view name) {
    const auto key = '"' + std::string(name) + "\":";
    const auto found = json.find(key);
    if (found == std::string_view::npos) return {};
    auto value = json.substr(found + key.size());
    if (value.starts_with('"')) return value.substr(1, value.find('"', 1) - 1);
    return value.substr(0, value.find_first_of(",}]"));
}

}  // namespace bench
