# The tree's own rules, as tests: see the top of tools/check_tree.py.

function(add_tidy_test name seconds)
    add_test(NAME tidy.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(tidy.${name} PROPERTIES LABELS tidy TIMEOUT ${seconds})
endfunction()

set(check_tree ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/check_tree.py)
foreach(check IN ITEMS includes threads words tests options)
    add_tidy_test(${check} 30 ${check_tree} ${check})
endforeach()
add_tidy_test(headers 600 ${check_tree} headers --compile-commands ${CMAKE_BINARY_DIR})
add_tidy_test(format 60 ${check_tree} format)

add_test(NAME lint.clang_tidy WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/clang_tidy --build ${CMAKE_BINARY_DIR})
# It has only what the suites beside it leave of the cores: see ./test.
set_tests_properties(lint.clang_tidy PROPERTIES LABELS lint TIMEOUT 3600)
