#include "text/regex.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status.h"
#include "text/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace whet {
namespace {

// PCRE2's own defaults, written down because a build may change them: steps at one start position,
// and KiB of memory.
constexpr uint32_t kStepsMax = 10'000'000;
constexpr uint32_t kHeapKibMax = 64 * 1024;

std::string ErrorText(int error) {
  unsigned char text[256];
  if (pcre2_get_error_message(error, text, sizeof(text)) < 0) return absl::StrCat("error ", error);
  return reinterpret_cast<const char*>(text);
}

PCRE2_SPTR Units(absl::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

struct CompileContextFree {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

}  // namespace

struct Regex::Program {
  pcre2_code* code = nullptr;
  pcre2_match_context* limits = nullptr;

  ~Program() {
    pcre2_code_free(code);
    pcre2_match_context_free(limits);
  }
};

RegexScratch::RegexScratch() : match_data_(pcre2_match_data_create(1, nullptr)) {
  WHET_CHECK(match_data_ != nullptr);
}

RegexScratch::~RegexScratch() {
  pcre2_match_data_free(static_cast<pcre2_match_data*>(match_data_));
}

Regex::Regex(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Regex::Regex(Regex&& other) noexcept = default;
Regex& Regex::operator=(Regex&& other) noexcept = default;
Regex::~Regex() = default;

absl::StatusOr<Regex> Regex::CompilePcre(absl::string_view pattern, unsigned options) {
  const std::unique_ptr<pcre2_compile_context, CompileContextFree> context(
      pcre2_compile_context_create(nullptr));
  WHET_CHECK(context != nullptr);
  // Oniguruma's dot and anchors know this newline only.
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  auto program = std::make_unique<Program>();
  int error = 0;
  size_t position = 0;
  program->code = pcre2_compile(Units(pattern), pattern.size(), options | PCRE2_UTF, &error,
                                &position, context.get());
  if (program->code == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("pattern ", pattern, ": ", ErrorText(error), " at byte ", position));
  }
  // Where there is no just-in-time compiler the same program is interpreted.
  pcre2_jit_compile(program->code, PCRE2_JIT_COMPLETE);
  program->limits = pcre2_match_context_create(nullptr);
  WHET_CHECK(program->limits != nullptr);
  pcre2_set_match_limit(program->limits, kStepsMax);
  pcre2_set_heap_limit(program->limits, kHeapKibMax);
  return Regex(std::move(program));
}

absl::StatusOr<Regex> Regex::Compile(absl::string_view pattern) {
  WHET_ASSIGN_OR_RETURN(const std::string translated, PcreOfOniguruma(pattern));
  return CompilePcre(translated, PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C);
}

absl::StatusOr<Regex> Regex::CompileLiteral(absl::string_view text) {
  return CompilePcre(text, PCRE2_LITERAL);
}

absl::StatusOr<Regex> Regex::FromJson(const Json& json) {
  if (json.Find("String") != nullptr) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view text, json.GetString("String"));
    return CompileLiteral(text);
  }
  WHET_ASSIGN_OR_RETURN(const absl::string_view pattern, json.GetString("Regex"));
  return Compile(pattern);
}

absl::Status Regex::FindAll(absl::string_view text, RegexScratch* scratch,
                            std::vector<RegexMatch>* matches) const {
  matches->clear();
  auto* match_data = static_cast<pcre2_match_data*>(scratch->match_data_);
  const size_t* const found = pcre2_get_ovector_pointer(match_data);
  size_t position = 0;
  while (position <= text.size()) {
    int result = pcre2_match(program_->code, Units(text), text.size(), position, PCRE2_NO_UTF_CHECK,
                             match_data, program_->limits);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
      // Compiled code has a small stack; the interpreter takes memory up to its limit.
      result = pcre2_match(program_->code, Units(text), text.size(), position,
                           PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, match_data, program_->limits);
    }
    if (result == PCRE2_ERROR_NOMATCH) break;
    if (result < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("a pattern costs too much on this text: ", ErrorText(result)));
    }
    const RegexMatch match{found[0], found[1]};
    const bool repeats_end = !matches->empty() && matches->back().end == match.end;
    if (match.begin == match.end && repeats_end) {
      // An empty match where the last one ended: look on behind the next character.
      if (match.end == text.size()) break;
      position = match.end + FirstUtf8(text.substr(match.end)).bytes;
      continue;
    }
    matches->push_back(match);
    position = match.end;
  }
  return absl::OkStatus();
}

}  // namespace whet
