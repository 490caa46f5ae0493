// What LocalUpdater writes and reads: policy/updater.h, Save and Restore.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "base/status.h"
#include "policy/local_updater.h"
#include "policy/safetensors.h"
#include "policy/torch_guard.h"
#include "policy/torch_types.h"
#include "text/json.h"

namespace whet {
namespace {

constexpr char kTensorFile[] = "/trainer/state.safetensors";
constexpr char kStateFile[] = "/trainer/state.json";

TensorView ViewOf(const char* name, const at::Tensor& flat) {
  const bool f32 = flat.scalar_type() == at::kFloat;
  return {.name = name,
          .type = f32 ? TensorType::kF32 : TensorType::kBF16,
          .shape = {flat.numel()},
          .bytes = {static_cast<const std::byte*>(flat.const_data_ptr()),
                    static_cast<size_t>(flat.numel() * flat.element_size())}};
}

// Fills `flat` with the tensor of that name.
absl::Status ReadInto(const SafetensorsFile& file, const char* name, const at::Tensor& flat) {
  for (const TensorView& tensor : file.tensors()) {
    if (tensor.name != name) continue;
    const TensorView expected = ViewOf(name, flat);
    if (tensor.type != expected.type || tensor.shape != expected.shape) break;
    // Only read from; from_blob has no const form.
    flat.copy_(at::from_blob(const_cast<std::byte*>(tensor.bytes.data()), {flat.numel()},
                             flat.scalar_type()));
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(file.path(), ": tensor \"", name,
                                          "\" is missing or of another model or element type"));
}

}  // namespace

absl::Status LocalUpdater::SaveWeights(const std::string& directory) {
  return CatchTorch([&]() -> absl::Status {
    const at::NoGradGuard no_gradients;
    return SaveFlat(flat_.cpu(), config_, flat_.scalar_type(), directory, source_);
  });
}

absl::Status LocalUpdater::Save(const std::string& directory) {
  WHET_RETURN_IF_ERROR(SaveWeights(directory));
  return CatchTorch([&]() -> absl::Status {
    const at::NoGradGuard no_gradients;
    WHET_RETURN_IF_ERROR(MakeDirectories(directory + "/trainer"));
    const at::Tensor mean = adam_.mean.cpu();
    const at::Tensor square = adam_.square.cpu();
    const at::Tensor master = master_.cpu();
    const at::Tensor reference = reference_.defined() ? reference_.cpu() : at::Tensor();
    std::vector<TensorView> tensors = {ViewOf("mean", mean), ViewOf("square", square)};
    // The checkpoint's own weights are the masters where the model computes in f32.
    if (!flat_.is_alias_of(master_)) tensors.push_back(ViewOf("master", master));
    if (reference.defined()) tensors.push_back(ViewOf("reference", reference));
    WHET_RETURN_IF_ERROR(WriteSafetensors(directory + kTensorFile, tensors, {}));
    const Json state = Json::Object({{"format", 1},
                                     {"steps", steps_},
                                     {"optimizer_steps", adam_.steps},
                                     {"skipped_in_a_row", skipped_in_a_row_}});
    return WriteFileAtomically(directory + kStateFile, state.Dump());
  });
}

absl::Status LocalUpdater::RestoreTensors(const std::string& directory) {
  WHET_ASSIGN_OR_RETURN(const SafetensorsFile file, SafetensorsFile::Open(directory + kTensorFile));
  WHET_RETURN_IF_ERROR(ReadInto(file, "mean", adam_.mean));
  WHET_RETURN_IF_ERROR(ReadInto(file, "square", adam_.square));
  if (reference_.defined()) WHET_RETURN_IF_ERROR(ReadInto(file, "reference", reference_));
  if (!flat_.is_alias_of(master_)) {
    WHET_RETURN_IF_ERROR(ReadInto(file, "master", master_));
    flat_.copy_(master_);
    return absl::OkStatus();
  }
  WHET_ASSIGN_OR_RETURN(const Checkpoint checkpoint, Checkpoint::Open(directory));
  WHET_ASSIGN_OR_RETURN(const at::Tensor flat, LoadFlat(checkpoint, at::kFloat));
  if (flat.numel() != master_.numel()) {
    return absl::DataLossError(absl::StrCat(directory, " holds another model"));
  }
  master_.copy_(flat);
  return absl::OkStatus();
}

absl::Status LocalUpdater::Restore(const std::string& directory) {
  return CatchTorch([&]() -> absl::Status {
    const at::NoGradGuard no_gradients;
    WHET_ASSIGN_OR_RETURN(const std::string text, ReadFile(directory + kStateFile));
    const absl::StatusOr<Json> state = Json::Parse(text);
    if (!state.ok()) return Annotate(state.status(), directory + kStateFile);
    WHET_ASSIGN_OR_RETURN(const int64_t format, state->GetInt("format"));
    if (format != 1) {
      return absl::DataLossError(absl::StrCat(directory, kStateFile, " is of format ", format,
                                              ", which this whet does not know"));
    }
    WHET_ASSIGN_OR_RETURN(const int64_t steps, state->GetInt("steps"));
    WHET_ASSIGN_OR_RETURN(const int64_t optimizer_steps, state->GetInt("optimizer_steps"));
    WHET_ASSIGN_OR_RETURN(const int64_t skipped, state->GetInt("skipped_in_a_row"));
    const SharedMemoryUse::Writing writing(use_.get());
    WHET_RETURN_IF_ERROR(RestoreTensors(directory));
    steps_ = steps;
    adam_.steps = optimizer_steps;
    skipped_in_a_row_ = skipped;
    return absl::OkStatus();
  });
}

}  // namespace whet
