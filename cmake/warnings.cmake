# Every target of the project is built with these; system headers are exempt.
add_library(chartcast_warnings INTERFACE)
target_compile_options(chartcast_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Woverloaded-virtual -Wold-style-cast
    -Wcast-qual -Wextra-semi -Werror=return-type -Werror=uninitialized
    # g++ 12 is often wrong about it when it inlines std::optional and std::variant.
    -Wno-error=maybe-uninitialized)
