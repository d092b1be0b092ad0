#pragma once
// What a request makes its answer depend on: ETag, If-Match, Idempotency-Key. Pure; any thread.

#include "api/problem.hpp"
#include "live/position.hpp"
#include "live/row_access.hpp"
#include <socketio/http.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::api {

/// `"k3f9:118"`; for a set that does not see all rows `"k3f9:118.0a1b2c3d"`, since it gets others; and a
/// form that is not the usual one follows: `"k3f9:118.csv"`.
[[nodiscard]] std::string etag_of(const live::Position& position, const live::AccessSet& access,
                                  std::string_view form = {});
/// An opaque tag in quotes, unless it has them.
[[nodiscard]] std::string quoted_tag(std::string_view tag);

/// Begins the answer to a GET: 304 when the sender has this already, else 200 without a body yet.
/// `vary` names the request's headers that decide what is answered.
[[nodiscard]] socketio::HttpResponse tagged_answer(const socketio::HttpRequest& request,
                                                   std::string_view etag, std::string_view vary);

struct IfMatch {
    /// `*`: it has to be there.
    bool exists = false;
    std::optional<live::Position> position;
};
/// One tag, in quotes or bare; what stands behind the version is not looked at.
[[nodiscard]] Checked<IfMatch> if_match_of(const socketio::HttpRequest& request);

/// Empty when there is none; 1 to 128 visible ASCII characters.
[[nodiscard]] Checked<std::string> idempotency_key_of(const socketio::HttpRequest& request);

/// SHA-256 over the parts and their lengths, in hex.
[[nodiscard]] std::string body_hash(std::initializer_list<std::string_view> parts);

}  // namespace chartcast::api
