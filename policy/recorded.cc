#include "policy/recorded.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <utility>

namespace whet {
namespace {

class RecordedNode : public torch::autograd::Node {
 public:
  explicit RecordedNode(Backward backward) : backward_(std::move(backward)) {}

  // Frees what the backward kept, as soon as it has run.
  void release_variables() override { backward_ = nullptr; }

 private:
  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const at::NoGradGuard no_gradients;
    // An output that nothing was made of has no gradient.
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) gradients[i] = input_metadata(i).zeros_like();
    }
    return backward_(gradients);
  }

  Backward backward_;
};

}  // namespace

bool IsRecorded(const std::vector<at::Tensor>& inputs) {
  if (!at::GradMode::is_enabled()) return false;
  for (const at::Tensor& input : inputs) {
    if (input.requires_grad()) return true;
  }
  return false;
}

void Record(const std::vector<at::Tensor>& inputs, const std::vector<at::Tensor>& outputs,
            Backward backward) {
  if (!IsRecorded(inputs)) return;
  const auto node = std::make_shared<RecordedNode>(std::move(backward));
  node->set_next_edges(torch::autograd::collect_next_edges(inputs));
  for (const at::Tensor& output : outputs) torch::autograd::set_history(output, node);
}

}  // namespace whet
