#include "text/bpe.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <queue>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "base/status.h"
#include "text/utf8.h"

namespace whet {
namespace {

constexpr uint32_t kNoMerge = std::numeric_limits<uint32_t>::max();

// Up to here looking through all pairs is faster than a heap.
constexpr size_t kFewSymbols = 48;

uint64_t PairKey(int32_t left, int32_t right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
}

absl::Status NotSupported(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, " is not supported"));
}

absl::Status CheckSupported(const Json& model) {
  // Old files name no type.
  WHET_ASSIGN_OR_RETURN(const std::string type, model.GetStringOr("type", "BPE"));
  if (type != "BPE") return NotSupported(absl::StrCat("type \"", type, "\""));
  WHET_ASSIGN_OR_RETURN(const double dropout, model.GetDoubleOr("dropout", 0));
  if (dropout != 0) return NotSupported("dropout");
  WHET_ASSIGN_OR_RETURN(const bool byte_fallback, model.GetBoolOr("byte_fallback", false));
  if (byte_fallback) return NotSupported("byte_fallback");
  for (const absl::string_view key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    WHET_ASSIGN_OR_RETURN(const std::string affix, model.GetStringOr(key, ""));
    if (!affix.empty()) return NotSupported(key);
  }
  return absl::OkStatus();
}

}  // namespace

Bpe::Bpe(Vocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)),
      whole_(std::make_unique<std::atomic<Whole>[]>(static_cast<size_t>(vocabulary_.id_end()))) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    byte_ids_[byte] = vocabulary_.IdOfPiece(absl::string_view(&c, 1)).value_or(-1);
  }
}

absl::StatusOr<Bpe> Bpe::FromJson(const Json& model, PieceForm form) {
  WHET_RETURN_IF_ERROR(CheckSupported(model));
  WHET_ASSIGN_OR_RETURN(const Json* vocab, model.Get("vocab"));
  absl::StatusOr<Vocabulary> vocabulary = Vocabulary::FromJson(*vocab, form);
  if (!vocabulary.ok()) return Annotate(vocabulary.status(), "vocab");
  Bpe bpe(*std::move(vocabulary));
  bpe.form_ = form;
  WHET_ASSIGN_OR_RETURN(bpe.ignore_merges_, model.GetBoolOr("ignore_merges", false));
  WHET_ASSIGN_OR_RETURN(bpe.fuse_unknown_, model.GetBoolOr("fuse_unk", false));
  if (const Json* unknown = model.Find("unk_token"); unknown != nullptr && !unknown->is_null()) {
    WHET_ASSIGN_OR_RETURN(const absl::string_view token, model.GetString("unk_token"));
    bpe.unknown_token_ = std::string(token);
    bpe.unknown_id_ = bpe.vocabulary_.IdOfToken(token);
  }
  WHET_ASSIGN_OR_RETURN(const Json* merges, model.Get("merges"));
  if (const absl::Status status = bpe.AddMerges(*merges); !status.ok()) {
    return Annotate(status, "merges");
  }
  return bpe;
}

absl::Status Bpe::AddMerges(const Json& merges) {
  WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> elements, merges.Elements());
  merges_.reserve(elements.size());
  uint32_t rank = 0;
  for (const Json& element : elements) {
    if (element.is_string()) {
      // "left right"
      WHET_ASSIGN_OR_RETURN(const absl::string_view text, element.String());
      if (absl::StartsWith(text, "#version")) continue;
      const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
      if (parts.size() != 2) {
        return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no pair of tokens"));
      }
      WHET_RETURN_IF_ERROR(AddMerge(parts[0], parts[1], rank++));
    } else {
      WHET_ASSIGN_OR_RETURN(const absl::Span<const Json> pair, element.Elements());
      if (pair.size() != 2) {
        return absl::InvalidArgumentError(absl::StrCat("rank ", rank, ": no pair of tokens"));
      }
      WHET_ASSIGN_OR_RETURN(const absl::string_view left, pair[0].String());
      WHET_ASSIGN_OR_RETURN(const absl::string_view right, pair[1].String());
      WHET_RETURN_IF_ERROR(AddMerge(left, right, rank++));
    }
  }
  return absl::OkStatus();
}

absl::Status Bpe::AddMerge(absl::string_view left, absl::string_view right, uint32_t rank) {
  const std::string merged = absl::StrCat(left, right);
  const std::optional<int32_t> left_id = vocabulary_.IdOfToken(left);
  const std::optional<int32_t> right_id = vocabulary_.IdOfToken(right);
  const std::optional<int32_t> merged_id = vocabulary_.IdOfToken(merged);
  if (!left_id.has_value() || !right_id.has_value() || !merged_id.has_value()) {
    const absl::string_view missing = !left_id.has_value()    ? left
                                      : !right_id.has_value() ? right
                                                              : absl::string_view(merged);
    return absl::InvalidArgumentError(
        absl::StrCat("rank ", rank, ": token \"", missing, "\" is not in the vocabulary"));
  }
  merges_[PairKey(*left_id, *right_id)] = {rank, *merged_id};
  return absl::OkStatus();
}

Bpe::Merge Bpe::FindMerge(int32_t left, int32_t right) const {
  const auto found = merges_.find(PairKey(left, right));
  return found == merges_.end() ? Merge{kNoMerge, 0} : found->second;
}

absl::Status Bpe::Encode(absl::string_view piece, std::vector<int32_t>* ids) const {
  const std::optional<int32_t> whole_id = vocabulary_.IdOfPiece(piece);
  std::atomic<Whole>* whole =
      whole_id.has_value() ? &whole_[static_cast<size_t>(*whole_id)] : nullptr;
  if (whole != nullptr &&
      (ignore_merges_ || whole->load(std::memory_order_relaxed) == Whole::kYes)) {
    ids->push_back(*whole_id);
    return absl::OkStatus();
  }
  std::vector<int32_t> symbols;
  WHET_RETURN_IF_ERROR(Symbols(piece, &symbols));
  if (symbols.size() <= kFewSymbols) {
    MergeFew(&symbols);
  } else {
    MergeMany(&symbols);
  }
  if (whole != nullptr) {
    const bool came_out = symbols.size() == 1 && symbols[0] == *whole_id;
    whole->store(came_out ? Whole::kYes : Whole::kNo, std::memory_order_relaxed);
  }
  ids->insert(ids->end(), symbols.begin(), symbols.end());
  return absl::OkStatus();
}

absl::Status Bpe::Symbols(absl::string_view piece, std::vector<int32_t>* symbols) const {
  symbols->reserve(piece.size());
  bool after_unknown = false;
  while (!piece.empty()) {
    std::optional<int32_t> id;
    size_t bytes = 1;
    if (form_ == PieceForm::kBytes) {
      const int32_t byte_id = byte_ids_[static_cast<unsigned char>(piece[0])];
      if (byte_id >= 0) id = byte_id;
    } else {
      bytes = FirstUtf8(piece).bytes;
      id = vocabulary_.IdOfPiece(piece.substr(0, bytes));
    }
    piece.remove_prefix(bytes);
    if (id.has_value()) {
      symbols->push_back(*id);
    } else if (unknown_token_.has_value() && !(fuse_unknown_ && after_unknown)) {
      if (!unknown_id_.has_value()) {
        return absl::InvalidArgumentError(absl::StrCat("the text needs the unknown token \"",
                                                       *unknown_token_, "\", which has no id"));
      }
      symbols->push_back(*unknown_id_);
    }
    after_unknown = !id.has_value();
  }
  return absl::OkStatus();
}

void Bpe::MergeFew(std::vector<int32_t>* symbols) const {
  // merges[i]: what symbols i and i + 1 become.
  Merge merges[kFewSymbols];
  size_t size = symbols->size();
  int32_t* const ids = symbols->data();
  for (size_t i = 0; i + 1 < size; ++i) merges[i] = FindMerge(ids[i], ids[i + 1]);
  while (size > 1) {
    const Merge* first = std::min_element(
        merges, merges + size - 1, [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
    if (first->rank == kNoMerge) break;
    const auto i = static_cast<size_t>(first - merges);
    ids[i] = first->id;
    std::copy(ids + i + 2, ids + size, ids + i + 1);
    std::copy(merges + i + 1, merges + size - 1, merges + i);
    --size;
    if (i > 0) merges[i - 1] = FindMerge(ids[i - 1], ids[i]);
    if (i + 1 < size) merges[i] = FindMerge(ids[i], ids[i + 1]);
  }
  symbols->resize(size);
}

// A heap of the merges that were possible at some time, over a list linked by positions. An entry
// whose symbols have become others since is passed over.
class Bpe::Merger {
 public:
  Merger(const Bpe& bpe, const std::vector<int32_t>& symbols) : bpe_(bpe) {
    const auto size = static_cast<uint32_t>(symbols.size());
    nodes_.reserve(size);
    for (uint32_t i = 0; i < size; ++i) {
      nodes_.push_back({symbols[i], i == 0 ? kNone : i - 1, i + 1 == size ? kNone : i + 1});
    }
  }

  std::vector<int32_t> Run() {
    std::vector<Entry> entries;
    for (uint32_t i = 0; i + 1 < nodes_.size(); ++i) {
      const Merge merge = bpe_.FindMerge(nodes_[i].id, nodes_[i + 1].id);
      if (merge.rank != kNoMerge) entries.push_back({merge, i});
    }
    heap_ = Heap(Later(), std::move(entries));
    while (!heap_.empty()) {
      const Entry entry = heap_.top();
      heap_.pop();
      if (IsCurrent(entry)) Apply(entry);
    }
    std::vector<int32_t> ids;
    // The first symbol is never merged away.
    for (uint32_t i = 0; i != kNone; i = nodes_[i].next) ids.push_back(nodes_[i].id);
    return ids;
  }

 private:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  static constexpr int32_t kGone = -1;

  struct Node {
    int32_t id;  // kGone once merged into the one before.
    uint32_t previous;
    uint32_t next;
  };
  struct Entry {
    Merge merge;
    uint32_t left;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.merge.rank != b.merge.rank ? a.merge.rank > b.merge.rank : a.left > b.left;
    }
  };
  using Heap = std::priority_queue<Entry, std::vector<Entry>, Later>;

  bool IsCurrent(const Entry& entry) const {
    const Node& left = nodes_[entry.left];
    if (left.id == kGone || left.next == kNone) return false;
    return bpe_.FindMerge(left.id, nodes_[left.next].id).rank == entry.merge.rank;
  }

  void Apply(const Entry& entry) {
    Node& left = nodes_[entry.left];
    Node& right = nodes_[left.next];
    left.id = entry.merge.id;
    left.next = right.next;
    right.id = kGone;
    if (left.next != kNone) nodes_[left.next].previous = entry.left;
    if (left.previous != kNone) Push(left.previous);
    Push(entry.left);
  }

  void Push(uint32_t left) {
    const Node& node = nodes_[left];
    if (node.next == kNone) return;
    const Merge merge = bpe_.FindMerge(node.id, nodes_[node.next].id);
    if (merge.rank != kNoMerge) heap_.push({merge, left});
  }

  const Bpe& bpe_;
  std::vector<Node> nodes_;
  Heap heap_;
};

void Bpe::MergeMany(std::vector<int32_t>* symbols) const {
  *symbols = Merger(*this, *symbols).Run();
}

}  // namespace whet
