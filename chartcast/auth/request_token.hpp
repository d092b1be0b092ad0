#pragma once
// Where a request carries its token, and how a URL with one is shown in logs. Any thread.

#include <socketio/handshake.hpp>

#include <string>
#include <string_view>

namespace chartcast::auth {

/// `Authorization: Bearer TOKEN`, else `?token=` or `?access_token=`, else empty. A view into the lists.
[[nodiscard]] std::string_view token_of(const socketio::FieldList& headers,
                                        const socketio::FieldList& query);

/// `token` of the CONNECT payload, else as above. A view into the handshake.
[[nodiscard]] std::string_view token_of(const socketio::Handshake& handshake);

/// The URL with the values of those query parameters blanked, however their names are written.
[[nodiscard]] std::string redacted(std::string_view url);

}  // namespace chartcast::auth
