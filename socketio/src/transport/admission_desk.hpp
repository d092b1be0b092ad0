#pragma once
// Handshakes that wait for the application's word (Options::allow_request). Lives on one shard; the replies
// are given on any thread, and know a number, since the client may be gone by then.

#include "base/deadline_queue.hpp"
#include "shard/once.hpp"
#include "socketio/admission.hpp"
#include "socketio/http.hpp"
#include "transport/exchange_table.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace socketio::transport {

class TransportShard;

struct Verdict {
    bool allowed = false;
    /// What the refused client reads; the usual text when it is empty.
    std::string message = {};
    /// Why the application did not say it; empty when it did.
    std::string_view fault = {};
};

/// Behind AdmissionReply. Any thread.
class AdmissionPort {
public:
    AdmissionPort(Network& network, ExchangeId exchange);
    AdmissionPort(const AdmissionPort&) = delete;
    AdmissionPort& operator=(const AdmissionPort&) = delete;
    /// The last reply is gone.
    ~AdmissionPort();

    void decide(Verdict verdict);

private:
    Network& network_;
    /// An application's timers may go with the server, replies and all.
    std::weak_ptr<const void> lifeline_;
    const ExchangeId exchange_;
    shard::Once once_;
};

class AdmissionDesk {
public:
    using Decided = std::function<void(const Verdict&)>;

    explicit AdmissionDesk(TransportShard& home) noexcept;
    ~AdmissionDesk();

    /// Asks about the request of an exchange of this shard. `decided` is called once: within this call when there
    /// is nobody to ask or the answer comes within it, else when it comes; never when the client goes before.
    void ask(const HttpRequest& request, ExchangeId exchange, Decided decided);
    /// From AdmissionPort, on this shard: an answer within ask(), which acts on it. False for one that comes
    /// later.
    [[nodiscard]] bool note(ExchangeId exchange, const Verdict& verdict);
    /// The same for one that comes later.
    void decide(ExchangeId exchange, const Verdict& verdict);
    /// The server stops: nobody has to wait for answers any more.
    void refuse_all();

private:
    struct Pending {
        Pending(AdmissionDesk& its_desk, ExchangeId its_exchange) noexcept
            : desk(its_desk), exchange(its_exchange) {}

        void on_timeout(base::TimePoint now);

        AdmissionDesk& desk;
        const ExchangeId exchange;
        /// Empty while the application is being asked.
        Decided decided;
        /// What it answered meanwhile.
        std::optional<Verdict> verdict;
        base::MemberDeadline<Pending, &Pending::on_timeout> timeout{*this};
    };

    [[nodiscard]] std::unique_ptr<Pending> take(ExchangeId exchange);
    void conclude(const Decided& decided, const Verdict& verdict) const;

    TransportShard& home_;
    /// No more than there are connections.
    std::unordered_map<ExchangeId, std::unique_ptr<Pending>> pending_;
};

}  // namespace socketio::transport
