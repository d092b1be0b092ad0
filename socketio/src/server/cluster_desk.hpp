#pragma once
// Questions of this server to the others of its cluster: those that are open, each with its time, all within a
// bound. A question is made on any thread, and lives on shard 0 from the desk's open() on; an adapter may keep it
// for longer. cluster_questions.hpp has the three kinds.
//
//   made --open()--> open --all have answered, time is over, nobody can be asked--> ended --own answer--> told
//
// An answer of this process itself may come at any time, also before open(); it is always waited for.

#include "base/deadline_queue.hpp"
#include "server/roll_call.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
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
    /// `awaits_own`: this process answers too.
    explicit DeskQuestion(bool awaits_own) noexcept : awaits_own_(awaits_own) {}

    [[nodiscard]] bool awaits_others() const noexcept { return stage_ == Stage::open; }
    /// Ends it when all others have answered or are gone.
    void settle();
    void end(boost::system::error_code ec);
    /// This process has answered.
    void end_own();

    [[nodiscard]] virtual bool is_complete() const { return roll_.is_complete(); }
    /// Once, at the end. `is_late`: its time was over.
    virtual void tell(boost::system::error_code ec, bool is_late) = 0;

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
    bool awaits_own_;
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
    explicit AdapterQuestion(bool awaits_own) noexcept : DeskQuestion(awaits_own) {}
};

class ClusterDesk {
public:
    /// Of more than `questions_max` open questions the oldest ends as if its time were over. `deadlines` are
    /// shard 0's.
    ClusterDesk(base::DeadlineQueue& deadlines, std::size_t questions_max)
        : deadlines_(deadlines), questions_max_(questions_max) {}
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
    const std::size_t questions_max_;
    /// The oldest first.
    std::map<std::uint64_t, std::shared_ptr<DeskQuestion>> questions_;
    std::uint64_t next_number_ = 0;
};

}  // namespace socketio
