# add_layer(<target> FOLDER <dir> DEPENDS <targets...>)
#
# One static library from the sources of one folder. The folder is the layer: what a layer may use is what it
# lists here, and tools/check_tree.py holds the includes against the same order.
# A folder of headers alone becomes an interface library.
function(add_layer target)
    cmake_parse_arguments(LAYER "" "FOLDER" "DEPENDS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${LAYER_FOLDER}/*.cpp)
    if(NOT sources)
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE ${LAYER_DEPENDS})
        return()
    endif()
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${LAYER_DEPENDS} PRIVATE chartcast_warnings)
    if(CHARTCAST_SANITIZE)
        # These builds are made whole, seldom a file at a time: what sources have in common is compiled once.
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    endif()
endfunction()
