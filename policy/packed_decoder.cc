#include "policy/packed_decoder.h"

#include <ATen/ATen.h>

#include <memory>

#include "policy/decoder.h"
#include "policy/packed_attention.h"

namespace whet {
namespace {

class LayoutAttention : public Attention {
 public:
  explicit LayoutAttention(const PackedLayout& layout)
      : layout_(std::make_shared<const PackedLayout>(layout)) {}

  at::Tensor Attend(int64_t, const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v) override {
    return PackedAttention(q, k, v, layout_);
  }

 private:
  const std::shared_ptr<const PackedLayout> layout_;
};

}  // namespace

at::Tensor IdTensor(const std::vector<int64_t>& ids, const at::Device& device) {
  return at::tensor(ids, at::kLong).to(device);
}

at::Tensor DecodePacked(const Weights& weights, const at::Tensor& embedded,
                        const PackedLayout& layout, const std::vector<int64_t>& rows) {
  LayoutAttention attention(layout);
  const at::Tensor hidden = Decode(weights, embedded, PositionsOf(layout), &attention);
  return hidden.index_select(0, IdTensor(rows, hidden.device()));
}

}  // namespace whet
