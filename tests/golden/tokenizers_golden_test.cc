// Tokenizers against the Python library's: goldens/README.md, "tokenizers".
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_file.h"
#include "gtest/gtest.h"
#include "tests/golden/golden.h"
#include "text/tokenizer.h"

namespace whet {
namespace {

std::vector<int32_t> IdsIn(const Json& row, absl::string_view key) {
  std::vector<int32_t> ids;
  for (const int64_t id : IntegersIn(**row.Get(key))) ids.push_back(static_cast<int32_t>(id));
  return ids;
}

// What TokenStream gives for all of `ids`, one after another.
std::string Streamed(const Tokenizer& tokenizer, const std::vector<int32_t>& ids,
                     SpecialTokens special) {
  TokenStream stream(&tokenizer, special);
  std::string text;
  for (const int32_t id : ids) text += stream.Append(id);
  return text + stream.Finish();
}

// Tells what differs; empty if nothing does.
std::string Compare(const Tokenizer& tokenizer, const Json& row) {
  const std::vector<int32_t> ids = IdsIn(row, "ids");
  std::string differences;
  if (row.Find("text") != nullptr) {
    const absl::string_view text = *row.GetString("text");
    const absl::StatusOr<std::vector<int32_t>> plain = tokenizer.Encode(text);
    if (!plain.ok() || *plain != ids) differences += "ids ";
    const absl::StatusOr<std::vector<int32_t>> special = tokenizer.EncodeWithSpecialTokens(text);
    if (!special.ok() || *special != IdsIn(row, "ids_special")) differences += "ids_special ";
  }
  const std::string decoded(*row.GetString("decoded"));
  const std::string skipped(*row.GetString("decoded_skip_special"));
  if (tokenizer.Decode(ids, SpecialTokens::kKeep) != decoded) differences += "decoded ";
  if (tokenizer.Decode(ids, SpecialTokens::kSkip) != skipped) differences += "skip_special ";
  if (Streamed(tokenizer, ids, SpecialTokens::kKeep) != decoded) differences += "streamed ";
  if (Streamed(tokenizer, ids, SpecialTokens::kSkip) != skipped) differences += "streamed_skip ";
  return differences;
}

TEST(TokenizersGoldenTest, TokensAndTextsAreThoseOfTheLibrary) {
  const std::string shared = SharedDirectory();
  if (shared.empty()) GTEST_SKIP() << "WHET_SHARED is unset";
  const std::string goldens = shared + "/goldens/tokenizers";
  const absl::StatusOr<std::vector<std::string>> files = ListDirectory(goldens);
  ASSERT_TRUE(files.ok()) << files.status();
  std::map<std::string, std::unique_ptr<Tokenizer>> tokenizers;
  for (const std::string& file : *files) {
    if (!absl::EndsWith(file, ".jsonl")) continue;
    const std::string name = file.substr(0, file.find('.'));
    if (!tokenizers.contains(name)) {
      absl::StatusOr<Tokenizer> tokenizer =
          Tokenizer::Load(absl::StrCat(shared, "/tokenizers/", name));
      ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
      tokenizers[name] = std::make_unique<Tokenizer>(*std::move(tokenizer));
    }
    Tally tally(file);
    int line = 0;
    for (const Json& row : ReadJsonLines(absl::StrCat(goldens, "/", file))) {
      const std::string differences = Compare(*tokenizers.at(name), row);
      tally.Count(absl::StrCat("line ", ++line), differences.empty(), differences);
    }
  }
  EXPECT_GE(tokenizers.size(), 5U);
}

}  // namespace
}  // namespace whet
