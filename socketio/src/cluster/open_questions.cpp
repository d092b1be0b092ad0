// See open_questions.hpp.
#include "cluster/open_questions.hpp"

#include <algorithm>
#include <utility>

namespace socketio::cluster {
namespace {

std::shared_ptr<ClusterQuestion> plain_question(const OpenQuestions::Question& question) {
    return std::visit([](const auto& kind) -> std::shared_ptr<ClusterQuestion> { return kind; },
                      question);
}

}  // namespace

void OpenQuestions::add(std::string id, std::string nsp, Question question, Time now) {
    questions_.insert_or_assign(std::move(id),
                                Open{std::move(nsp), std::move(question), now, now + probe_after});
}

void OpenQuestions::count(std::string_view id, std::size_t others, const PeerTable& peers) {
    const auto found = questions_.find(id);
    if (found == questions_.end()) return;
    found->second.others = others;
    const std::string nsp = found->second.nsp;
    const std::shared_ptr<ClusterQuestion> question = plain_question(found->second.question);
    std::vector<std::string> names = peers.names(nsp);
    // Partly known names would leave out some of those that are missing.
    if (names.size() != others) names.clear();
    question->expect(others, std::move(names));
    for (const std::string& uid : peers.silent(nsp)) tell_gone(std::string(id), uid);
}

void OpenQuestions::fail(std::string_view id, boost::system::error_code ec) {
    const auto found = questions_.find(id);
    if (found == questions_.end()) return;
    const std::shared_ptr<ClusterQuestion> question = plain_question(found->second.question);
    questions_.erase(found);
    question->fail(ec);
}

bool OpenQuestions::add_sockets(std::string_view id, const std::string& uid,
                                std::vector<SocketDetails> sockets) {
    const auto question = first_answer<FetchQuestion>(id, uid);
    if (question) question->add(uid, std::move(sockets));
    return question != nullptr;
}

bool OpenQuestions::add_server_answer(std::string_view id, const std::string& uid, Value answer) {
    const auto question = first_answer<ServerSideQuestion>(id, uid);
    if (question) question->add(uid, std::move(answer));
    return question != nullptr;
}

bool OpenQuestions::add_client_count(std::string_view id, const std::string& uid,
                                     std::size_t clients) {
    const auto question = first_answer<BroadcastQuestion>(id, uid);
    if (question) question->add_count(uid, clients);
    return question != nullptr;
}

bool OpenQuestions::add_client_answer(std::string_view id, const std::string& uid, Value answer) {
    const auto question = find<BroadcastQuestion>(id);
    if (question) question->add(uid, std::move(answer));
    return question != nullptr;
}

void OpenQuestions::gone(std::string_view nsp, const std::string& uid) {
    for (const std::string& id : ids_of(nsp)) tell_gone(id, uid);
}

std::optional<std::size_t> OpenQuestions::judge(std::string_view nsp, Time asked,
                                                const PeerTable& peers) {
    std::optional<std::size_t> others;
    for (const std::string& id : ids_of(nsp)) {
        const auto found = questions_.find(id);
        if (found == questions_.end() || found->second.begun > asked) continue;
        if (found->second.others) others = found->second.others;
        for (const std::string& uid : peers.silent(nsp)) tell_gone(id, uid);
        tell_unnamed_gone(id, peers.size(nsp));
    }
    return others;
}

std::set<std::string> OpenQuestions::due(Time now) {
    std::set<std::string> namespaces;
    for (auto it = questions_.begin(); it != questions_.end();) {
        Open& open = it->second;
        if (!plain_question(open.question)->is_open()) {
            it = questions_.erase(it);
            continue;
        }
        if (now >= open.next_probe) {
            namespaces.insert(open.nsp);
            open.probe_interval = std::min(open.probe_interval * 2, probe_interval_max);
            open.next_probe = now + open.probe_interval;
        }
        ++it;
    }
    return namespaces;
}

template <class Kind>
std::shared_ptr<Kind> OpenQuestions::find(std::string_view id) const {
    const auto found = questions_.find(id);
    if (found == questions_.end()) return nullptr;
    const auto* question = std::get_if<std::shared_ptr<Kind>>(&found->second.question);
    if (question == nullptr || !(*question)->is_open()) return nullptr;
    return *question;
}

template <class Kind>
std::shared_ptr<Kind> OpenQuestions::first_answer(std::string_view id, const std::string& uid) {
    std::shared_ptr<Kind> question = find<Kind>(id);
    if (question == nullptr) return nullptr;
    auto& answered = questions_.find(id)->second.answered;
    // Names of more are an invention.
    if (answered.size() >= PeerTable::peers_max) return nullptr;
    return answered.insert(uid).second ? question : nullptr;
}

std::vector<std::string> OpenQuestions::ids_of(std::string_view nsp) const {
    std::vector<std::string> ids;
    for (const auto& [id, open] : questions_) {
        if (open.nsp == nsp) ids.push_back(id);
    }
    return ids;
}

void OpenQuestions::tell_gone(const std::string& id, const std::string& uid) {
    const auto found = questions_.find(id);
    if (found == questions_.end()) return;
    Open& open = found->second;
    const bool asks_clients =
        std::holds_alternative<std::shared_ptr<BroadcastQuestion>>(open.question);
    // A server whose clients are asked owes their answers after its first word.
    if (!asks_clients && open.answered.contains(uid)) return;
    const std::size_t settled =
        open.gone.size() + open.unnamed_gone + (asks_clients ? 0 : open.answered.size());
    // More names than servers: some of them had left before.
    if (open.others && settled >= *open.others) return;
    if (!open.gone.insert(uid).second) return;
    const std::shared_ptr<ClusterQuestion> question = plain_question(open.question);
    question->gone(uid);
}

void OpenQuestions::tell_unnamed_gone(const std::string& id, std::size_t known) {
    for (;;) {
        const auto found = questions_.find(id);
        if (found == questions_.end()) return;
        Open& open = found->second;
        const std::shared_ptr<ClusterQuestion> question = plain_question(open.question);
        const bool is_over = !open.others || !question->is_open();
        if (is_over || known + open.unnamed_gone >= *open.others) return;
        ++open.unnamed_gone;
        question->gone("");
    }
}

}  // namespace socketio::cluster
