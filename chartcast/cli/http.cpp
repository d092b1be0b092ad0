#include "cli/http.hpp"

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <new>

namespace chartcast::cli {
namespace {

constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;
constexpr long connect_seconds_max = 10;
// A publish is answered when it is on disk.
constexpr long request_seconds_max = 120;

std::size_t keep(const char* bytes, std::size_t size, std::size_t count, void* body) {
    auto& text = *static_cast<std::string*>(body);
    if (text.size() + size * count > answer_bytes_max) return 0;
    text.append(bytes, size * count);
    return size * count;
}

class HeaderList {
public:
    explicit HeaderList(const std::vector<std::string>& headers) {
        for (const auto& header : headers) list_ = curl_slist_append(list_, header.c_str());
    }
    ~HeaderList() { curl_slist_free_all(list_); }
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;
    [[nodiscard]] curl_slist* get() const noexcept { return list_; }

private:
    curl_slist* list_ = nullptr;
};

}  // namespace

class HttpClient::Handle {
public:
    Handle() : curl_(curl_easy_init()) {
        if (!curl_) throw std::bad_alloc();
    }
    ~Handle() { curl_easy_cleanup(curl_); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    /// Everything but what makes it a GET or a POST. Keeps the connection of the request before.
    void prepare(const std::string& url) {
        curl_easy_reset(curl_);
        answer_ = {};
        reason_.fill('\0');
        curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
        curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl_, CURLOPT_USERAGENT, "chartcast/" CHARTCAST_VERSION);
        curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT, connect_seconds_max);
        curl_easy_setopt(curl_, CURLOPT_TIMEOUT, request_seconds_max);
        curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, reason_.data());
        curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, keep);
        curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer_.body);
    }

    [[nodiscard]] CURL* curl() const noexcept { return curl_; }

    HttpAnswer perform() {
        const auto code = curl_easy_perform(curl_);
        if (code != CURLE_OK) {
            answer_.error = reason_[0] != '\0' ? reason_.data() : curl_easy_strerror(code);
            return std::move(answer_);
        }
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer_.status);
        curl_off_t seconds = 0;
        curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &seconds);
        if (seconds > 0) answer_.retry_after = std::chrono::seconds(seconds);
        return std::move(answer_);
    }

private:
    CURL* curl_;
    HttpAnswer answer_;
    std::array<char, CURL_ERROR_SIZE> reason_{};
};

HttpClient::HttpClient() {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    handle_ = std::make_unique<Handle>();
}

HttpClient::~HttpClient() {
    handle_.reset();
    curl_global_cleanup();
}

HttpAnswer HttpClient::get(const std::string& url) {
    handle_->prepare(url);
    return handle_->perform();
}

HttpAnswer HttpClient::post(const std::string& url, const std::string& body,
                            const std::vector<std::string>& headers) {
    handle_->prepare(url);
    auto* const curl = handle_->curl();
    auto all = headers;
    // Not to wait for a 100 before larger bodies.
    all.emplace_back("Expect:");
    const HeaderList list(all);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
    return handle_->perform();
}

}  // namespace chartcast::cli
