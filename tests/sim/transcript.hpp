#pragma once
// What the server meant to send to one session's namespace, in order, and what arrived there.

#include "wire/json.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace socketio::sim {

/// A value as text that tells all of it, attachments included.
inline std::string describe(const Value& value) {
    std::string text;
    std::vector<Binary> attachments;
    wire::append_json(text, value, &attachments);
    for (const auto& attachment : attachments) text += '|' + std::string(attachment.view());
    return text;
}

class Inbox {
public:
    /// `optional` for volatile messages: they may be missing.
    void expect(std::string text, bool optional = false) {
        expected_.push_back({std::move(text), optional});
    }
    void receive(std::string text) { received_.push_back(std::move(text)); }
    /// What is wrong, or nothing. A session that was lost may miss the end, but nothing before it.
    [[nodiscard]] std::string fault(bool must_be_complete) const {
        std::size_t next = 0;
        for (const auto& text : received_) {
            while (next < expected_.size() && expected_[next].optional &&
                   expected_[next].text != text) {
                ++next;
            }
            if (next == expected_.size()) return "received more than was sent: " + text;
            if (expected_[next].text != text) {
                return "received " + text + " instead of " + expected_[next].text;
            }
            ++next;
        }
        while (next < expected_.size() && expected_[next].optional) ++next;
        if (must_be_complete && next < expected_.size())
            return "never received " + expected_[next].text;
        return {};
    }

private:
    struct Expected {
        std::string text;
        bool optional;
    };

    std::vector<Expected> expected_;
    std::vector<std::string> received_;
};

class Transcript {
public:
    Inbox& of(const std::string& sid, const std::string& nsp) { return inboxes_[{sid, nsp}]; }
    [[nodiscard]] const auto& all() const noexcept { return inboxes_; }

private:
    std::map<std::pair<std::string, std::string>, Inbox> inboxes_;
};

}  // namespace socketio::sim
