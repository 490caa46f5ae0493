#include "policy/cpu/row_functions.h"

#include "base/check.h"
#include "base/cpu_features.h"

namespace whet {

const CpuFunctions& CpuFunctionsHere() {
  static const CpuFeatures features = DetectCpuFeatures();
  WHET_CHECK(features.avx2);
  return features.avx512 ? kAvx512Functions : kAvx2Functions;
}

}  // namespace whet
