# The Debian packages that the build uses; tools/setup installs them.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)

# Boost's compiled parts that we use header-only; concrete executors keep Asio objects small.
add_library(chartcast_boost INTERFACE)
target_link_libraries(chartcast_boost INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(chartcast_boost INTERFACE
    BOOST_ASIO_NO_DEPRECATED BOOST_ALLOW_DEPRECATED_HEADERS)

if(NOT CHARTCAST_CORE_ONLY)
    # It comes without a CMake package.
    find_library(URING_LIBRARY uring REQUIRED)
    find_path(URING_INCLUDE liburing.h REQUIRED)
    add_library(chartcast_uring INTERFACE)
    target_link_libraries(chartcast_uring INTERFACE ${URING_LIBRARY})
    target_include_directories(chartcast_uring SYSTEM INTERFACE ${URING_INCLUDE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD AND NOT CHARTCAST_FUZZ)
    add_link_options(-fuse-ld=mold)
endif()

# What follows is for the product, its tools and tests.
if(CHARTCAST_LIBRARY_ONLY)
    return()
endif()

# It comes without a CMake package.
add_library(chartcast_mpack INTERFACE)
find_library(MPACK_LIBRARY mpack REQUIRED)
target_link_libraries(chartcast_mpack INTERFACE ${MPACK_LIBRARY})

find_package(yaml-cpp REQUIRED)
add_library(chartcast_yaml INTERFACE)
target_link_libraries(chartcast_yaml INTERFACE yaml-cpp)

if(NOT CHARTCAST_CORE_ONLY)
    find_package(SQLite3 REQUIRED)
    add_library(chartcast_sqlite INTERFACE)
    target_link_libraries(chartcast_sqlite INTERFACE SQLite::SQLite3)
    find_package(CURL REQUIRED)
    add_library(chartcast_curl INTERFACE)
    target_link_libraries(chartcast_curl INTERFACE CURL::libcurl)
    find_library(CJOSE_LIBRARY cjose REQUIRED)
    add_library(chartcast_jose INTERFACE)
    target_link_libraries(chartcast_jose INTERFACE ${CJOSE_LIBRARY})
    find_library(SYSTEMD_LIBRARY systemd REQUIRED)
    add_library(chartcast_systemd INTERFACE)
    target_link_libraries(chartcast_systemd INTERFACE ${SYSTEMD_LIBRARY})
    find_package(spdlog REQUIRED)
    find_package(CLI11 REQUIRED)
endif()
