// Reads a checkpoint and writes it again:
//
//   write_checkpoint_program SOURCE DIRECTORY float32|bfloat16 [SHARD_BYTES_MAX]
//
// DIRECTORY is made; with SHARD_BYTES_MAX the weights are written as they are read, in the source's
// types, cut into shards.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "policy/checkpoint.h"
#include "policy/torch_guard.h"
#include "policy/weights.h"

namespace whet {
namespace {

absl::Status WriteShards(const Checkpoint& checkpoint, const std::string& directory,
                         int64_t shard_bytes_max) {
  std::vector<TensorView> tensors;
  for (const WeightSlot& slot : LayoutOf(checkpoint.config()).slots) {
    WHET_ASSIGN_OR_RETURN(const TensorView tensor, checkpoint.Tensor(slot.name, slot.shape));
    tensors.push_back(tensor);
  }
  return WriteCheckpoint(directory, checkpoint.directory(), tensors, shard_bytes_max);
}

absl::Status Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 3) return absl::InvalidArgumentError("see the top of this file");
  const std::string& directory = arguments[1];
  WHET_ASSIGN_OR_RETURN(const Checkpoint checkpoint, Checkpoint::Open(arguments[0]));
  WHET_RETURN_IF_ERROR(MakeDirectories(directory));
  int64_t shard_bytes_max = 0;
  if (arguments.size() > 3) {
    if (!absl::SimpleAtoi(arguments[3], &shard_bytes_max)) {
      return absl::InvalidArgumentError("SHARD_BYTES_MAX is no number");
    }
    return WriteShards(checkpoint, directory, shard_bytes_max);
  }
  const at::ScalarType type = arguments[2] == "bfloat16" ? at::kBFloat16 : at::kFloat;
  return CatchTorch([&]() -> absl::Status {
    WHET_ASSIGN_OR_RETURN(const at::Tensor flat, LoadFlat(checkpoint, type));
    return SaveFlat(flat, checkpoint.config(), type, directory, arguments[0]);
  });
}

}  // namespace
}  // namespace whet

int main(int argc, char** argv) {
  const absl::Status status = whet::Run({argv + 1, argv + argc});
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
