#pragma once
// A program that a test runs beside itself, read line by line. Stopped by its pid at the latest in
// the destructor. Lives on the thread of its io_context.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <string>
#include <vector>

#include <sys/types.h>

namespace test_support {

/// Starts a program found on PATH, with its output and errors in `output` and nothing to read.
/// Throws std::runtime_error when there is no such program.
[[nodiscard]] pid_t spawn(const std::vector<std::string>& arguments, int output);
/// The wait status of a child, once it has ended.
int wait_for_end(pid_t pid);

class ChildProcess {
public:
    ChildProcess(boost::asio::io_context& io, const std::vector<std::string>& arguments);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// What it has printed so far, whole lines, without their ends.
    [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }
    [[nodiscard]] bool printed(const std::string& line) const;
    /// Everything, for the message of a test that fails.
    [[nodiscard]] std::string output() const;

private:
    void read();

    boost::asio::posix::stream_descriptor pipe_;
    pid_t pid_ = -1;
    std::string buffer_;
    std::vector<std::string> lines_;
};

}  // namespace test_support
