#pragma once
// What a client said when it connected. Belongs to its socket; lives on the socket's shard.

#include "socketio/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

/// Headers or query parameters in the order they came; names of headers in lower case. One pointer, and
/// at most one allocation: every idle client keeps such a list.
class FieldList {
public:
    /// Name and value: views into the list, valid until it changes.
    using Field = std::pair<std::string_view, std::string_view>;
    class Iterator;

    FieldList() noexcept = default;
    /// Copies take no more memory than they need.
    FieldList(const FieldList& other);
    FieldList(FieldList&& other) noexcept = default;
    FieldList& operator=(const FieldList& other);
    FieldList& operator=(FieldList&& other) noexcept = default;
    ~FieldList() = default;

    /// Neither text may be a view into this list.
    void add(std::string_view name, std::string_view value);
    /// The first of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    /// The first of that name, or an empty text.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept {
        return find(name).value_or(std::string_view());
    }
    [[nodiscard]] bool empty() const noexcept { return records_ == nullptr; }
    [[nodiscard]] Iterator begin() const noexcept;
    [[nodiscard]] Iterator end() const noexcept;

private:
    /// Of one field after the other: the lengths of its name and its value, then both texts.
    [[nodiscard]] std::string_view records() const noexcept;
    /// Makes room for `bytes` more and returns where they go.
    [[nodiscard]] char* extend(std::size_t bytes);

    /// Begins with a Prefix; null when there are no fields.
    std::unique_ptr<char[]> records_;
};

class FieldList::Iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = const Field*;
    using reference = const Field&;

    Iterator() noexcept = default;
    explicit Iterator(std::string_view records) noexcept : records_(records) { read(); }

    [[nodiscard]] const Field& operator*() const noexcept { return field_; }
    [[nodiscard]] const Field* operator->() const noexcept { return &field_; }
    Iterator& operator++() noexcept;
    Iterator operator++(int) noexcept {
        auto before = *this;
        ++*this;
        return before;
    }
    /// Of the same list.
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept {
        return a.records_.size() == b.records_.size();
    }

private:
    void read() noexcept;

    std::string_view records_;  ///< From the current one on.
    Field field_;
};

/// Of the request that opened a session.
struct OpeningRequest {
    std::string url;
    FieldList headers;
};

struct Handshake {
    /// Null once it is not kept any more, see Options::keep_request. Whoever needs it longer holds a copy
    /// of the pointer.
    std::shared_ptr<const OpeningRequest> request;
    /// Of the URL.
    FieldList query;
    /// As HttpRequest's, of the request that opened the session; so is `secure`.
    std::string address;
    std::chrono::system_clock::time_point issued;
    bool secure = false;
    /// The request had an Origin header.
    bool cross_domain = false;
    /// The payload of the CONNECT packet: an object, or null when the client sent none.
    Value auth;

    /// Empty once the request is not kept any more.
    [[nodiscard]] const FieldList& headers() const noexcept;
    [[nodiscard]] std::string_view url() const noexcept {
        return request ? std::string_view(request->url) : std::string_view();
    }
};

}  // namespace socketio
