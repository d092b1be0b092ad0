// See classic_questions.hpp. The probes: classic_probes.cpp.
#include "cluster/classic_questions.hpp"

#include "cluster/codec/message_parts.hpp"
#include "cluster/uid.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

/// Of all masters of a Cluster together, without this server itself.
std::size_t other_subscribers(const std::vector<redis::Reply>& replies) {
    std::size_t count = 0;
    for (const redis::Reply& reply : replies) {
        const auto& items = reply.items();
        if (items.size() > 1) {
            const auto clients = std::clamp<std::int64_t>(items[1].integer(), 0, 1'000'000);
            count += static_cast<std::size_t>(clients);
        }
    }
    return count > 0 ? count - 1 : 0;
}

std::vector<SocketDetails> details_of(const Array& list, std::size_t& malformed) {
    std::vector<SocketDetails> sockets;
    for (const Value& element : list) {
        std::optional<SocketDetails> details = read_details(element);
        if (details) {
            sockets.push_back(std::move(*details));
        } else {
            ++malformed;
        }
    }
    return sockets;
}

}  // namespace

ClassicQuestions::ClassicQuestions(RedisLink& link, ClusterStatus& status, Settings settings)
    : link_(link), status_(status), settings_(std::move(settings)), timer_(link.host().context()) {}

ClassicQuestions::~ClassicQuestions() = default;

void ClassicQuestions::fetch(const std::string& nsp, const Audience& audience,
                             const std::shared_ptr<FetchQuestion>& question) {
    when_ready(question, [this, nsp, audience, question] {
        count(nsp, [this, nsp, audience, question](error_code ec, std::size_t others) {
            if (!question->is_open()) return;
            if (ec) return question->fail(ec);
            if (others == 0) {
                ++status_.spared;
                return question->expect(0);
            }
            ClassicRequest request;
            request.type = ClassicType::remote_fetch;
            request.audience = audience;
            const WaitingPtr waiting = open(nsp, request.request_id, question);
            if (!waiting) return;
            waiting->fetch = question;
            if (send(*waiting, request)) expect(*waiting, others);
        });
    });
}

void ClassicQuestions::server_side_emit(const ServerSideEvent& event,
                                        const std::shared_ptr<ServerSideQuestion>& question) {
    ClassicRequest request;
    request.type = ClassicType::server_side_emit;
    request.data = event.data;
    if (!question) {
        Waiting nobody;
        nobody.nsp = event.nsp;
        (void)send(nobody, request);
        return;
    }
    // The event first and the number of those who have it next, so that events keep their order.
    when_ready(question, [this, nsp = event.nsp, request, question]() mutable {
        const WaitingPtr waiting = open(nsp, request.request_id, question);
        if (!waiting) return;
        waiting->server_side = question;
        if (send(*waiting, request)) expect_all(request.request_id, nsp);
    });
}

void ClassicQuestions::ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
                           const std::shared_ptr<BroadcastQuestion>& question) {
    ClassicRequest request;
    request.type = ClassicType::broadcast;
    request.nsp = broadcast.nsp;
    request.data = broadcast.data;
    request.audience = broadcast.audience;
    request.flags = broadcast.flags;
    request.timeout = timeout;
    when_ready(question, [this, request, question]() mutable {
        const WaitingPtr waiting = open(request.nsp, request.request_id, question);
        if (!waiting) return;
        waiting->broadcast = question;
        if (send(*waiting, request)) expect_all(request.request_id, request.nsp);
    });
}

void ClassicQuestions::when_ready(const std::shared_ptr<ClusterQuestion>& question,
                                  std::function<void()> ask_now) {
    if (!link_.redis().connected()) return question->fail(make_error_code(errc::disconnected));
    if (link_.is_ready()) return ask_now();
    std::erase_if(deferred_, [](const auto& entry) { return !entry.first->is_open(); });
    if (deferred_.size() >= settings_.questions_max) {
        return question->fail(make_error_code(errc::too_large));
    }
    deferred_.emplace_back(question, std::move(ask_now));
}

void ClassicQuestions::on_ready() {
    for (const auto& [question, ask_now] : std::exchange(deferred_, {})) {
        if (question->is_open()) ask_now();
    }
}

ClassicQuestions::WaitingPtr ClassicQuestions::open(const std::string& nsp, std::string& request_id,
                                                    std::shared_ptr<ClusterQuestion> question) {
    if (waiting_.size() >= settings_.questions_max) drop_closed();
    if (waiting_.size() >= settings_.questions_max) {
        question->fail(make_error_code(errc::too_large));
        return nullptr;
    }
    auto waiting = std::make_shared<Waiting>();
    waiting->nsp = nsp;
    waiting->question = std::move(question);
    waiting->asked_at = std::chrono::steady_clock::now();
    do {
        request_id = short_uid();
    } while (!waiting_.emplace(request_id, waiting).second);
    tick_later();
    return waiting;
}

bool ClassicQuestions::send(const Waiting& waiting, const ClassicRequest& request) {
    ClassicRequest signed_request = request;
    signed_request.uid = settings_.uid;
    const std::string message = encode_request(signed_request);
    const std::string& id = request.request_id;
    if (message.size() > settings_.message_bytes_max) {
        link_.sent(make_error_code(errc::too_large));
        fail(id, make_error_code(errc::too_large));
        return false;
    }
    const std::string channel = request_channel(settings_.key, waiting.nsp);
    link_.redis().command("", {"PUBLISH", channel, message},
                          [this, id](error_code ec, const redis::Reply& reply) {
                              link_.sent(ec, reply.text());
                              if (ec) fail(id, ec);
                          });
    return true;
}

void ClassicQuestions::fail(const std::string& request_id, error_code ec) {
    const auto found = waiting_.find(request_id);
    if (found == waiting_.end()) return;
    const WaitingPtr waiting = found->second;
    waiting_.erase(found);
    if (waiting->question->is_open()) waiting->question->fail(ec);
}

void ClassicQuestions::count(const std::string& nsp, OnCount done) {
    const std::string channel = request_channel(settings_.key, nsp);
    link_.redis().command_each(
        {"PUBSUB", "NUMSUB", channel},
        [this, done = std::move(done)](error_code ec, const std::vector<redis::Reply>& replies) {
            // Of a Cluster's masters those that can be reached: nobody subscribes to the others.
            if (replies.empty()) return done(ec ? ec : make_error_code(errc::disconnected), 0);
            status_.servers = other_subscribers(replies);
            done({}, status_.servers);
        });
}

void ClassicQuestions::count_servers(const std::string& nsp) {
    count(nsp, [](error_code, std::size_t) {});
}

void ClassicQuestions::expect_all(const std::string& request_id, const std::string& nsp) {
    count(nsp, [this, request_id](error_code ec, std::size_t others) {
        if (ec) return fail(request_id, ec);
        const auto found = waiting_.find(request_id);
        if (found == waiting_.end()) return;
        const WaitingPtr waiting = found->second;
        expect(*waiting, others);
    });
}

void ClassicQuestions::expect(Waiting& waiting, std::size_t others) {
    if (!waiting.question->is_open()) return;
    waiting.expected = others;
    note_if_complete(waiting.nsp, waiting.tally, waiting.expected);
    waiting.question->expect(others);
}

bool ClassicQuestions::on_response(ClassicResponse response) {
    for (auto& [nsp, watch] : watches_) {
        if (!watch.probe || watch.probe->id != response.request_id) continue;
        return response.kind == ClassicResponse::Kind::sockets &&
               watch.probe->tally.add(response.uid);
    }
    const auto found = waiting_.find(response.request_id);
    if (found == waiting_.end()) return false;
    const WaitingPtr waiting = found->second;
    const bool is_wanted = waiting->question->is_open() && take(*waiting, response);
    if (!waiting->question->is_open()) waiting_.erase(response.request_id);
    return is_wanted;
}

bool ClassicQuestions::take(Waiting& waiting, ClassicResponse& response) {
    const std::string_view server = response.uid;
    switch (response.kind) {
        case ClassicResponse::Kind::sockets:
            return waiting.fetch && take_sockets(waiting, response);
        case ClassicResponse::Kind::server_side:
            if (!waiting.server_side || !waiting.tally.add(server)) return false;
            note_if_complete(waiting.nsp, waiting.tally, waiting.expected);
            waiting.server_side->add(server, std::move(response.value));
            return true;
        case ClassicResponse::Kind::client_count:
            if (!waiting.broadcast || !waiting.tally.add(server)) return false;
            note_if_complete(waiting.nsp, waiting.tally, waiting.expected);
            waiting.broadcast->add_count(server, response.clients);
            return true;
        case ClassicResponse::Kind::broadcast_ack:
            if (!waiting.broadcast) return false;
            waiting.broadcast->add(server, std::move(response.value));
            return true;
        case ClassicResponse::Kind::rooms:
        case ClassicResponse::Kind::done: break;
    }
    return false;
}

bool ClassicQuestions::take_sockets(Waiting& waiting, ClassicResponse& response) {
    if (!waiting.tally.add(response.uid)) return false;
    std::size_t malformed = 0;
    std::vector<SocketDetails> sockets = details_of(*response.value.if_array(), malformed);
    if (malformed > 0) {
        link_.reject(response_channel(settings_.key, waiting.nsp),
                     std::to_string(malformed) + " sockets without an id or of another shape");
    }
    note_if_complete(waiting.nsp, waiting.tally, waiting.expected);
    waiting.fetch->add(response.uid, std::move(sockets));
    return true;
}

void ClassicQuestions::note_if_complete(const std::string& nsp, const AnswerTally& tally,
                                        const std::optional<std::size_t>& expected) {
    if (expected && tally.answered() >= *expected) known_names_[nsp] = tally.names();
}

void ClassicQuestions::forget(const std::string& nsp) {
    known_names_.erase(nsp);
}

void ClassicQuestions::drop_closed() {
    std::erase_if(waiting_, [](const auto& entry) { return !entry.second->question->is_open(); });
}

}  // namespace socketio::cluster
