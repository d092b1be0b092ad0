# The target docs: the reference of the public headers, from their comments, with Doxygen where it is installed.
find_program(DOXYGEN doxygen)
set(REFERENCE_FOLDER ${CMAKE_BINARY_DIR}/docs/socketio)
configure_file(package/Doxyfile.in ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile @ONLY)
if(DOXYGEN)
    add_custom_target(docs
        COMMAND ${CMAKE_COMMAND} -E make_directory ${REFERENCE_FOLDER}
        COMMAND ${DOXYGEN} ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile
        COMMAND ${CMAKE_COMMAND} -E echo "The reference is at ${REFERENCE_FOLDER}/html/index.html"
        WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
        VERBATIM)
else()
    add_custom_target(docs
        COMMAND ${CMAKE_COMMAND} -E echo "doxygen was not found: install it and configure again"
        COMMAND ${CMAKE_COMMAND} -E false
        VERBATIM)
endif()
