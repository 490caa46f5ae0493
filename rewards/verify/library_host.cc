#include "rewards/verify/library_host.h"

#include <dlfcn.h>

#include <cmath>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace whet {
namespace {

constexpr size_t kMessageBytes = 1024;

absl::Status Refused(absl::string_view why) { return absl::FailedPreconditionError(why); }

template <typename Function>
absl::Status Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  return *function != nullptr ? absl::OkStatus() : Refused(absl::StrCat("it has no ", name));
}

whet_text TextOf(absl::string_view text) { return {text.data(), text.size()}; }

whet_sample SampleOf(const VerifierSample& sample) {
  return {.size = sizeof(whet_sample),
          .prompt = TextOf(sample.prompt),
          .completion = TextOf(sample.completion),
          .ground_truth = TextOf(sample.ground_truth),
          .data_source = TextOf(sample.data_source),
          .extra = TextOf(sample.extra),
          .completion_tokens = static_cast<uint64_t>(sample.completion_tokens),
          .finished = sample.finished ? 1 : 0};
}

RewardPart PartOfResult(whet_result* result) {
  result->message[result->message_max - 1] = '\0';
  RewardPart part = {.value = std::nullopt, .verdict = std::nullopt, .message = result->message};
  if (result->verdict < WHET_NO_VERDICT || result->verdict > WHET_FAULT) {
    return PartOf(Verdict::kFault, absl::StrCat("there is no verdict ", result->verdict));
  }
  if (result->verdict != WHET_NO_VERDICT) part.verdict = static_cast<Verdict>(result->verdict);
  if (result->has_reward == 0) return part;
  if (!std::isfinite(result->reward)) {
    return PartOf(Verdict::kFault, absl::StrCat("the reward is ", result->reward));
  }
  if (!part.verdict.has_value() || !IsExcluded(*part.verdict)) part.value = result->reward;
  return part;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LibraryHost>> LibraryHost::Load(const std::string& path,
                                                               absl::string_view config) {
  auto host = std::unique_ptr<LibraryHost>(new LibraryHost());
  host->library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (host->library_ == nullptr) return Refused(dlerror());
  decltype(&whet_verifier_abi) abi = nullptr;
  decltype(&whet_verifier_create) create = nullptr;
  for (const absl::Status& status :
       {Find(host->library_, "whet_verifier_abi", &abi),
        Find(host->library_, "whet_verifier_create", &create),
        Find(host->library_, "whet_verifier_score", &host->score_),
        Find(host->library_, "whet_verifier_destroy", &host->destroy_)}) {
    if (!status.ok()) return Refused(absl::StrCat(path, ": ", status.message()));
  }
  if (abi() != WHET_VERIFIER_ABI) {
    return Refused(absl::StrCat(path, ": it was built for version ", abi(), " of whet_verifier.h; ",
                                "this is version ", WHET_VERIFIER_ABI));
  }
  char message[kMessageBytes] = "no reason given";
  host->verifier_ = create(TextOf(config), message, sizeof(message));
  message[sizeof(message) - 1] = '\0';
  if (host->verifier_ == nullptr) return Refused(absl::StrCat(path, ": ", message));
  return host;
}

LibraryHost::~LibraryHost() {
  if (verifier_ != nullptr) destroy_(verifier_);
  // Not unloaded: threads of its own may still run.
}

absl::StatusOr<std::vector<RewardPart>> LibraryHost::Score(
    absl::Span<const VerifierSample> samples) {
  std::vector<whet_sample> given;
  std::vector<whet_result> results;
  std::vector<char> messages(samples.size() * kMessageBytes);
  given.reserve(samples.size());
  results.reserve(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    given.push_back(SampleOf(samples[i]));
    results.push_back({.size = sizeof(whet_result),
                       .has_reward = 0,
                       .verdict = WHET_NO_VERDICT,
                       .reward = 0,
                       .message = &messages[i * kMessageBytes],
                       .message_max = kMessageBytes});
  }
  const int32_t failed = score_(verifier_, given.data(), results.data(), samples.size());
  if (failed != 0) return absl::InternalError(absl::StrCat("whet_verifier_score gave ", failed));
  std::vector<RewardPart> parts;
  parts.reserve(samples.size());
  for (size_t i = 0; i < results.size(); ++i) {
    // Wherever it points now.
    results[i].message = &messages[i * kMessageBytes];
    results[i].message_max = kMessageBytes;
    parts.push_back(PartOfResult(&results[i]));
  }
  return parts;
}

}  // namespace whet
