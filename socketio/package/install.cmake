# What users of an installed copy get, all of it of the install component "socketio": the public headers, one
# archive of all layers, a CMake package, a pkg-config file. docs/library.md says how it is used, and
# tests/consume builds programs against it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(objects)
foreach(layer IN ITEMS base wire engine hub shard transport cluster_codec cluster server client_files)
    list(APPEND objects $<TARGET_OBJECTS:socketio_${layer}>)
endforeach()
foreach(layer IN ITEMS protocol client)
    list(APPEND objects $<TARGET_OBJECTS:redis_${layer}>)
endforeach()

# One archive, so that nobody outside has to know the layers and their order.
add_library(socketio_library STATIC ${objects})
set_target_properties(socketio_library PROPERTIES
    OUTPUT_NAME socketio EXPORT_NAME socketio LINKER_LANGUAGE CXX)
target_compile_features(socketio_library INTERFACE cxx_std_20)
target_link_libraries(socketio_library INTERFACE
    Boost::headers OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB Threads::Threads
    $<INSTALL_INTERFACE:socketio::uring>)

set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/socketio)
install(TARGETS socketio_library EXPORT socketioTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT socketio
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/socketio DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT socketio
    FILES_MATCHING PATTERN "*.hpp")
install(EXPORT socketioTargets NAMESPACE socketio:: DESTINATION ${cmake_folder} COMPONENT socketio)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE COMPONENT socketio
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/socketio)

configure_package_config_file(package/socketioConfig.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/socketioConfig.cmake INSTALL_DESTINATION ${cmake_folder})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/socketioConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/socketioConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/socketioConfigVersion.cmake
    DESTINATION ${cmake_folder} COMPONENT socketio)

# From the pkg-config file's own place: the prefix may be chosen as late as `cmake --install --prefix`.
file(RELATIVE_PATH prefix_from_pkgconfig /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" prefix_from_pkgconfig ${prefix_from_pkgconfig})
# Boost has no pkg-config file. Where the compiler finds it by itself there is nothing to say.
set(boost_cflags)
if(NOT Boost_INCLUDE_DIRS IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    set(boost_cflags " -I${Boost_INCLUDE_DIRS}")
endif()
configure_file(package/socketio.pc.in ${CMAKE_CURRENT_BINARY_DIR}/socketio.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/socketio.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT socketio)
