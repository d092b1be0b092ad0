# Files inside the binary, compressed at build time.
#
# embed_assets(<target> NAMESPACE <ns> FUNCTION <name> TYPE <type> TYPE_HEADER <header>
#              [FILES <name>=<path>...] [FOLDER <folder>] [ETAG <version>])
#
#   makes the static library <target> with the header "embedded/<FUNCTION>.hpp", which declares
#       std::span<const TYPE> <ns>::<FUNCTION>();
#   in the order of FILES. <name> is what the file is called in URLs, <path> where it lies (relative to the
#   current source folder; a file that the build itself makes is fine).
#   FOLDER             one that make_folder() describes: its files follow, sorted, as "name.js" and "folder/name.js"
#   TYPE, TYPE_HEADER  a struct with the members name, content_type, etag, identity, gzip, brotli (all
#                      std::string_view, in this order), and the header that has it (link <target> to the
#                      library which that header belongs to)
#   ETAG               every file's ETag, quoted for you; without it each has one of its content's hash.
#
#   A file is stored as it is and, where that is smaller, as gzip and brotli at their best quality: the server
#   only picks one. Content types follow the names' endings; an unknown ending fails the build.
#
#     embed_assets(chartcast_page_files NAMESPACE chartcast::pages FUNCTION page_files
#                  TYPE EmbeddedFile TYPE_HEADER pages/embedded_file.hpp
#                  FILES chart.css=pages/assets/chart.css echarts.min.js=${WEB_MODULES}/echarts/dist/echarts.min.js)
#
# bundle_script(<output> ENTRY <file> [SOURCES <files...>])
#   makes <output> (an absolute path in the build folder) from a JavaScript or TypeScript file of web/ and what it
#   imports, minified for browsers; name it in FILES. SOURCES: what it imports from our own folders.
#
# make_folder(<folder> SCRIPT <script> [SOURCES <files...>])
#   makes <folder> (an absolute path in the build folder) by `node <script> --out <folder>`: files whose names are
#   known only then. Name it as FOLDER. SOURCES: what the script reads of our own.
#
# npm_package_version(<package> <result>)
#   the installed version of a package of web/, as for an ETag.
#
# Compressed forms are kept under their content's hash, for all build folders together: brotli at its best
# takes seconds for a large file.

find_program(NODE_EXECUTABLE node)
set(WEB_FOLDER ${CMAKE_SOURCE_DIR}/web)
set(WEB_MODULES ${WEB_FOLDER}/node_modules)

if(CMAKE_BINARY_DIR MATCHES "^${CMAKE_SOURCE_DIR}/build/")
    set(EMBED_CACHE ${CMAKE_SOURCE_DIR}/build/.asset-cache)
else()
    set(EMBED_CACHE ${CMAKE_BINARY_DIR}/.asset-cache)
endif()

# Called where web files are about to be used, so that a build of the I/O-free layers needs no Node.
function(require_web_packages)
    if(NOT NODE_EXECUTABLE)
        message(FATAL_ERROR "node is needed to build the web files: run tools/setup --build")
    endif()
    if(NOT EXISTS ${WEB_MODULES}/.package-lock.json)
        message(FATAL_ERROR "the npm packages of web/ are missing: run tools/setup --build")
    endif()
endfunction()

function(npm_package_version package result)
    require_web_packages()
    file(READ ${WEB_MODULES}/${package}/package.json description)
    string(JSON version GET "${description}" version)
    set(${result} ${version} PARENT_SCOPE)
endfunction()

function(embed_assets target)
    cmake_parse_arguments(EMBED "" "NAMESPACE;FUNCTION;TYPE;TYPE_HEADER;FOLDER;ETAG" "FILES" ${ARGN})
    require_web_packages()
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/embed/${target})
    set(paths)
    foreach(file IN LISTS EMBED_FILES)
        if(NOT file MATCHES "^([^=]+)=(.+)$")
            message(FATAL_ERROR "embed_assets(${target}): '${file}' is not <name>=<path>")
        endif()
        set(name ${CMAKE_MATCH_1})
        get_filename_component(path ${CMAKE_MATCH_2} ABSOLUTE)
        list(APPEND paths ${path})
        string(APPEND manifest "${name}\t${path}\n")
    endforeach()
    if(EMBED_ETAG)
        string(APPEND manifest "\t${EMBED_ETAG}\n")
    endif()
    file(GENERATE OUTPUT ${folder}/manifest.tsv CONTENT "${manifest}")
    set(made)
    if(EMBED_FOLDER)
        set(made --folder ${EMBED_FOLDER})
        list(APPEND paths ${EMBED_FOLDER}.stamp)
    endif()

    # The header exists from the configure step on, so that checkers and editors can read its users.
    file(CONFIGURE OUTPUT ${folder}/embedded/${EMBED_FUNCTION}.hpp @ONLY CONTENT
"#pragma once
// Made by the build from ${target}'s list of files.

#include <span>

#include \"@EMBED_TYPE_HEADER@\"

namespace @EMBED_NAMESPACE@ {

[[nodiscard]] std::span<const @EMBED_TYPE@> @EMBED_FUNCTION@();

}  // namespace @EMBED_NAMESPACE@
")
    add_custom_command(
        OUTPUT ${folder}/table.cpp ${folder}/bytes.S
        COMMAND ${NODE_EXECUTABLE} ${WEB_FOLDER}/tools/embed.mjs --manifest ${folder}/manifest.tsv
            --out ${folder} --cache ${EMBED_CACHE} --namespace ${EMBED_NAMESPACE}
            --function ${EMBED_FUNCTION} --type ${EMBED_TYPE} ${made}
        DEPENDS ${WEB_FOLDER}/tools/embed.mjs ${folder}/manifest.tsv ${paths}
        COMMENT "Compressing and embedding the files of ${target}"
        VERBATIM)
    add_library(${target} STATIC ${folder}/table.cpp ${folder}/bytes.S)
    target_include_directories(${target} PUBLIC ${folder})
endfunction()

function(make_folder folder)
    cmake_parse_arguments(MADE "" "SCRIPT" "SOURCES" ${ARGN})
    require_web_packages()
    # With what the script has taken out of itself: docs_markdown.mjs of docs.mjs.
    get_filename_component(scripts ${MADE_SCRIPT} DIRECTORY)
    get_filename_component(stem ${MADE_SCRIPT} NAME_WE)
    file(GLOB parts CONFIGURE_DEPENDS ${scripts}/${stem}*.mjs)
    # Made anew each time: a file that nothing makes any more would stay.
    add_custom_command(
        OUTPUT ${folder}.stamp
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}
        COMMAND ${NODE_EXECUTABLE} ${MADE_SCRIPT} --out ${folder}
        COMMAND ${CMAKE_COMMAND} -E touch ${folder}.stamp
        DEPENDS ${MADE_SCRIPT} ${parts} ${MADE_SOURCES} ${WEB_FOLDER}/package-lock.json
        WORKING_DIRECTORY ${WEB_FOLDER}
        COMMENT "Making ${folder}"
        VERBATIM)
endfunction()

function(bundle_script output)
    cmake_parse_arguments(BUNDLE "" "ENTRY" "SOURCES" ${ARGN})
    require_web_packages()
    get_filename_component(entry ${BUNDLE_ENTRY} ABSOLUTE)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${WEB_MODULES}/.bin/esbuild ${entry} --bundle --minify
            --format=iife --target=es2020 --charset=utf8 --log-level=warning --outfile=${output}
        DEPENDS ${entry} ${BUNDLE_SOURCES} ${WEB_FOLDER}/package-lock.json
        WORKING_DIRECTORY ${WEB_FOLDER}
        COMMENT "Bundling ${BUNDLE_ENTRY}"
        VERBATIM)
endfunction()
