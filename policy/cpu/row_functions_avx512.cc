// The row functions for processors with AVX-512; the build file gives the compiler's flags.
#include <immintrin.h>

#include "policy/cpu/row_functions.h"

namespace whet {
namespace {

#include "policy/cpu/f32x16.h"
#include "policy/cpu/row_functions.inc"

}  // namespace

const CpuFunctions kAvx512Functions = {.name = "avx512",
                                       .f32 = FunctionsOf<float>(),
                                       .bf16 = FunctionsOf<Bf16>(),
                                       .attend_backward = AttendBackward};

}  // namespace whet
