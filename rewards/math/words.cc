#include "rewards/math/names.h"
#include "rewards/math/vocabulary.h"

namespace whet::math {
namespace {

using absl::string_view;
using Kind = TokenKind;

constexpr Meaning Token(Kind kind, uint8_t value = 0, string_view text = {}) {
  return {Handling::kToken, kind, value, text};
}
constexpr Meaning Is(Constant constant) { return Token(Kind::kConstant, Of(constant)); }
constexpr Meaning Is(Function function) { return Token(Kind::kFunction, Of(function)); }
constexpr Meaning Is(Call call) { return Token(Kind::kCall, Of(call)); }

// Words of one or two letters that are more often products (tr, ch, Re) stand in the commands only.
constexpr Entry kEntries[] = {
    {"sin", Is(Function::kSin)},
    {"cos", Is(Function::kCos)},
    {"tan tg", Is(Function::kTan)},
    {"cot ctg cotg", Is(Function::kCot)},
    {"sec", Is(Function::kSec)},
    {"csc cosec", Is(Function::kCsc)},
    {"arcsin asin", Is(Function::kArcsin)},
    {"arccos acos", Is(Function::kArccos)},
    {"arctan atan arctg", Is(Function::kArctan)},
    {"arccot acot arcctg", Is(Function::kArccot)},
    {"arcsec asec", Is(Function::kArcsec)},
    {"arccsc acsc", Is(Function::kArccsc)},
    {"sinh", Is(Function::kSinh)},
    {"cosh", Is(Function::kCosh)},
    {"tanh", Is(Function::kTanh)},
    {"coth", Is(Function::kCoth)},
    {"sech", Is(Function::kSech)},
    {"csch", Is(Function::kCsch)},
    {"arsinh arcsinh asinh", Is(Function::kArsinh)},
    {"arcosh arccosh acosh", Is(Function::kArcosh)},
    {"artanh arctanh atanh", Is(Function::kArtanh)},
    {"arcoth arccoth acoth", Is(Function::kArcoth)},
    {"arsech arcsech asech", Is(Function::kArsech)},
    {"arcsch arccsch acsch", Is(Function::kArcsch)},
    {"exp", Is(Function::kExp)},
    {"ln", Is(Function::kLn)},
    {"log", Is(Function::kLog)},
    {"lg", Token(Kind::kFunction, Of(Function::kLog), "10")},
    {"gcd GCD", Is(Function::kGcd)},
    {"lcm LCM", Is(Function::kLcm)},
    {"min", Is(Function::kMin)},
    {"max", Is(Function::kMax)},
    {"det", Is(Function::kDet)},
    {"trace", Is(Function::kTrace)},
    {"sgn", Is(Function::kSgn)},
    {"conj", Is(Function::kConjugate)},
    {"floor", Is(Call::kFloor)},
    {"ceil ceiling", Is(Call::kCeil)},
    {"abs", Is(Call::kAbs)},
    {"sqrt", Is(Call::kSquareRoot)},
    {"cbrt", Is(Call::kCubeRoot)},
    {"binom binomial comb", Is(Call::kBinomial)},
    {"factorial", Is(Call::kFactorial)},
    {"frac dfrac tfrac", Token(Kind::kFraction)},
    {"lim", Token(Kind::kLimit)},
    {"ldots cdots dots", Token(Kind::kEllipsis)},

    {"pi", Is(Constant::kPi)},
    {"oo inf infty infinity Inf Infinity", Is(Constant::kInfinity)},
    {"alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi "
     "chi psi omega",
     Token(Kind::kName, 0, "*")},

    {"and", Token(Kind::kAnd)},
    {"or", Token(Kind::kOr)},
    {"mod", Token(Kind::kMod)},
    {"union", Token(Kind::kUnion)},
    {"choose", Token(Kind::kChoose, 0, "*")},
    {"where for if when with", Token(Kind::kWhere)},
    // Those that are not long enough to be words anyway.
    {"March April May June July", Token(Kind::kText, 0, "*")},
    {"percent percentage pct", Token(Kind::kPercent)},
};

const Vocabulary& Words() {
  static const Vocabulary& words = *new Vocabulary(MakeVocabulary(kEntries));
  return words;
}

}  // namespace

const Meaning* FindWord(string_view name) {
  const auto found = Words().find(name);
  return found == Words().end() ? nullptr : &found->second;
}

}  // namespace whet::math
