// See emitter_refusal.hpp.
#include "cluster/emitter_refusal.hpp"

namespace socketio::cluster {
namespace {

std::string needed_permission(const EmitterOptions& options) {
    const std::string& key = options.key;
    switch (options.adapter) {
        case EmitterOptions::Adapter::classic: break;
        case EmitterOptions::Adapter::sharded:
            return "the ACL user needs +spublish and the channels &" + key + "#*";
        case EmitterOptions::Adapter::streams:
            return "the ACL user needs +xadd and the key ~" + key;
    }
    return "the ACL user needs +publish and the channels &" + key + "#* and &" + key + "-request#*";
}

std::string refusal_advice(std::string_view words, const EmitterOptions& options) {
    if (words.starts_with("NOPERM")) return needed_permission(options);
    if (words.starts_with("READONLY")) {
        return "this is a replica: give the master's URL, or redis-sentinel:// with the Sentinels";
    }
    if (words.starts_with("MOVED") || words.starts_with("CLUSTERDOWN")) {
        return "this is a node of a Redis Cluster: give redis-cluster:// with some of its nodes";
    }
    if (words.starts_with("WRONGTYPE")) {
        return "the key \"" + options.key + "\" is no stream: give the servers' stream name";
    }
    if (words.find("unknown command") != std::string_view::npos) {
        return options.adapter == EmitterOptions::Adapter::sharded
                   ? "sharded adapters need Redis 7"
                   : "streams need Redis 5; or somebody has renamed the command";
    }
    return {};
}

}  // namespace

std::string emitter_refusal(std::string_view words, const EmitterOptions& options) {
    std::string text = "Redis refused: " + std::string(words);
    if (const std::string advice = refusal_advice(words, options); !advice.empty()) {
        text += "; " + advice;
    }
    return text;
}

}  // namespace socketio::cluster
