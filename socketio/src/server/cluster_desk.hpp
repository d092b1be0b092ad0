#pragma once
// Questions of this server to the others of its cluster: those that are open, each with its time, all within a
// bound. A question is made on any thread, and lives on shard 0 from the desk's open() on; an adapter may keep it
// for longer. cluster_questions.hpp has the three kinds.
//
//   made --open()--> open --all have answered, time is over, nobody can be asked--> ended --own answer--> told
//                                       or there is no room for what they answer
//
// An answer of this process itself may come at any time, also before open(); it is always waited for.

#include "base/deadline_queue.hpp"
#include "base/log.hpp"
#include "server/roll_call.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

class ClusterDesk;

/// What the kinds have in common.
class DeskQuestion {
public:
    DeskQuestion(const DeskQuestion&) = delete;
    DeskQuestion& operator=(const DeskQuestion&) = delete;
    virtual ~DeskQuestion() = default;

protected:
    /// `call` is the application's that asks, for the log. `awaits_own`: this process answers too.
    DeskQuestion(std::string_view call, bool awaits_own) noexcept
        : call_(call), awaits_own_(awaits_own) {}

    [[nodiscard]] bool awaits_others() const noexcept { return stage_ == Stage::open; }
    /// Of an open one: `bytes` more of another server are to be kept. False when they are too many: then it has
    /// ended without them.
    [[nodiscard]] bool take_room(std::string_view server, std::size_t bytes);
    /// That ended it.
    [[nodiscard]] bool is_overfull() const noexcept { return is_overfull_; }
    /// Ends it when all others have answered or are gone.
    void settle();
    void end(boost::system::error_code ec);
    /// This process has answered.
    void end_own();

    [[nodiscard]] virtual bool is_complete() const { return roll_.is_complete(); }
    /// Once, at the end. `is_cut_short`: before all others had answered or gone.
    virtual void tell(boost::system::error_code ec, bool is_cut_short) = 0;

    RollCall roll_;

private:
    friend class ClusterDesk;
    enum class Stage : std::uint8_t { made, open, ended, told };

    void abandon() noexcept;
    void on_deadline(base::TimePoint now);
    void conclude();

    ClusterDesk* desk_ = nullptr;
    std::uint64_t number_ = 0;
    Stage stage_ = Stage::made;
    const std::string_view call_;
    bool awaits_own_;
    bool is_overfull_ = false;
    std::size_t bytes_ = 0;  ///< Of what others have answered.
    boost::system::error_code outcome_;
    base::MemberDeadline<DeskQuestion, &DeskQuestion::on_deadline> deadline_{*this};
};

/// As an adapter sees it: Kind is one of cluster_question.hpp's.
template <class Kind>
class AdapterQuestion : public Kind, public DeskQuestion {
public:
    // NOLINTNEXTLINE(performance-unnecessary-value-param): as the interface has it.
    void expect(std::size_t servers, std::vector<std::string> names) override {
        if (!is_open()) return;
        roll_.expect(servers, names);
        settle();
    }
    void gone(std::string_view server) override {
        if (is_open() && roll_.gone(server)) settle();
    }
    void fail(boost::system::error_code ec) override {
        if (is_open()) end(ec);
    }
    [[nodiscard]] bool is_open() const noexcept override { return awaits_others(); }

protected:
    using DeskQuestion::DeskQuestion;
};

struct DeskBounds {
    /// Of more open questions the oldest ends as if its time were over.
    std::size_t questions_max;
    /// Of what other servers answer to one of them, roughly, with their names; more ends it with errc::too_large.
    std::size_t answer_bytes_max;
};

class ClusterDesk {
public:
    /// `deadlines` are shard 0's.
    ClusterDesk(base::DeadlineQueue& deadlines, DeskBounds bounds, const base::Log& log)
        : deadlines_(deadlines), bounds_(bounds), log_(log) {}
    /// Nobody is told of what is open.
    ~ClusterDesk();
    ClusterDesk(const ClusterDesk&) = delete;
    ClusterDesk& operator=(const ClusterDesk&) = delete;

    void open(const std::shared_ptr<DeskQuestion>& question, std::chrono::milliseconds timeout);
    [[nodiscard]] std::size_t size() const noexcept { return questions_.size(); }

private:
    friend class DeskQuestion;

    [[nodiscard]] std::shared_ptr<DeskQuestion> take_out(std::uint64_t number);

    base::DeadlineQueue& deadlines_;
    const DeskBounds bounds_;
    const base::Log& log_;
    /// The oldest first.
    std::map<std::uint64_t, std::shared_ptr<DeskQuestion>> questions_;
    std::uint64_t next_number_ = 0;
};

}  // namespace socketio
