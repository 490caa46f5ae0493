# LibTorch::cpu, from where tools/find_torch says. Only libtorch_cpu and libc10 are linked: CUDA
# comes as a plug-in at run time. Only policy/ may use it: its include directory carries a protobuf
# of its own, which breaks every file that also includes gRPC.

execute_process(
  COMMAND "${CMAKE_SOURCE_DIR}/tools/find_torch"
  OUTPUT_VARIABLE LibTorch_DIR_FOUND OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_VARIABLE LibTorch_ERROR)
string(REPLACE ";" "," LibTorch_ERROR "${LibTorch_ERROR}")  # One argument below, not several.
file(STRINGS "${CMAKE_SOURCE_DIR}/tools/torch_version" LibTorch_VERSION)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_DIR_FOUND
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "${LibTorch_ERROR} run tools/setup, or set WHET_TORCH_DIR")

if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES
    IMPORTED_LOCATION "${LibTorch_DIR_FOUND}/lib/libc10.so")
  add_library(LibTorch::cpu SHARED IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES
    IMPORTED_LOCATION "${LibTorch_DIR_FOUND}/lib/libtorch_cpu.so"
    INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_DIR_FOUND}/include"
    INTERFACE_LINK_LIBRARIES LibTorch::c10
    # libtorch_cpu exports parts of libstdc++, an older std::filesystem among them. Ours goes first.
    INTERFACE_LINK_OPTIONS "LINKER:--push-state,--no-as-needed;-lstdc++;LINKER:--pop-state")
endif()
