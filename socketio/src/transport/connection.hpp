#pragma once
// One connection over a stream socket: reads into the shard's one buffer, writes with the turn, speaks a
// protocol that may change (HTTP, then WebSocket). Owns no buffer of its own. Lives on one shard; moves to
// another only as a bare file descriptor with its passage (release()).

#include "base/deadline_queue.hpp"
#include "shard/shard.hpp"
#include "shard/unique_fd.hpp"
#include "transport/passage.hpp"
#include "transport/readiness.hpp"

#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/uio.h>

namespace socketio::transport {

class TransportShard;

/// What is spoken on a connection. Owned by it; calls come from it. Destroyed at the end of the turn in
/// which it was replaced or its connection closed.
class Protocol : public shard::Mortal {
public:
    /// The bytes are valid during the call and may be changed.
    virtual void on_bytes(std::span<char> bytes) = 0;
    /// The peer has closed its side or, when `failed`, the connection broke. Unless the protocol still has
    /// output or asks to stay (stays_after_end), the connection is closed after this.
    virtual void on_end(bool failed) = 0;
    [[nodiscard]] virtual bool stays_after_end() const noexcept { return false; }
    /// The time set with Connection::set_deadline() is over.
    virtual void on_deadline() = 0;

    [[nodiscard]] virtual bool has_output() const noexcept = 0;
    /// gather() comes soon: ask the memory for what it will read.
    virtual void prefetch() const noexcept {}
    /// Appends at most buffers_per_write_max buffers, in order; they stay valid until on_written().
    virtual void gather(std::vector<iovec>& buffers) = 0;
    /// The kernel took that many bytes of what was gathered last: take note of it and no more. Other
    /// connections' writes of the same turn are not noted yet, so nothing that sends may be called.
    /// False when nothing follows from it and there is no more output: the usual end of a broadcast, which
    /// is spared after_write().
    [[nodiscard]] virtual bool on_written(std::size_t bytes) = 0;
    /// Later in the same turn, after every write: whatever follows from it.
    virtual void after_write() {}

    /// The server stops: say goodbye and finish().
    virtual void on_shutdown() = 0;
};

class Connection final
    : public boost::intrusive_ref_counter<Connection, boost::thread_unsafe_counter>,
      public boost::intrusive::list_base_hook<> {
public:
    Connection(TransportShard& home, shard::UniqueFd fd,
               std::unique_ptr<Passage> passage = nullptr);
    ~Connection();

    /// Goes through its passage's opening first; TransportShard::open() is called when that is over.
    void begin_opening();
    /// Speaks `protocol` from now on, when its opening is over or it has none; `bytes` were read already.
    void start(std::unique_ptr<Protocol> protocol, std::string bytes = {});
    /// The same for a connection that spoke another one. The old protocol lives until the turn's end, so
    /// it may call this itself.
    void replace_protocol(std::unique_ptr<Protocol> protocol);

    [[nodiscard]] TransportShard& home() noexcept { return home_; }
    [[nodiscard]] bool is_open() const noexcept { return state_ != State::closed; }
    /// What comes before its first protocol is not over.
    [[nodiscard]] bool opening() const noexcept { return state_ == State::opening; }
    /// Of the client that a PROXY header named, else of the peer: numeric, without its port. Empty for the peer of
    /// a unix socket. Known when the opening is over.
    [[nodiscard]] std::string address() const;
    /// The client speaks TLS, with us or with the proxy whose PROXY header says so.
    [[nodiscard]] bool secure() const noexcept;

    /// The protocol has output. Cheap, any number of times.
    void want_write();
    /// Writes at once what the socket takes.
    void write_now();
    /// Bytes of an earlier write are still unsent: the peer or the network is slow.
    [[nodiscard]] bool blocked() const noexcept { return blocked_; }

    /// Reading stops until resume_reading(): the peer is ahead of us.
    void pause_reading() noexcept { paused_ = true; }
    void resume_reading();

    /// One timer for the protocol's use; a new time replaces the old.
    void set_deadline(base::Milliseconds delay);
    void cancel_deadline() noexcept;

    /// Closes when all output is written. Input is thrown away meanwhile and for a short time after,
    /// since closing with unread input would make the kernel reset the connection and lose our last words.
    void finish();
    /// Closes now. The protocol hears nothing more.
    void close();
    /// Gives the socket away, from inside on_bytes() or a call that it made; this connection is closed.
    [[nodiscard]] ReleasedSocket release();
    /// The socket was released, not closed.
    [[nodiscard]] bool moved() const noexcept { return moved_; }
    /// The server stops.
    void shut_down();

    // ---- For ReadinessSet ----------------------------------------------------------------------
    void on_ready(Readiness ready);
    /// Once: what one read takes.
    void read();

    // ---- For Opening ---------------------------------------------------------------------------
    /// Null for most connections.
    [[nodiscard]] Passage* passage() const noexcept {
        return extra_ ? extra_->passage.get() : nullptr;
    }
    void step_opening();
    void end_opening();

    // ---- For WriteTurn -------------------------------------------------------------------------
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// Has TLS: written with write_secured(), not as others are.
    [[nodiscard]] bool secured() const noexcept { return secured_; }
    void prefetch_protocol() const noexcept { __builtin_prefetch(protocol_.get()); }
    void prefetch_output() const noexcept {
        if (protocol_) protocol_->prefetch();
    }
    void gather(std::vector<iovec>& buffers);
    /// Takes note of what the kernel took of what was gathered last, or of its -errno. True when
    /// after_write() has become due.
    [[nodiscard]] bool settle(ssize_t result, std::size_t wanted);
    /// For one with TLS: gathers into `buffers`, writes, and settles. Nothing when there was nothing to write, else
    /// whether after_write() has become due. `scratch` has a record's size.
    struct SecuredWrite {
        ssize_t bytes = 0;
        bool partial = false;
        bool after_write_due = false;
    };
    [[nodiscard]] std::optional<SecuredWrite> write_secured(std::vector<iovec>& buffers,
                                                            std::span<char> scratch);
    /// What follows from it, once every write of the round is settled.
    void after_write();
    void leave_write_list() noexcept { in_write_list_ = false; }

private:
    // `opening`: there is no protocol yet; `finishing`: output is being written; `lingering`: all is written,
    // waiting for the peer's end.
    enum class State : std::uint8_t { opening, open, finishing, lingering, closed };

    void on_deadline(base::TimePoint now);
    /// Most connections are plain WebSockets, whose time is kept by their sessions: they have none of it.
    struct Extra {
        explicit Extra(Connection& connection) noexcept : timer(connection) {}

        base::MemberDeadline<Connection, &Connection::on_deadline> timer;
        std::unique_ptr<Passage> passage;
    };

    [[nodiscard]] Extra& extra();
    void drop_timer() noexcept;
    [[nodiscard]] TlsStream& tls() const noexcept { return *extra_->passage->tls; }
    [[nodiscard]] bool has_output() const noexcept;
    void read_secured();
    void read_later();
    void on_end(bool failed);
    void linger();
    void leave();

    TransportShard& home_;
    std::unique_ptr<Protocol> protocol_;
    /// Only while it is needed.
    std::unique_ptr<Extra> extra_;
    shard::UniqueFd fd_;
    State state_ = State::open;
    bool paused_ = false;
    bool input_left_ = false;  ///< There may be more to read, which nothing will tell again.
    bool read_due_ = false;
    bool peer_ends_ = false;   ///< The end stands behind what is left to read.
    bool peer_ended_ = false;  ///< It was read.
    bool blocked_ = false;     ///< Until the socket takes bytes again.
    bool in_write_list_ = false;
    bool moved_ = false;
    bool after_write_due_ = false;
    bool broken_ = false;   ///< A write failed; after_write() acts on it.
    bool secured_ = false;  ///< There is TLS in its passage.
};

using ConnectionRef = boost::intrusive_ptr<Connection>;

}  // namespace socketio::transport
