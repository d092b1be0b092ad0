// See peer_table.hpp.
#include "cluster/peer_table.hpp"

#include "cluster/codec/classic_broadcast.hpp"

#include <algorithm>

namespace socketio::cluster {

void PeerTable::hear(std::string_view nsp, std::string_view uid, Time now, Sign sign) {
    // Emitters are no servers.
    if (uid.empty() || uid == emitter_uid) return;
    auto found = namespaces_.find(nsp);
    if (found == namespaces_.end()) found = namespaces_.emplace(std::string(nsp), Peers()).first;
    Peers& peers = found->second;
    auto peer = peers.find(uid);
    if (peer == peers.end()) {
        if (peers.size() >= peers_max) return;
        peer = peers.emplace(std::string(uid), Peer()).first;
    }
    peer->second.heard = now;
    peer->second.is_silent = false;
    if (sign == Sign::heartbeat) peer->second.sends_heartbeats = true;
}

void PeerTable::forget(std::string_view nsp, std::string_view uid) {
    const auto found = namespaces_.find(nsp);
    if (found == namespaces_.end()) return;
    const auto peer = found->second.find(uid);
    if (peer != found->second.end()) found->second.erase(peer);
}

void PeerTable::forget(std::string_view nsp) {
    const auto found = namespaces_.find(nsp);
    if (found != namespaces_.end()) namespaces_.erase(found);
}

std::size_t PeerTable::size(std::string_view nsp) const {
    const Peers* peers = find(nsp);
    return peers != nullptr ? peers->size() : 0;
}

std::vector<std::string> PeerTable::names(std::string_view nsp) const {
    std::vector<std::string> names;
    if (const Peers* peers = find(nsp)) {
        for (const auto& [uid, peer] : *peers) names.push_back(uid);
    }
    return names;
}

std::vector<std::string> PeerTable::silent(std::string_view nsp) const {
    std::vector<std::pair<Time, std::string>> found;
    if (const Peers* peers = find(nsp)) {
        for (const auto& [uid, peer] : *peers) {
            if (peer.is_silent) found.emplace_back(peer.heard, uid);
        }
    }
    // The most recent first: the longest silent have most likely left for good.
    std::sort(found.rbegin(), found.rend());
    std::vector<std::string> names;
    names.reserve(found.size());
    for (auto& [heard, uid] : found) names.push_back(std::move(uid));
    return names;
}

void PeerTable::mark_silent(std::string_view nsp, Time since) {
    const auto found = namespaces_.find(nsp);
    if (found == namespaces_.end()) return;
    for (auto& [uid, peer] : found->second) {
        if (peer.heard < since) peer.is_silent = true;
    }
}

void PeerTable::shrink(std::string_view nsp, std::size_t count) {
    std::vector<std::string> names = silent(nsp);
    while (size(nsp) > count && !names.empty()) {
        forget(nsp, names.back());
        names.pop_back();
    }
}

std::vector<PeerTable::Dropped> PeerTable::drop_overdue(Time now,
                                                        std::chrono::milliseconds timeout) {
    std::vector<Dropped> dropped;
    for (auto& [nsp, peers] : namespaces_) {
        for (auto peer = peers.begin(); peer != peers.end();) {
            if (peer->second.sends_heartbeats && now - peer->second.heard > timeout) {
                dropped.push_back({nsp, peer->first});
                peer = peers.erase(peer);
            } else {
                ++peer;
            }
        }
    }
    return dropped;
}

const PeerTable::Peers* PeerTable::find(std::string_view nsp) const {
    const auto found = namespaces_.find(nsp);
    return found != namespaces_.end() ? &found->second : nullptr;
}

}  // namespace socketio::cluster
