#include "cli/standard_input.hpp"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

namespace chartcast::cli {

StandardInput::Event StandardInput::read(std::optional<std::chrono::milliseconds> patience) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    buffer_.resize(piece_bytes);
    bytes_ = {};
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, patience ? static_cast<int>(patience->count()) : -1);
    if (ready == 0 || (ready < 0 && errno == EINTR)) return Event::quiet;
    const auto size = ::read(STDIN_FILENO, buffer_.data(), buffer_.size());
    if (size < 0 && errno == EINTR) return Event::quiet;
    if (size < 0) {
        problem_ = std::string("standard input: ") + std::strerror(errno);
        return Event::failed;
    }
    bytes_ = std::string_view(buffer_).substr(0, static_cast<std::size_t>(size));
    return size == 0 ? Event::end : Event::bytes;
}

std::variant<std::string, InputProblem> read_whole_input(std::size_t bytes_max) {
    StandardInput input;
    std::string whole;
    for (;;) {
        const auto event = input.read(std::nullopt);
        if (event == StandardInput::Event::end) return whole;
        if (event == StandardInput::Event::failed) return InputProblem{input.problem()};
        whole += input.bytes();
        if (whole.size() > bytes_max) {
            return InputProblem{"standard input is larger than " +
                                std::to_string(bytes_max / (1024 * 1024)) + " MiB"};
        }
    }
}

}  // namespace chartcast::cli
