#pragma once
// A body of rows on its way into a dataset. Lives on its connection's shard; asks shard 0 whether it may, and
// publishes there. A table goes as one batch; a stream of NDJSON as many, of which one is under way and the
// next one gathers: when that is full, too, the body waits.
//
//     admit (shard 0) --> read --> batch full, idle or ended --> publish (shard 0) --> read ... --> answer

#include "api/batch.hpp"
#include "api/conditions.hpp"
#include "api/routes/call.hpp"
#include "api/routes/services.hpp"
#include "decode/row_decoder.hpp"
#include "live/entry.hpp"
#include "viewers/live_charts.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::api {

/// What a request says before its rows.
struct UploadHead {
    std::string dataset;
    /// Nothing: upsert where the dataset has a key, else append.
    std::optional<live::Operation> operation;
    decode::Format format = decode::Format::json;
    viewers::Durability durability = viewers::Durability::disk;
    IfMatch if_match;
    std::string key;
};
/// `fixed` is the operation that the route stands for.
[[nodiscard]] Checked<UploadHead> upload_head_of(const socketio::HttpRequest& request,
                                                 std::optional<live::Operation> fixed);

class RowsUpload : public std::enable_shared_from_this<RowsUpload> {
public:
    /// Makes the sender wait, and go on.
    struct Flow {
        std::function<void()> pause;
        std::function<void()> resume;
        std::function<void(std::chrono::milliseconds)> allow_silence;
    };

    RowsUpload(const Services& services, Call call, UploadHead head, Flow flow);

    /// REQUIRES: the body is paused; it is resumed when the upload is admitted.
    void start();
    void on_data(std::string_view piece);
    void on_end();
    /// There will be no more: what was published stays. A sender who is still there is told what.
    void on_abort(socketio::HttpEnd why);

private:
    struct Admitted {
        std::shared_ptr<const live::Schema> schema;
        live::Operation operation = live::Operation::upsert;
        std::size_t body_bytes_max = 0;
    };

    // On shard 0.
    void ask();
    void hand_over(viewers::Publish what);

    // On its own shard.
    void here(Services::Work work) const { services_.post(home_, std::move(work)); }
    void admitted(Admitted admitted);
    void advance();
    void publish();
    void published(const viewers::Published& published);
    void fail(Problem problem);
    void answer(socketio::HttpResponse response);
    void answer_failure();
    void answer_success();
    void pause();
    void resume();

    const Services& services_;
    Call call_;
    UploadHead head_;
    Flow flow_;
    unsigned home_;

    std::optional<Admitted> admitted_;
    std::unique_ptr<decode::RowDecoder> decoder_;
    /// Batches are published as they are full, or as soon as nothing is under way.
    bool in_batches_ = false;
    Batch batch_;
    std::size_t bytes_ = 0;
    bool paused_ = true;
    bool ended_ = false;
    bool stopped_ = false;
    std::optional<Problem> problem_;

    bool under_way_ = false;
    std::size_t lines_under_way_ = 0;
    std::size_t batches_ = 0;
    std::size_t committed_lines_ = 0;
    std::size_t committed_rows_ = 0;
    bool changed_ = false;
    bool created_ = false;
    /// All batches so far.
    bool replayed_ = true;
    std::optional<viewers::Published> last_;
};

}  // namespace chartcast::api
