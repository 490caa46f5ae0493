#include "tests/rewards/math/shrink.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace whet::math {
namespace {

constexpr int kAsksMax = 1000;

Formula ReplaceAlike(const Formula& formula, const Formula& from, const Formula& to) {
  if (SameFormula(formula, from)) return to;
  std::vector<Formula> args = formula->args;
  for (Formula& arg : args) arg = ReplaceAlike(arg, from, to);
  return Make(formula->kind, std::move(args), formula->value);
}

class Shrinker {
 public:
  explicit Shrinker(const std::function<bool(const FormulaPair&)>& fails) : fails_(fails) {}

  FormulaPair Run(FormulaPair pair) {
    while (const std::optional<FormulaPair> smaller = Smaller(pair)) pair = *smaller;
    return pair;
  }

 private:
  bool Fails(const FormulaPair& pair) { return ++asks_ <= kAsksMax && fails_(pair); }

  std::optional<FormulaPair> Smaller(const FormulaPair& pair) {
    for (const FormulaPair& inner : Inner(pair)) {
      if (Fails(inner)) return inner;
    }
    std::vector<Formula> parts = PartsOf(pair.a);
    std::sort(parts.begin(), parts.end(),
              [](const Formula& a, const Formula& b) { return SizeOf(a) > SizeOf(b); });
    for (const Formula& part : parts) {
      if (const std::optional<FormulaPair> plainer = Plainer(pair, part)) return plainer;
    }
    return std::nullopt;
  }

  // The arguments in which they differ, or all of them.
  static std::vector<FormulaPair> Inner(const FormulaPair& pair) {
    const FormulaNode& a = *pair.a;
    const FormulaNode& b = *pair.b;
    if (a.kind != b.kind || a.value != b.value || a.args.size() != b.args.size()) return {};
    const bool alike = SameFormula(pair.a, pair.b);
    std::vector<FormulaPair> inner;
    for (size_t i = 0; i < a.args.size(); ++i) {
      if (alike || !SameFormula(a.args[i], b.args[i])) inner.push_back({a.args[i], b.args[i]});
    }
    return inner;
  }

  std::optional<FormulaPair> Plainer(const FormulaPair& pair, const Formula& part) {
    if (part->kind == FormulaKind::kInteger && part->value <= 2) return std::nullopt;
    std::vector<Formula> plain = {Integer(1), Integer(2)};
    if (!part->args.empty() && HasSymbol(part)) plain.push_back(Symbol('x'));
    for (const Formula& to : plain) {
      FormulaPair plainer = {ReplaceAlike(pair.a, part, to), ReplaceAlike(pair.b, part, to)};
      if (Fails(plainer)) return plainer;
    }
    return std::nullopt;
  }

  const std::function<bool(const FormulaPair&)>& fails_;
  int asks_ = 0;
};

}  // namespace

FormulaPair Shrink(FormulaPair pair, const std::function<bool(const FormulaPair&)>& fails) {
  return Shrinker(fails).Run(std::move(pair));
}

}  // namespace whet::math
