// whet-verify as the host of a user's library.
#ifndef WHET_REWARDS_VERIFY_LIBRARY_HOST_H_
#define WHET_REWARDS_VERIFY_LIBRARY_HOST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rewards/custom/library_wire.h"
#include "rewards/custom/whet_verifier.h"

namespace whet {

// A loaded library with its verifier (rewards/custom/whet_verifier.h).
class LibraryHost {
 public:
  // FailedPrecondition if it cannot be loaded, lacks a function, speaks another version, or refuses
  // `config`.
  static absl::StatusOr<std::unique_ptr<LibraryHost>> Load(const std::string& path,
                                                           absl::string_view config);
  ~LibraryHost();
  LibraryHost(const LibraryHost&) = delete;
  LibraryHost& operator=(const LibraryHost&) = delete;

  // Internal if the library says that all failed. What is no finite number, and what is no verdict,
  // is kFault.
  absl::StatusOr<std::vector<RewardPart>> Score(absl::Span<const VerifierSample> samples);

 private:
  LibraryHost() = default;

  void* library_ = nullptr;
  void* verifier_ = nullptr;
  decltype(&whet_verifier_score) score_ = nullptr;
  decltype(&whet_verifier_destroy) destroy_ = nullptr;
};

}  // namespace whet

#endif  // WHET_REWARDS_VERIFY_LIBRARY_HOST_H_
