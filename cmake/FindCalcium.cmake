# The library Calcium::calcium: exact numbers, with the libraries below it (antic, Arb, FLINT, MPFR,
# GMP; all LGPL, so linked dynamically). In FLINT 3 all of them are one. Debian's packages have no
# files for CMake or pkg-config, and Calcium's headers include each other without their folder.
find_path(Calcium_INCLUDE_DIR ca.h PATH_SUFFIXES calcium)
include(FindPackageHandleStandardArgs)
set(Calcium_REQUIRED Calcium_INCLUDE_DIR)
foreach(name calcium antic flint-arb flint mpfr gmp)
  string(MAKE_C_IDENTIFIER "Calcium_${name}_LIBRARY" variable)
  find_library(${variable} NAMES "lib${name}.so")
  list(APPEND Calcium_REQUIRED ${variable})
  list(APPEND Calcium_LIBRARIES "${${variable}}")
  mark_as_advanced(${variable})
endforeach()
find_package_handle_standard_args(Calcium REQUIRED_VARS ${Calcium_REQUIRED})
if(Calcium_FOUND AND NOT TARGET Calcium::calcium)
  add_library(Calcium::calcium INTERFACE IMPORTED)
  set_target_properties(Calcium::calcium PROPERTIES
    INTERFACE_LINK_LIBRARIES "${Calcium_LIBRARIES}"
    INTERFACE_INCLUDE_DIRECTORIES "${Calcium_INCLUDE_DIR}")
endif()
mark_as_advanced(Calcium_INCLUDE_DIR)
