#include "transport/client_files.hpp"

#include "embedded/client_files.hpp"

#include <algorithm>

namespace socketio::transport {

const StaticFile* find_client_file(std::string_view name) noexcept {
    const auto files = client_files();
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const StaticFile& file) { return file.name == name; });
    return found == files.end() ? nullptr : &*found;
}

}  // namespace socketio::transport
