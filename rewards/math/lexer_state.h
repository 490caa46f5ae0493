// Inside the lexer: lexer*.cc.
#ifndef WHET_REWARDS_MATH_LEXER_STATE_H_
#define WHET_REWARDS_MATH_LEXER_STATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rewards/math/lexer.h"
#include "rewards/math/vocabulary.h"

namespace whet::math {

// Reads one text from its beginning to its end. Methods called Take… read at position_ and leave it
// behind what they took. After Fail nothing is left to take.
class Lexer {
 public:
  Lexer(const NormalizedText& source, const ParseOptions& options);

  absl::StatusOr<Tokens> Run();

 private:
  // What is open: ( [ or s (\{), a (a brace that encloses an argument), g (one that groups), or e
  // (an environment).
  struct Level {
    char kind;
    uint32_t token;     // The one that opened it.
    uint32_t last_bar;  // The token of the last bar in it; 0: none.
  };

  // lexer.cc
  void TrimEnds();
  bool TrimEnd();
  bool TrimEndMark(absl::string_view left);
  void Fail(absl::string_view what);
  void Fail(size_t where, absl::string_view what);
  char At(size_t position) const { return position < end_ ? text_[position] : '\0'; }
  bool StartsWith(absl::string_view prefix) const;
  size_t SkipSpaces(size_t position) const;
  void TakeOne();
  void TakeSymbol();
  bool TakeOperator();
  void TakeNumber();
  void TakeDollar();
  bool BeginsDecimals(size_t position) const;
  void TakeDot();
  bool TakeBracket();
  // Adds a token that ends `size` bytes from here, and takes these.
  Token& Emit(TokenKind kind, size_t size, uint8_t value = 0, absl::string_view text = {});
  void EmitBar(size_t size);
  void OpenLevel(char kind);
  void CloseLevel(char kind);
  bool OpensArgument() const;
  absl::string_view Keep(std::string text);

  // lexer_commands.cc
  void TakeCommand();
  void TakeControlSymbol();
  bool IsPlainSetMinus() const;
  void TakeRowEnd();
  void TakeNamed(absl::string_view name, size_t size);
  void TakeMeaning(const Meaning& meaning, size_t size);
  void EmitMeaning(const Meaning& meaning, size_t size);
  void TakeDelimiter(size_t command_size, bool opens);
  size_t DelimiterAt(size_t position, bool opens, Bracket* bracket) const;
  void TakeEnvironment(size_t command_size, bool begins);
  void SkipColumns();
  void TakeCharacter(size_t command_size);

  // lexer_text.cc
  void FindBraces();
  // The content of the group behind a command, or the one letter; false after Fail.
  bool Argument(size_t command_size, absl::string_view* content, size_t* end);
  void TakeText(size_t command_size);
  void EmitText(absl::string_view content, size_t end);
  void TakeRoman(size_t command_size);
  void TakeAlphabet(size_t command_size, absl::string_view alphabet);
  void TakeOperatorName(size_t command_size);
  void TakeLetters();
  void TakeRun(size_t size);
  bool TakeAbbreviation(absl::string_view run);
  bool IsBehindAbbreviation() const;
  size_t ConnectiveAt(size_t position, TokenKind* kind) const;
  bool IsApplied(size_t end) const;  // Whether brackets come behind the word that ends there.
  bool TakeJoinedWord(absl::string_view run);
  void EmitWord(size_t size);
  void EmitLetters(size_t size);
  static size_t CurrencyAt(absl::string_view text);

  const NormalizedText& source_;
  const absl::string_view text_;
  const ParseOptions& options_;
  size_t position_ = 0;
  size_t end_;
  bool space_before_ = false;
  bool dollars_are_money_ = false;
  bool transparent_ = false;  // What comes is the argument of such a command.
  bool negate_ = false;       // \not was before.
  int rows_ = 0;              // How many environments are open.
  int lines_ = 0;             // And how many of those whose & only aligns.
  // Of each byte that is an opening brace, where the closing one stands; made when needed.
  std::vector<uint32_t> brace_ends_;
  std::vector<Level> levels_;  // levels_[0] is the text itself.
  int firm_levels_ = 0;        // Braces and environments among them, levels_[0] aside.
  Tokens tokens_;
  absl::Status status_;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_LEXER_STATE_H_
