#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rewards/math/grammar.h"

namespace whet::math {

using Kind = TokenKind;

namespace {

// The inverse that f^{-1} means; f itself: none.
Function InverseOf(Function function) {
  const auto value = static_cast<uint8_t>(function);
  constexpr uint8_t kDirect[] = {Of(Function::kSin), Of(Function::kSinh)};
  constexpr uint8_t kInverse[] = {Of(Function::kArcsin), Of(Function::kArsinh)};
  constexpr uint8_t kCount = 6;
  for (size_t i = 0; i < 2; ++i) {
    if (value >= kDirect[i] && value < kDirect[i] + kCount) {
      return static_cast<Function>(kInverse[i] + (value - kDirect[i]));
    }
  }
  return function;
}

// How many arguments a function may have, at least and at most.
constexpr size_t kAny = 4096;
size_t ArgumentsMax(Function function) {
  switch (function) {
    case Function::kGcd:
    case Function::kLcm:
    case Function::kMin:
    case Function::kMax:
      return kAny;
    case Function::kLog:
      return 2;
    default:
      return 1;
  }
}

}  // namespace

NodeId Grammar::FunctionNow() {
  const auto function = static_cast<Function>(Now().value);
  const FunctionScripts scripts = TakeFunctionScripts();
  Nodes arguments = Arguments();
  const bool based = scripts.base != kAbsentNode;
  if (arguments.size() > ArgumentsMax(function) || (based && arguments.size() > 1)) {
    return Fail("fewer arguments are expected");
  }
  if (failed()) return kAbsentNode;
  if (!scripts.name.empty()) {
    const std::string name = absl::StrCat(NameOf(function), "_{", scripts.name, "}");
    arguments.insert(arguments.begin(), MakeSymbol(name));
    return Make(Op::kApply, arguments);
  }
  if (based) arguments.push_back(scripts.base);
  const NodeId power = scripts.power;
  const Function inverse = InverseOf(function);
  const bool inverted =
      inverse != function && OpOf(power) == Op::kNegate && tree_.text(tree_.child(power, 0)) == "1";
  const NodeId applied = Make(Op::kFunction, arguments, {}, Of(inverted ? inverse : function));
  return inverted || power == kAbsentNode ? applied : Make(Op::kPower, {applied, power});
}

// The name of a function, and what stands above and below it.
Grammar::FunctionScripts Grammar::TakeFunctionScripts() {
  FunctionScripts scripts;
  const bool log = Now().value == Of(Function::kLog);
  if (log && Now().text == "10") scripts.base = MakeNumber("10");
  Take(Kind::kFunction);
  // log2(8): digits right behind the name and right before a bracket.
  if (log && Is(Kind::kNumber) && !Now().space_before && IsAhead(1, Kind::kOpen) &&
      !Ahead(1).space_before) {
    scripts.base = Literal();
  }
  while (Is(Kind::kCaret) || Is(Kind::kUnderscore)) {
    if (Take(Kind::kCaret)) {
      if (scripts.power != kAbsentNode) Fail("a second exponent");
      scripts.power = Exponent();
    } else if (Take(Kind::kUnderscore)) {
      if (log) scripts.base = LogBase();
      if (!log) scripts.name = SubscriptName();
    }
  }
  return scripts;
}

// The base of a logarithm. Of \log_23 it is 2, but of \log_10 x and \log_10(x) it is 10: all digits
// belong to it where the argument comes behind them.
NodeId Grammar::LogBase() {
  if (!Is(Kind::kNumber)) return Argument();
  Advance();
  const bool argument = StartsFactor() || Is(Kind::kMinus);
  MoveTo(position_ - 1);
  return argument ? Literal() : FractionArgument();
}

// The arguments of a function: in brackets, or the product that follows.
Nodes Grammar::Arguments() {
  const bool braces = Is(Kind::kBraceOpen);
  if (!braces && !Is(Kind::kOpen) && !Is(Kind::kBar)) return {ImplicitArgument()};
  const NodeId argument = braces ? Braces() : Primary();
  if (failed()) return {kAbsentNode};
  switch (OpOf(argument)) {
    case Op::kTuple:
    case Op::kSet:
    case Op::kInterval: {
      const auto children = tree_.children(argument);
      return Nodes(children.begin(), children.end());
    }
    case Op::kList:
    case Op::kRelation:
    case Op::kChain:
      Fail("no argument of a function");
      break;
    default:
      break;
  }
  return {argument};
}

// The factors behind a function without brackets, up to an operator, a bracket or another function.
NodeId Grammar::ImplicitArgument() {
  size_t minuses = 0;
  while (Take(Kind::kMinus)) ++minuses;
  Nodes factors;
  do {
    const uint32_t begin = position_;
    AddFactor(&factors, Postfix(), begin);
  } while (!IntegralDone() && !IsDifferential() && StartsFactor() && !Is(Kind::kFunction) &&
           !Is(Kind::kCall) && !Is(Kind::kOpen) && !Is(Kind::kBigOperator) &&
           !Is(Kind::kIntegral) && !Is(Kind::kLimit) && !Is(Kind::kBegin));
  NodeId argument = ProductOf(factors);
  if (Is(Kind::kDivide) && IsAhead(1, Kind::kNumber) && IsMultipleOfPi(factors)) {
    Take(Kind::kDivide);
    argument = Make(Op::kDivide, {argument, Literal()});
  }
  for (size_t i = 0; i < minuses; ++i) argument = Make(Op::kNegate, {argument});
  return argument;
}

// Numbers and pi, at least once.
bool Grammar::IsMultipleOfPi(absl::Span<const NodeId> factors) const {
  bool pi = false;
  for (const NodeId factor : factors) {
    const bool is_pi = OpOf(factor) == Op::kConstant && tree_.constant(factor) == Constant::kPi;
    if (!is_pi && OpOf(factor) != Op::kNumber) return false;
    pi |= is_pi;
  }
  return pi;
}

// floor(x), sqrt(x): functions whose node is not kFunction.
NodeId Grammar::CallNow() {
  const auto call = static_cast<Call>(Now().value);
  Take(Kind::kCall);
  if (call == Call::kSquareRoot || call == Call::kCubeRoot) {
    const NodeId radicand = Argument();
    const NodeId index = call == Call::kCubeRoot ? MakeNumber("3") : kAbsentNode;
    return Make(Op::kRoot, {radicand, index});
  }
  const Nodes arguments = Arguments();
  const size_t expected = call == Call::kBinomial || call == Call::kMod ? 2 : 1;
  if (arguments.size() != expected) return Fail("another number of arguments is expected");
  constexpr Op kOps[] = {Op::kAbs, Op::kFloor, Op::kCeil, Op::kBinomial, Op::kFactorial, Op::kMod};
  return Make(kOps[static_cast<size_t>(call)], arguments);
}

// \operatorname of a name that is not known, \Pr, \sup: a function of that name.
NodeId Grammar::OperatorNow() {
  std::string name(Now().text);
  Take(Kind::kOperatorName);
  if (Take(Kind::kUnderscore)) absl::StrAppend(&name, "_{", SubscriptName(), "}");
  const NodeId function = MakeSymbol(name);
  if (Is(Kind::kOpen, Of(Bracket::kRound))) return Applied(function);
  Nodes children = {function};
  for (const NodeId argument : Arguments()) children.push_back(argument);
  return Make(Op::kApply, children);
}

NodeId Grammar::Fraction() {
  if (DerivativeAhead()) return Derivative();
  Take(Kind::kFraction);
  const NodeId numerator = FractionArgument();
  return Make(Op::kDivide, {numerator, FractionArgument()});
}

// In braces, or one digit, letter or command, as TeX has it.
NodeId Grammar::FractionArgument() {
  Token& token = tokens_[position_];
  if (Is(Kind::kLetter)) {
    Advance();
    return MakeSymbol(token.text);
  }
  if (!Is(Kind::kNumber)) return Argument();
  if (!absl::ascii_isdigit(token.text[0])) return Fail("a digit or {…} is expected");
  const NodeId digit = MakeNumber(token.text.substr(0, 1));
  token.text.remove_prefix(1);
  ++token.begin;
  token.space_before = false;
  if (token.text.empty()) Advance();
  return digit;
}

NodeId Grammar::Binomial() {
  Take(Kind::kBinomial);
  const NodeId all = FractionArgument();
  return Make(Op::kBinomial, {all, FractionArgument()});
}

NodeId Grammar::Root() {
  Take(Kind::kRoot);
  NodeId index = kAbsentNode;
  if (Is(Kind::kOpen, Of(Bracket::kSquare))) {
    Take(Kind::kOpen);
    const Inside inside(this);
    index = WholeSum();
    if (!Take(Kind::kClose, Of(Bracket::kSquare))) Fail("a closing ] is expected");
  }
  const NodeId radicand = Argument();
  if (OpOf(radicand) == Op::kTuple) return Fail("one radicand is expected");
  return Make(Op::kRoot, {radicand, index});
}

}  // namespace whet::math
