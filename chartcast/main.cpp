// chartcast: from the command line to what carries it out. program/live_server.cpp is the wiring.

#include "cli/check.hpp"
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
int carry_out(const config::CheckCommand& command) {
    return cli::run(command);
}
template <class Command>
int carry_out(const Command& command) {
    if constexpr (requires { program::run(command); }) {
        return program::run(command);
    } else {
        return 2;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto command = config::parse_command_line(argc, argv);
    return std::visit([](const auto& parsed) { return carry_out(parsed); }, command);
}
