# CHARTCAST_SANITIZE=address,undefined or thread, for the whole build.
if(CHARTCAST_SANITIZE)
    add_compile_options(-fsanitize=${CHARTCAST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${CHARTCAST_SANITIZE})
    if(CHARTCAST_SANITIZE MATCHES "address.*undefined")
        # Null pointers fault by themselves, and AddressSanitizer says where; to check for each of them makes a
        # fifth of the build.
        add_compile_options(-fno-sanitize=null)
    endif()
    if(CHARTCAST_SANITIZE MATCHES "thread")
        # Asio's fenced blocks use plain fences, which ThreadSanitizer cannot follow.
        add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()

# The layers tell the fuzzer which of their branches an input took.
if(CHARTCAST_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
