// See answer_tally.hpp.
#include "cluster/answer_tally.hpp"

namespace socketio::cluster {
namespace {

constexpr std::size_t tally_max = 1'000;
constexpr std::size_t tally_name_bytes_max = 64;

std::size_t without(std::size_t from, std::size_t what) {
    return from > what ? from - what : 0;
}

}  // namespace

bool AnswerTally::add(std::string_view server) {
    if (answered() >= tally_max) return false;
    if (!server.empty() && server.size() <= tally_name_bytes_max) {
        return names_.emplace(server).second;
    }
    ++unnamed_;
    return true;
}

std::size_t silent_servers(std::size_t expected, const AnswerTally& question,
                           const AnswerTally& alive) {
    std::size_t busy = without(alive.unnamed(), question.unnamed());
    for (const std::string& name : alive.names()) busy += question.names().contains(name) ? 0U : 1U;
    return without(without(expected, question.answered()), busy);
}

}  // namespace socketio::cluster
