#pragma once
// What the program's commands do that need the server's parts. Each returns the exit status and writes what
// went wrong to standard error.

#include "config/command.hpp"

namespace chartcast::program {

/// The CRM demo and the seed's routes.
int run(const config::DemoCommand& command);
int run(const config::ServeCommand& command);
/// Prints an embed token.
int run(const config::TokenCommand& command);
int run(const config::BackupCommand& command);
int run(const config::RestoreCommand& command);

}  // namespace chartcast::program
