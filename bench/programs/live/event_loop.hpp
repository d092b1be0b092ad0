#pragma once
// epoll, and who is told when a socket can be read. One thread.

#include <string>

namespace bench {

class Reader {
public:
    virtual ~Reader() = default;
    /// Reads once from its socket: level-triggered, what is left is told of again.
    virtual void on_readable() = 0;
};

class EventLoop {
public:
    EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Until the socket is closed, which must not happen inside of turn().
    void add(int socket, Reader& reader);
    /// Tells whoever can read; false when nobody could in that time.
    bool turn(int timeout_ms);
    /// Turns until that is true; ends the program, saying what was missing, when it does not come to pass.
    template <class Condition>
    void until(Condition&& condition, const char* what, double seconds = 120);
    /// Shared by all readers: what one read gives is used up before the next one.
    [[nodiscard]] std::string& buffer() noexcept { return buffer_; }

private:
    [[noreturn]] static void give_up(const char* what);
    static double now();

    int epoll_;
    std::string buffer_;
};

template <class Condition>
void EventLoop::until(Condition&& condition, const char* what, double seconds) {
    const auto give_up_at = now() + seconds;
    while (!condition()) {
        turn(1000);
        if (now() > give_up_at) give_up(what);
    }
}

/// What one read of the socket gives, in the loop's buffer; ends the program when the server has closed it.
[[nodiscard]] std::size_t read_some(int socket, std::string& buffer);
/// All of it, at once: what is sent here is far smaller than a socket's buffer.
void send_all(int socket, const std::string& bytes);

}  // namespace bench
