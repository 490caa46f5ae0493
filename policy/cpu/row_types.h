// From tensors to the row functions of this processor. Includes LibTorch: for files of policy/
// only.
#ifndef WHET_POLICY_CPU_ROW_TYPES_H_
#define WHET_POLICY_CPU_ROW_TYPES_H_

#include <ATen/core/Tensor.h>

#include <algorithm>

#include "base/check.h"
#include "policy/cpu/row_functions.h"

namespace whet {

// The start of a contiguous tensor on the CPU. T is float or Bf16, as the tensor's type is.
template <typename T>
T* RowData(const at::Tensor& x) {
  WHET_CHECK(x.is_contiguous());
  return static_cast<T*>(x.data_ptr());
}

// Calls body(functions) with the RowFunctions<T> of a tensor's type; T is
// `typename decltype(functions)::Element`.
template <typename Body>
auto WithRowFunctions(at::ScalarType type, Body&& body) {
  const CpuFunctions& here = CpuFunctionsHere();
  if (type == at::kFloat) return body(here.f32);
  WHET_CHECK(type == at::kBFloat16);
  return body(here.bf16);
}

// Rows that one thread takes at a time, so that a thread has about 30,000 elements to work on.
inline int64_t RowGrain(int64_t elements_per_row) {
  return std::max<int64_t>(1, 32768 / std::max<int64_t>(1, elements_per_row));
}

}  // namespace whet

#endif  // WHET_POLICY_CPU_ROW_TYPES_H_
