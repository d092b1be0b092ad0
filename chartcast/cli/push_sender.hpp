#pragma once
// Batches to the server, each until it is taken or refused. Waits; one thread.

#include "cli/http.hpp"
#include "cli/progress.hpp"
#include "config/command.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace chartcast::cli {

class PushSender {
public:
    explicit PushSender(const config::PushCommand& command);

    /// Whether the server has it. `lines` are those of the input, for what it has against it; a body without
    /// lines counts with the rows that the server tells.
    bool send(const std::string& body, const std::vector<std::size_t>& lines);
    /// The last line of a push.
    void summarise();
    void say(const std::string& text);
    void tick() { line_.update(progress_); }

private:
    [[nodiscard]] HttpAnswer post_until_answered(const std::string& body);
    void count(const std::string& body, const std::vector<std::size_t>& lines,
               const HttpAnswer& answer);

    HttpClient http_;
    std::string url_;
    std::string dataset_;
    std::vector<std::string> headers_;
    /// Names this push; with the number of a batch behind it, the batch.
    std::string key_;
    Progress progress_;
    ProgressLine line_;
    /// "version 118 (epoch k3f9), 12 watching".
    std::string position_;
};

}  // namespace chartcast::cli
