// What the lexer makes of a text and the grammar reads.
#ifndef WHET_REWARDS_MATH_TOKEN_H_
#define WHET_REWARDS_MATH_TOKEN_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace whet::math {

// In brackets what Token::value and Token::text hold; text is else as the token was written.
enum class TokenKind : uint8_t {
  kEnd,

  // Operands.
  kNumber,        // (NumberForm): text is the literal without thousands separators.
  kLetter,        // One letter of a run of letters: see Token::run.
  kName,          // A Greek letter or an unknown command; text: its canonical name.
  kRoman,         // \mathrm{abc}: letters, trimmed; maybe a unit.
  kText,          // \text{…}: the content, trimmed.
  kForeign,       // A run of letters that are not ASCII.
  kConstant,      // (Constant): text is the part of a number set, mostly "".
  kFunction,      // (Function).
  kCall,          // (Call): a function whose node is not kFunction, as floor(x).
  kOperatorName,  // \operatorname of an unknown name; text: the name.
  kEllipsis,
  kCurrency,  // text: the unit.
  kFraction,
  kBinomial,
  kRoot,
  kBigOperator,  // (Op): \sum, \prod, \bigcup, \bigcap.
  kIntegral,     // (how many signs).
  kLimit,
  kBegin,  // (Environment); text: the bracket, as of Op::kMatrix.
  kBoxed,
  kAccent,  // text: "hat", "overline".
  kFigure,  // \angle, \triangle: a mark before letters; text: its name.
  kNot,

  // Brackets.
  kOpen,       // (Bracket).
  kClose,      // (Bracket).
  kBraceOpen,  // { without a backslash.
  kBraceClose,
  kBar,             // | that opens, closes or stands between.
  kDoubleBar,       // \|, the same.
  kEndEnvironment,  // (Environment).

  // Operators.
  kPlus,
  kMinus,
  kPlusMinus,
  kMinusPlus,
  kTimes,
  kDivide,
  kMod,
  kPmod,     // \pmod, whose operand follows, or "(mod", whose operand ends with a bracket: value 1.
  kCompose,  // \circ, which is also the sign of degrees.
  kUnion,
  kIntersection,
  kSetMinus,
  kRelation,  // (Relation).
  kOver,
  kChoose,

  // Behind an operand.
  kCaret,
  kUnderscore,
  kBang,
  kPercent,
  kDegree,
  kPrime,
  kTranspose,

  // Between items.
  kComma,
  kSemicolon,
  kColon,
  kAnd,
  kOr,
  kWhere,
  kForAll,
  kRow,
  kAmpersand,
  kDot,
};

enum class NumberForm : uint8_t { kInteger, kDecimal, kScientific, kRepeating };

enum class Bracket : uint8_t {
  kRound,
  kSquare,
  kReversedSquare,  // ] that opens, [ that closes.
  kCurly,
  kAngle,
  kFloor,
  kCeil,
  kAbs,
  kNorm,
  kNothing,  // \left. and \right.
};

enum class Call : uint8_t {
  kAbs,
  kFloor,
  kCeil,
  kBinomial,
  kFactorial,
  kMod,
  kSquareRoot,
  kCubeRoot
};

enum class Environment : uint8_t {
  kMatrix,
  kDeterminant,
  kNormMatrix,
  kArray,  // A matrix, or, behind a brace that is never closed, a system.
  kCases,
  kLines,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint8_t value = 0;
  bool space_before = false;
  // Of a letter: how many of its run come before it, and how many are left, itself included.
  uint16_t run_before = 0;
  uint16_t run = 0;
  uint32_t begin = 0;  // Where it stands in the normalized text.
  uint32_t end = 0;
  // Of an opening brace: the token of the closing one. Of a bar: the next bar within the same
  // brackets. 0: there is none.
  uint32_t partner = 0;
  absl::string_view text;
};

}  // namespace whet::math

#endif  // WHET_REWARDS_MATH_TOKEN_H_
