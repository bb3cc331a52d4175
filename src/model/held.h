#pragma once
// A value that is no tensor, kept with an autograd function's context until its backward pass.

#include <torch/torch.h>

#include <utility>

namespace qinglan {

template <typename T>
struct Held : torch::CustomClassHolder {
  explicit Held(T value) : value(std::move(value)) {}
  T value;
};

template <typename T>
c10::IValue hold(T value) {
  return c10::IValue::make_capsule(c10::make_intrusive<Held<T>>(std::move(value)));
}

// What hold<T>() was given.
template <typename T>
T held(const c10::IValue& kept) {
  return c10::static_intrusive_pointer_cast<Held<T>>(kept.toCapsule())->value;
}

}  // namespace qinglan
