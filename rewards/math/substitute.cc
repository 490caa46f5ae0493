#include "rewards/math/substitute.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "rewards/math/certain.h"

namespace whet::math {
namespace {

constexpr int64_t kFloorMax = int64_t{1} << 60;

class Substitution {
 public:
  Substitution(absl::flat_hash_map<TermId, TermId> replacements, bool likely_floors,
               TermMaker* maker)
      : maker_(maker), likely_floors_(likely_floors), done_(std::move(replacements)) {}

  TermId Of(TermId term) {
    if (!maker_->budget().Spend(2)) return maker_->Undefined();
    if (const auto known = done_.find(term); known != done_.end()) return known->second;
    const TermId result = Rebuild(term);
    done_[term] = result;
    return result;
  }

 private:
  TermId Rebuild(TermId term) {
    const absl::Span<const TermId> old_args = maker_->pool().args(term);
    const std::vector<TermId> old(old_args.begin(), old_args.end());
    std::vector<TermId> args;
    args.reserve(old.size());
    for (const TermId arg : old) args.push_back(Of(arg));
    return args == old ? term : Make(term, args);
  }

  TermId Make(TermId term, const std::vector<TermId>& args) {
    switch (const TermKind kind = maker_->pool().kind(term)) {
      case TermKind::kAdd:
        return maker_->Add(args);
      case TermKind::kMultiply:
        return maker_->Multiply(args);
      case TermKind::kPower:
        return maker_->Power(args[0], args[1]);
      case TermKind::kRealRoot:
        return maker_->Root(args[0], args[1]);
      case TermKind::kFloor:
        return Floor(args[0]);
      case TermKind::kMin:
        return maker_->Smallest(args[0], args[1]);
      case TermKind::kMax:
        return maker_->Largest(args[0], args[1]);
      case TermKind::kKernel:
        return maker_->Kernel(std::string(maker_->pool().name(term)), args);
      default:
        return maker_->Function(kind, args[0]);
    }
  }

  TermId Floor(TermId argument) {
    const bool known = !likely_floors_ || maker_->pool().is_rational(argument);
    const auto floor = known ? std::nullopt : LikelyFloor(argument, kFloorMax, maker_);
    return floor.has_value() ? maker_->Integer(*floor) : maker_->Floor(argument);
  }

  TermMaker* const maker_;
  const bool likely_floors_;
  absl::flat_hash_map<TermId, TermId> done_;
};

bool IsContinuousKind(TermKind kind) {
  switch (kind) {
    case TermKind::kKernel:
    case TermKind::kArg:
    case TermKind::kSgn:
    case TermKind::kFloor:
    case TermKind::kUndefined:
    case TermKind::kInfinity:
    case TermKind::kMinusInfinity:
      return false;
    default:
      return true;
  }
}

}  // namespace

TermId Substitute(TermId term, TermId symbol, TermId replacement, TermMaker* maker) {
  return Substitution({{symbol, replacement}}, false, maker).Of(term);
}

TermId SubstituteNumbers(TermId term, const absl::flat_hash_map<TermId, TermId>& numbers,
                         TermMaker* maker) {
  return Substitution(numbers, true, maker).Of(term);
}

bool IsContinuous(const TermPool& pool, TermId term) {
  return absl::c_all_of(TermsBelow(pool, term),
                        [&](TermId below) { return IsContinuousKind(pool.kind(below)); });
}

}  // namespace whet::math
