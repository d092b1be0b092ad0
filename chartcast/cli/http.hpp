#pragma once
// HTTP requests by libcurl, one at a time over one connection. Blocks: for the command line only.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chartcast::cli {

struct HttpAnswer {
    /// 0: none came; `error` says why.
    long status = 0;
    std::string body;
    std::string error;
    std::optional<std::chrono::seconds> retry_after;
};

class HttpClient {
public:
    HttpClient();
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    [[nodiscard]] HttpAnswer get(const std::string& url);
    /// `headers` as in "content-type: text/csv".
    [[nodiscard]] HttpAnswer post(const std::string& url, const std::string& body,
                                  const std::vector<std::string>& headers);

private:
    class Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace chartcast::cli
