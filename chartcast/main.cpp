// chartcast: from the command line to what carries it out. program/live_server.cpp is the wiring.

#include "cli/check.hpp"
#include "cli/emit.hpp"
#include "cli/hash_key.hpp"
#include "cli/push.hpp"
#include "cli/top.hpp"
#include "config/command_line.hpp"
#include "program/run.hpp"

#include <cstdio>
#include <variant>

namespace {

using namespace chartcast;

int carry_out(const config::Exit& exit) {
    std::fputs(exit.text.c_str(), exit.code == 0 ? stdout : stderr);
    return exit.code;
}

template <class Command>
int carry_out(const Command& command) {
    if constexpr (requires { cli::run(command); }) {
        return cli::run(command);
    } else {
        return program::run(command);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto command = config::parse_command_line(argc, argv);
    return std::visit([](const auto& parsed) { return carry_out(parsed); }, command);
}
