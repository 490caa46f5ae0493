# Language level, warnings, sanitizers, and the faster tools where the machine has them.

set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Programs find each other beside /proc/self/exe.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")  # WHET_CHECK does not ask for NDEBUG: it always holds.
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")

add_compile_options(-Wall -Wextra -Wno-sign-compare)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety)
endif()
# Warnings are errors with the compilers that ./check uses; another one may warn of more.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\.")
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^19\\."))
  add_compile_options(-Werror)
endif()

if(WHET_SANITIZER STREQUAL "address")
  # `function` and `vptr` need RTTI of libraries that Debian builds without it.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=function,vptr
                 -fno-sanitize-recover=undefined)
elseif(WHET_SANITIZER STREQUAL "thread")
  set(sanitizers -fsanitize=thread)
elseif(NOT WHET_SANITIZER STREQUAL "")
  message(FATAL_ERROR "WHET_SANITIZER is '${WHET_SANITIZER}'; it may be address, thread or empty")
endif()
if(WHET_SANITIZER)
  add_compile_options(${sanitizers} -fno-omit-frame-pointer)
  add_link_options(${sanitizers})
  # For what a sanitizer's process cannot do: it reserves terabytes of addresses.
  add_compile_definitions(WHET_SANITIZED)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
