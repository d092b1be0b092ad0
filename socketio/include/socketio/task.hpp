#pragma once
// Coroutines that wait for answers, without Asio. A task runs on the shard that started it and comes back to
// it after each co_await.
//
//   socketio::Task greet(socketio::Socket& socket, std::string name) {
//       const auto answer = co_await socket.emit_with_ack("who are you", {name}, 5s);
//       if (!answer.ec) socket.emit("hello", answer.args.at(0));
//   }
//   ...
//   socket.spawn(greet(socket, "door"));

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace socketio {

/// Work that waits, to be started with Socket::spawn() or Server::spawn(); what it throws is logged as
/// `handler failed`. It takes its arguments by value, or by references that last: what a handler was given
/// is gone at the first co_await, and so are the captures of a lambda. A task that is never started, or
/// whose server ends while it waits, is destroyed where it stands.
class [[nodiscard]] Task {
public:
    struct promise_type;  // NOLINT(readability-identifier-naming): the language names it.
    using Handle = std::coroutine_handle<promise_type>;
    using FailureHandler = std::function<void(std::exception_ptr)>;

    struct promise_type {  // NOLINT(readability-identifier-naming)
        Task get_return_object() noexcept { return Task(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { on_failure(std::current_exception()); }

        FailureHandler on_failure;
    };

    explicit Task(Handle handle) noexcept : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() {
        if (handle_) handle_.destroy();
    }

    /// Runs it up to its first co_await. Once.
    void start(FailureHandler on_failure) {
        const auto handle = std::exchange(handle_, {});
        handle.promise().on_failure = std::move(on_failure);
        handle.resume();
    }

private:
    Handle handle_;
};

/// A task that waits for an answer: woken once, or destroyed when nobody is left to wake it.
class SleepingTask {
public:
    explicit SleepingTask(Task::Handle handle) noexcept : handle_(handle) {}
    SleepingTask(const SleepingTask&) = delete;
    SleepingTask& operator=(const SleepingTask&) = delete;
    ~SleepingTask() {
        if (handle_) handle_.destroy();
    }

    void wake() {
        if (handle_) std::exchange(handle_, {}).resume();
    }

private:
    Task::Handle handle_;
};

/// What a Task may co_await. Asks when it is awaited, not before.
template <class Result>
class [[nodiscard]] Awaitable {
public:
    /// Calls what it is given once, later, on the shard that it was called on.
    using Ask = std::function<void(std::function<void(Result)>)>;

    explicit Awaitable(Ask ask) noexcept : ask_(std::move(ask)) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(Task::Handle waiting) {
        // This awaitable ends with the co_await, which may be before ask() returns.
        const auto ask = std::move(ask_);
        ask([this, sleeping = std::make_shared<SleepingTask>(waiting)](Result result) {
            result_.emplace(std::move(result));
            sleeping->wake();
        });
    }
    Result await_resume() { return *std::move(result_); }

private:
    Ask ask_;
    std::optional<Result> result_;
};

}  // namespace socketio
