# The three kinds of targets. Sources are listed, never globbed.

# whet_library(base SOURCES a.cc b.cc LINKS absl::status PRIVATE_LINKS spdlog::spdlog)
# makes the static library whet::base of the folder base/. Includes are written from the root.
function(whet_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS")
  add_library(whet_${name} STATIC ${arg_SOURCES})
  add_library(whet::${name} ALIAS whet_${name})
  target_include_directories(whet_${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(whet_${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
endfunction()

# whet_binary(whet SOURCES main.cc LINKS whet::policy) makes bin/whet.
function(whet_binary name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
endfunction()

# whet_test(base SOURCES child_test.cc LINKS whet::base LABELS unit) makes the program base_test and
# a ctest row `base.Suite.Case` for each TEST in it. With SLOW_START, for programs that load
# LibTorch, it makes one row for the whole program.
function(whet_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SLOW_START" "" "SOURCES;LINKS;LABELS")
  add_executable(${name}_test ${arg_SOURCES})
  target_include_directories(${name}_test PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name}_test PRIVATE ${arg_LINKS} GTest::gmock GTest::gtest_main)
  if(arg_SLOW_START)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
  else()
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." PROPERTIES LABELS "${arg_LABELS}"
                         DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
if(WHET_TESTS)
  include(GoogleTest)
endif()
