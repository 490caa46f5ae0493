#include "rollout/sft_set.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "text/json.h"
#include "text/json_lines.h"

namespace whet {
namespace {

class Reader {
 public:
  Reader(const SftSetOptions& options, const Tokenizer& tokenizer)
      : options_(options), tokenizer_(tokenizer) {}

  absl::Status AddRow(const Json& row) {
    ++set_.rows;
    if (row.Find("text") != nullptr) {
      WHET_ASSIGN_OR_RETURN(const absl::string_view text, row.GetString("text"));
      WHET_ASSIGN_OR_RETURN(std::vector<int32_t> tokens, Encode(text));
      Add(std::move(tokens), 0);
      return absl::OkStatus();
    }
    if (row.Find("prompt") == nullptr || row.Find("completion") == nullptr) {
      return absl::InvalidArgumentError(
          "a row needs \"text\", or \"prompt\" and \"completion\"; chat messages come with a later "
          "version");
    }
    WHET_ASSIGN_OR_RETURN(const absl::string_view prompt, row.GetString("prompt"));
    WHET_ASSIGN_OR_RETURN(const absl::string_view completion, row.GetString("completion"));
    WHET_ASSIGN_OR_RETURN(std::vector<int32_t> tokens, Encode(absl::StrCat(prompt, completion)));
    WHET_ASSIGN_OR_RETURN(const std::vector<int32_t> alone,
                          tokenizer_.EncodeWithSpecialTokens(prompt));
    const auto differ = std::mismatch(alone.begin(), alone.end(), tokens.begin(), tokens.end());
    const size_t begin = static_cast<size_t>(differ.second - tokens.begin());
    Add(std::move(tokens), options_.loss == SftLoss::kSequence ? 0 : begin);
    return absl::OkStatus();
  }

  absl::StatusOr<SftSet> Finish() {
    if (set_.samples.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          absl::StrJoin(options_.files, ", "), ": ", set_.rows,
          " rows, and nothing to learn in any; rows need text behind the prompt, and room for it "
          "within tokens_max"));
    }
    return std::move(set_);
  }

 private:
  absl::StatusOr<std::vector<int32_t>> Encode(absl::string_view text) const {
    WHET_ASSIGN_OR_RETURN(std::vector<int32_t> tokens, tokenizer_.EncodeWithSpecialTokens(text));
    if (tokens.empty() || tokens.back() != options_.eos_id) tokens.push_back(options_.eos_id);
    return tokens;
  }

  // Tokens from `begin` on are learnt.
  void Add(std::vector<int32_t> tokens, size_t begin) {
    const size_t tokens_max = static_cast<size_t>(options_.tokens_max);
    if (tokens.size() > tokens_max) {
      tokens.resize(tokens_max);
      ++set_.cut;
    }
    TrainSample sample = {
        .tokens = std::move(tokens), .loss_mask = {}, .behavior_logprobs = {}, .advantage = 1.0F};
    for (size_t i = 0; i < sample.tokens.size(); ++i) {
      sample.loss_mask.push_back(i > 0 && i >= begin);
    }
    if (std::find(sample.loss_mask.begin(), sample.loss_mask.end(), true) ==
        sample.loss_mask.end()) {
      ++set_.without_loss;
      return;
    }
    set_.samples.push_back(std::move(sample));
  }

  const SftSetOptions& options_;
  const Tokenizer& tokenizer_;
  SftSet set_ = {};
};

}  // namespace

absl::StatusOr<SftSet> ReadSftSet(const SftSetOptions& options, const Tokenizer& tokenizer) {
  Reader reader(options, tokenizer);
  for (const std::string& file : options.files) {
    WHET_RETURN_IF_ERROR(
        ForEachJsonLine(file, [&](const Json& row) { return reader.AddRow(row); }));
  }
  return reader.Finish();
}

}  // namespace whet
