#pragma once
// The CRM that `chartcast demo` shows: a file that is made at the start and moves by itself, and the
// configuration that draws it. Lives on shard 0.

#include "demo/crm_pace.hpp"
#include <socketio/value.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace chartcast::demo {

/// The folder or the file cannot be made.
class DemoError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A folder for the demo's files: the given one, made when it is missing, or a private one, which goes with
/// this.
class DemoFolder {
public:
    /// Throws DemoError.
    explicit DemoFolder(const std::string& wanted);
    ~DemoFolder();
    DemoFolder(const DemoFolder&) = delete;
    DemoFolder& operator=(const DemoFolder&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    bool is_private_ = false;
};

class CrmDemo {
public:
    struct Options {
        /// Empty: a private folder.
        std::string folder;
        std::uint64_t seed = 1;
        /// Milliseconds since 1970, where the CRM's past ends.
        std::int64_t now = 0;
    };

    /// Makes the CRM anew, which blocks for about a second: before the server runs. Throws DemoError.
    explicit CrmDemo(const Options& options);

    /// YAML, as a file of `serve -c` would hold it.
    [[nodiscard]] std::string configuration() const;
    [[nodiscard]] std::string database() const;
    /// What has been pushed to the dataset `signups` before anybody pushes.
    [[nodiscard]] static socketio::Array signups();

    /// From here on the CRM moves.
    void start(boost::asio::io_context& io, sources::Post post);
    void stop();

private:
    DemoFolder folder_;
    std::uint64_t seed_;
    std::optional<CrmPace> pace_;
};

}  // namespace chartcast::demo
