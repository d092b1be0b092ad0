#include "auth/key_fetch.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

namespace chartcast::auth {
namespace {

struct CurlCleanup {
    void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
};
using Curl = std::unique_ptr<CURL, CurlCleanup>;

struct Transfer {
    const FetchLimits& limits;
    const std::function<bool()>& stopped;
    std::string body;
    bool too_large = false;
};

std::size_t take_bytes(char* bytes, std::size_t size, std::size_t count, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    const auto length = size * count;
    if (length > transfer.limits.bytes_max - transfer.body.size()) {
        transfer.too_large = true;
        return 0;
    }
    transfer.body.append(bytes, length);
    return length;
}

int check_stopped(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(context)->stopped() ? 1 : 0;
}

void prepare(CURL* curl, const std::string& url, Transfer& transfer) {
    const bool secure = boost::algorithm::to_lower_copy(url.substr(0, 6)) == "https:";
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    // Keys that were to come over TLS must not come without it after all.
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, transfer.limits.redirects_max);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(transfer.limits.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    // A resolver that hangs must not hold the end of the program.
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "chartcast");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, check_stopped);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
}

std::string error_of(CURL* curl, CURLcode code, const Transfer& transfer) {
    if (transfer.too_large) return "larger than the limit";
    if (code != CURLE_OK) return curl_easy_strerror(code);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status == 200 ? std::string() : "status " + std::to_string(status);
}

std::optional<std::chrono::seconds> max_age_in_answer(CURL* curl) {
    curl_header* field = nullptr;
    constexpr int last_request = -1;
    const auto found =
        curl_easy_header(curl, "cache-control", 0, CURLH_HEADER, last_request, &field);
    return found == CURLHE_OK ? max_age_of(std::string_view(field->value)) : std::nullopt;
}

}  // namespace

FetchedKeys fetch_keys(const std::string& url, const FetchLimits& limits,
                       const std::function<bool()>& stopped) {
    const Curl curl(curl_easy_init());
    if (!curl) return {"libcurl does not start", {}, {}};
    Transfer transfer{limits, stopped, {}};
    prepare(curl.get(), url, transfer);
    const auto code = curl_easy_perform(curl.get());
    auto error = error_of(curl.get(), code, transfer);
    if (!error.empty()) return {std::move(error), {}, {}};
    return {{}, std::move(transfer.body), max_age_in_answer(curl.get())};
}

std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
    constexpr std::string_view name = "max-age=";
    std::optional<std::chrono::seconds> max_age;
    while (!cache_control.empty()) {
        const auto comma = std::min(cache_control.find(','), cache_control.size());
        const auto directive = boost::algorithm::to_lower_copy(
            boost::algorithm::trim_copy(std::string(cache_control.substr(0, comma))));
        cache_control.remove_prefix(std::min(comma + 1, cache_control.size()));
        if (directive == "no-store" || directive == "no-cache") return std::chrono::seconds(0);
        if (!directive.starts_with(name)) continue;
        // Beyond any bound of ours; more digits would overflow what it is later compared with.
        unsigned seconds = 0;
        const auto* first = directive.data() + name.size();
        const auto* last = directive.data() + directive.size();
        const auto [end, failure] = std::from_chars(first, last, seconds);
        if (failure == std::errc() && end == last) max_age = std::chrono::seconds(seconds);
    }
    return max_age;
}

}  // namespace chartcast::auth
