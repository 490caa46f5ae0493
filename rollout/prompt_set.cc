#include "rollout/prompt_set.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "text/json.h"
#include "text/json_lines.h"

namespace whet {
namespace {

constexpr absl::string_view kPlaceholder = "{prompt}";

constexpr absl::string_view kR1ZeroTemplate =
    "A conversation between User and Assistant. The user asks a question, and the Assistant solves "
    "it. The assistant first thinks about the reasoning process in the mind and then provides the "
    "user with the answer. The reasoning process and answer are enclosed within <think> </think> "
    "and <answer> </answer> tags, respectively, i.e., <think> reasoning process here </think> "
    "<answer> answer here </answer>. User: {prompt}. Assistant:";

// Where the question and its ground truth may stand: the first that is there and not null.
constexpr absl::string_view kQuestionColumns[] = {"prompt", "question", "problem", "input"};
constexpr absl::string_view kTruthColumns[] = {"ground_truth", "answer", "solution", "label"};
constexpr absl::string_view kRewardModelColumn = "reward_model";
constexpr absl::string_view kSourceColumn = "data_source";

// The value at `key`; nullptr if it is missing or null.
const Json* FindValue(const Json& object, absl::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string TextOf(const Json& value) {
  return value.is_string() ? std::string(*value.String()) : value.Dump();
}

// What a template gets of chat messages: the user's one message.
absl::StatusOr<std::string> UserMessage(const Json& messages) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, messages.Elements());
  std::string content;
  int turns = 0;
  for (const Json& message : elements) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view role, message.GetString("role"));
    WHET_ASSIGN_OR_RETURN(const absl::string_view text, message.GetString("content"));
    if (role == "system") continue;
    if (role != "user" || ++turns > 1) {
      return absl::InvalidArgumentError(
          "chat messages of several turns need a chat template, which is not supported yet: leave "
          "one message of the user, or write the whole conversation as a text");
    }
    content = std::string(text);
  }
  if (turns == 0) return absl::InvalidArgumentError("chat messages without one of the user");
  return content;
}

class Reader {
 public:
  Reader(const PromptSetOptions& options, const Tokenizer& tokenizer)
      : options_(options), tokenizer_(tokenizer) {}

  absl::StatusOr<PromptSet> Read() {
    if (options_.prompt_template == PromptTemplate::kCustom &&
        !absl::StrContains(options_.custom_template, kPlaceholder)) {
      return absl::InvalidArgumentError(
          "the custom prompt template has no {prompt}, so that the model would not see the prompt");
    }
    for (const std::string& file : options_.files) WHET_RETURN_IF_ERROR(ReadOne(file));
    if (set_.prompts.empty()) return NoPrompts();
    return std::move(set_);
  }

 private:
  bool IsFull() const {
    return options_.prompts_max > 0 &&
           set_.prompts.size() >= static_cast<size_t>(options_.prompts_max);
  }

  absl::Status ReadOne(const std::string& file) {
    if (IsFull()) return absl::OkStatus();
    return ForEachJsonLine(file, [&](const Json& row) {
      const absl::Status status = AddRow(row);
      return status.ok() && IsFull() ? absl::OutOfRangeError("enough") : status;
    });
  }

  absl::Status AddRow(const Json& row) {
    ++set_.rows;
    const absl::string_view* const column =
        std::find_if(std::begin(kQuestionColumns), std::end(kQuestionColumns),
                     [&](absl::string_view key) { return FindValue(row, key) != nullptr; });
    if (column == std::end(kQuestionColumns)) {
      return absl::InvalidArgumentError(absl::StrCat("a row without a prompt: it needs one of ",
                                                     absl::StrJoin(kQuestionColumns, ", ")));
    }
    Prompt prompt;
    const Json& question = *row.Find(*column);
    prompt.question = TextOf(question);
    prompt.id = PromptId(prompt.question);
    absl::StatusOr<std::string> text = InTemplate(question);
    if (!text.ok()) return Annotate(text.status(), *column);
    prompt.text = *std::move(text);
    WHET_RETURN_IF_ERROR(ReadOtherColumns(row, *column, &prompt));
    return Add(std::move(prompt));
  }

  absl::StatusOr<std::string> InTemplate(const Json& question) const {
    if (!question.is_string() && !question.is_array()) {
      return absl::InvalidArgumentError("neither a text nor a list of chat messages");
    }
    if (question.is_array() && options_.prompt_template == PromptTemplate::kAsIs) {
      return absl::InvalidArgumentError(
          "chat messages cannot be read as they are: choose a prompt template (R1_ZERO or CUSTOM), "
          "or write the prompt as a text");
    }
    std::string text;
    if (question.is_string()) {
      text = TextOf(question);
    } else {
      WHET_ASSIGN_OR_RETURN(text, UserMessage(question));
    }
    if (text.empty()) return absl::InvalidArgumentError("an empty text");
    switch (options_.prompt_template) {
      case PromptTemplate::kAsIs:
        break;
      case PromptTemplate::kR1Zero:
        return absl::StrReplaceAll(kR1ZeroTemplate, {{kPlaceholder, text}});
      case PromptTemplate::kCustom:
        return absl::StrReplaceAll(options_.custom_template, {{kPlaceholder, text}});
    }
    return text;
  }

  // All but the question, which stands in the column `question`.
  absl::Status ReadOtherColumns(const Json& row, absl::string_view question, Prompt* prompt) const {
    const Json* truth = nullptr;
    if (const Json* reward_model = FindValue(row, kRewardModelColumn); reward_model != nullptr) {
      truth = FindValue(*reward_model, "ground_truth");
    }
    for (const absl::string_view key : kTruthColumns) {
      if (truth != nullptr) break;
      truth = FindValue(row, key);
    }
    if (truth != nullptr) prompt->ground_truth = TextOf(*truth);
    if (options_.needs_answers && truth == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("a row without ground truth, by which answers are judged: it needs one of "
                       "reward_model.ground_truth, ",
                       absl::StrJoin(kTruthColumns, ", "), "; \"\" if no rule reads it"));
    }
    WHET_ASSIGN_OR_RETURN(prompt->data_source, row.GetStringOr(kSourceColumn, ""));
    Json extra = Json::Object();
    WHET_ASSIGN_OR_RETURN(const absl::Span<const Json::Member> members, row.Members());
    for (const Json::Member& member : members) {
      // A ground truth that is no text is kept as it is: functions of others tell 42 from "42".
      const bool is_text_truth = &member.value == truth && truth->is_string();
      const bool taken = is_text_truth || member.key == question || member.key == kSourceColumn;
      if (taken) continue;
      extra.Set(member.key, member.value);
    }
    prompt->extra = extra.Dump();
    return absl::OkStatus();
  }

  absl::Status Add(Prompt prompt) {
    const auto [seen, is_new] = questions_.emplace(prompt.id, prompt.question);
    if (!is_new && seen->second != prompt.question) {
      return absl::InvalidArgumentError(
          absl::StrCat("the prompt has the same id, ", absl::Hex(prompt.id, absl::kZeroPad16),
                       ", as another one, by chance: change a character of it, or leave it out"));
    }
    if (!is_new) {
      ++set_.duplicates;
      return absl::OkStatus();
    }
    WHET_ASSIGN_OR_RETURN(prompt.tokens, tokenizer_.EncodeWithSpecialTokens(prompt.text));
    if (prompt.tokens.empty()) {
      return absl::InvalidArgumentError("the tokenizer has no token for anything in the prompt");
    }
    if (options_.tokens_max > 0 &&
        prompt.tokens.size() > static_cast<size_t>(options_.tokens_max)) {
      ++set_.too_long;
    } else {
      // Special tokens stand around it.
      const std::string spelt = tokenizer_.Decode(prompt.tokens, SpecialTokens::kKeep);
      if (!absl::StrContains(spelt, prompt.text)) ++set_.respelled;
      set_.prompts.push_back(std::make_shared<const Prompt>(std::move(prompt)));
    }
    return absl::OkStatus();
  }

  absl::Status NoPrompts() const {
    if (options_.files.empty()) {
      return absl::InvalidArgumentError("no file of prompts is given");
    }
    const std::string files = absl::StrJoin(options_.files, ", ");
    if (set_.rows == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          files, ": no rows; write one a line, {\"prompt\": \"…\", \"answer\": \"…\"}"));
    }
    return absl::InvalidArgumentError(absl::StrCat(
        files, ": none of ", set_.rows, " rows is left: ", set_.too_long,
        " prompts have more tokens than tokens_max, ", options_.tokens_max, ", and ",
        set_.duplicates, " rows are duplicates of them; raise tokens_max, or set it to 0"));
  }

  const PromptSetOptions& options_;
  const Tokenizer& tokenizer_;
  PromptSet set_ = {};
  absl::flat_hash_map<uint64_t, std::string> questions_;  // All that were read, by id.
};

}  // namespace

uint64_t PromptId(absl::string_view question) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const char c : question) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3;
  }
  return hash;
}

absl::StatusOr<PromptSet> ReadPrompts(const PromptSetOptions& options, const Tokenizer& tokenizer) {
  return Reader(options, tokenizer).Read();
}

std::vector<std::shared_ptr<const Prompt>> CommonPrompts(const PromptSet& a, const PromptSet& b) {
  absl::flat_hash_set<uint64_t> ids;
  for (const std::shared_ptr<const Prompt>& prompt : b.prompts) ids.insert(prompt->id);
  std::vector<std::shared_ptr<const Prompt>> common;
  std::copy_if(a.prompts.begin(), a.prompts.end(), std::back_inserter(common),
               [&](const std::shared_ptr<const Prompt>& p) { return ids.contains(p->id); });
  return common;
}

}  // namespace whet
