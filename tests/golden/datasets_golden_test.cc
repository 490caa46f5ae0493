// Supervised rows as trl prepares them: goldens/README.md, "datasets".
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gtest/gtest.h"
#include "rollout/sft_set.h"
#include "tests/golden/golden.h"

namespace whet {
namespace {

// Of the tokenizer, as its tokenizer_config.json names it.
int32_t EosId(const std::string& directory, const Tokenizer& tokenizer) {
  const Json config = ReadJsonFile(directory + "/tokenizer_config.json");
  const Json* token = config.Find("eos_token");
  if (token->is_object()) token = token->Find("content");
  return tokenizer.TokenToId(*token->String()).value();
}

std::string Compare(const SftSet& set, const std::vector<Json>& prepared) {
  if (set.samples.size() != prepared.size()) {
    return absl::StrCat(set.samples.size(), " samples, not ", prepared.size());
  }
  for (size_t i = 0; i < prepared.size(); ++i) {
    const std::vector<int64_t> ids = IntegersIn(**prepared[i].Get("input_ids"));
    const std::vector<int64_t> labels = IntegersIn(**prepared[i].Get("labels"));
    const TrainSample& sample = set.samples[i];
    if (std::vector<int64_t>(sample.tokens.begin(), sample.tokens.end()) != ids) {
      return absl::StrCat("other tokens in row ", i);
    }
    // The first label is never predicted, whatever it is.
    for (size_t j = 1; j < labels.size(); ++j) {
      if (sample.loss_mask[j] != (labels[j] != -100)) return absl::StrCat("other labels in ", i);
    }
  }
  return "";
}

TEST(DatasetsGoldenTest, SupervisedRowsAreThoseOfTrl) {
  const std::string shared = SharedDirectory();
  if (shared.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  Tally tally("datasets");
  for (const Json& row : ReadJsonLines(shared + "/goldens/datasets.jsonl")) {
    const std::string feature(row.GetString("feature").value());
    if (feature != "sft/text" && feature != "sft/prompt_completion") continue;  // Chat templates.
    const std::string directory =
        absl::StrCat(shared, "/tokenizers/", row.GetString("tokenizer").value());
    const Tokenizer tokenizer = Tokenizer::Load(directory).value();
    const Json& config = **row.Get("config");
    std::string lines;
    for (const Json& line : ElementsOf(row, "rows")) absl::StrAppend(&lines, line.Dump(), "\n");
    const std::string file = testing::TempDir() + "/datasets_golden_test.jsonl";
    ASSERT_TRUE(WriteFileAtomically(file, lines).ok());
    const absl::StatusOr<SftSet> set = ReadSftSet(
        {.files = {file},
         .loss = config.GetBoolOr("completion_only_loss", true).value() ? SftLoss::kCompletion
                                                                        : SftLoss::kSequence,
         .tokens_max = config.GetIntOr("max_length", 1024).value(),
         .eos_id = EosId(directory, tokenizer)},
        tokenizer);
    const std::string difference =
        set.ok() ? Compare(*set, ElementsOf(row, "prepared")) : set.status().ToString();
    tally.Count(row.GetString("id").value(), difference.empty(), difference);
  }
}

}  // namespace
}  // namespace whet
