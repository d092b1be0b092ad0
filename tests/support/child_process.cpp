// See child_process.hpp.
#include "support/child_process.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace test_support {

pid_t spawn(const std::vector<std::string>& arguments, int output) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    pid_t pid = -1;
    const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("cannot start " + arguments[0] + ": is it installed?");
    }
    return pid;
}

int wait_for_end(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

ChildProcess::ChildProcess(boost::asio::io_context& io, const std::vector<std::string>& arguments)
    : pipe_(io) {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2 failed");
    }
    pipe_.assign(pipe[0]);
    pid_ = spawn(arguments, pipe[1]);
    close(pipe[1]);
    read();
}

ChildProcess::~ChildProcess() {
    ::kill(pid_, SIGKILL);
    wait_for_end(pid_);
}

void ChildProcess::read() {
    const std::size_t size = buffer_.size();
    buffer_.resize(size + 4096);
    pipe_.async_read_some(boost::asio::buffer(buffer_.data() + size, 4096),
                          [this, size](boost::system::error_code ec, std::size_t bytes) {
                              if (ec) {
                                  return;
                              }
                              buffer_.resize(size + bytes);
                              for (std::size_t end;
                                   (end = buffer_.find('\n')) != std::string::npos;) {
                                  lines_.push_back(buffer_.substr(0, end));
                                  buffer_.erase(0, end + 1);
                              }
                              read();
                          });
}

bool ChildProcess::printed(const std::string& line) const {
    return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
}

std::string ChildProcess::output() const {
    std::string text;
    for (const std::string& line : lines_) {
        text += line + "\n";
    }
    return text;
}

}  // namespace test_support
