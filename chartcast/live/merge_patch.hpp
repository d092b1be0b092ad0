#pragma once
// JSON merge patches, RFC 7396. REQUIRES of every value here: nesting as shallow as a parser with a depth
// limit admits. Any thread.

#include <socketio/value.hpp>

#include <optional>

namespace chartcast::live {

/// The patched target.
[[nodiscard]] socketio::Value merge_patch(socketio::Value target, const socketio::Value& patch);

/// The patch that makes `to` of `from`; `{}` when they are equal. Nothing when there is none, because
/// `to` holds a null where the patch would have to say it: there a null means removal. Nulls inside of
/// lists travel as they are, since lists go whole.
[[nodiscard]] std::optional<socketio::Value> make_merge_patch(const socketio::Value& from,
                                                              const socketio::Value& to);

/// One patch that does what the two do in turn, whether or not the first was applied already. Nothing when
/// no patch can: removing a member and writing an object in its place would merge with what was there.
[[nodiscard]] std::optional<socketio::Value> compose_merge_patches(const socketio::Value& first,
                                                                   const socketio::Value& second);

}  // namespace chartcast::live
