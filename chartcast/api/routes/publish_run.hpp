#pragma once
// POST /api/v1/publish under way: datasets first, all or none of them when it is atomic, then the options of
// charts. Lives on shard 0.

#include "api/publish_part.hpp"
#include "api/routes/call.hpp"
#include "api/routes/services.hpp"
#include "config/settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chartcast::api {

class PublishRun : public std::enable_shared_from_this<PublishRun> {
public:
    struct Terms {
        bool atomic = true;
        viewers::Durability durability = viewers::Durability::disk;
        std::string key;
    };

    PublishRun(const Services& services, Call call, Terms terms, std::vector<PublishPart> parts);
    void start();

private:
    struct Result {
        std::optional<Problem> problem;
        socketio::Object success;
        bool replayed = false;
    };

    [[nodiscard]] std::optional<Problem> judge(const PublishPart& part) const;
    [[nodiscard]] std::optional<Problem> judge_chart(const PublishPart& part) const;
    [[nodiscard]] std::string key_of(std::size_t part) const;
    [[nodiscard]] bool stopped() const;
    void publish_rows();
    void rows_published(const std::vector<std::size_t>& places,
                        const std::vector<viewers::Published>& published);
    void publish_options(std::size_t part);
    void answer();
    void answer_failure();

    const Services& services_;
    Call call_;
    Terms terms_;
    std::vector<PublishPart> parts_;
    std::vector<Result> results_;
    std::string hash_;
};

}  // namespace chartcast::api
