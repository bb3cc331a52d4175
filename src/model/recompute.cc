#include "model/recompute.h"

#include <memory>

namespace qinglan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using Part = std::function<torch::Tensor(torch::Tensor)>;

struct HeldPart : torch::CustomClassHolder {
  explicit HeldPart(Part part) : part(std::move(part)) {}
  Part part;
};

class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  // `anchor` requires a gradient: x need not (frozen embeddings), and autograd looks at inputs alone.
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor&,
                               const c10::intrusive_ptr<HeldPart>& held) {
    context->save_for_backward({x});
    context->saved_data["part"] = c10::IValue::make_capsule(held);
    return held->part(x.clone());
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto held = c10::static_intrusive_pointer_cast<HeldPart>(context->saved_data["part"].toCapsule());
    const torch::AutoGradMode on(true);
    const torch::Tensor saved = context->get_saved_variables()[0];
    const torch::Tensor x = saved.detach().requires_grad_(saved.requires_grad());
    const torch::Tensor y = held->part(x);
    if (y.requires_grad()) torch::autograd::backward({y}, {grads[0]});
    return {x.grad(), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor recomputed(Part part, const torch::Tensor& x) {
  const torch::Tensor anchor = torch::empty({0}).requires_grad_();
  return Recomputed::apply(x, anchor, c10::make_intrusive<HeldPart>(std::move(part)));
}

}  // namespace qinglan
