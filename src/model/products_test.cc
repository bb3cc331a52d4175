#include "model/products.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/processor.h"
#include "model/attention_kernels.h"
#include "model/bf16_attention.h"
#include "model/bf16_product.h"
#include "model/kernels.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

torch::Tensor drawn(std::int64_t rows, std::int64_t columns) {
  return torch::randn({rows, columns}).to(torch::kBFloat16);
}

// `c` is the rounded sum of `terms` = |a| |b|, up to the order of its fp32 additions.
void expect_rounded(const torch::Tensor& c, const torch::Tensor& exact, const torch::Tensor& terms) {
  ASSERT_EQ(c.scalar_type(), torch::kBFloat16);
  ASSERT_EQ(c.sizes(), exact.sizes());
  const auto bound = exact.abs() * std::ldexp(1.0, -8) + terms * 1e-6;
  EXPECT_TRUE(((c.to(torch::kFloat64) - exact).abs() <= bound).all().item<bool>());
}

torch::Tensor wide(const torch::Tensor& x) { return x.to(torch::kFloat64); }
torch::Tensor terms_of(const torch::Tensor& x, const torch::Tensor& w) {
  return wide(x).abs().mm(wide(w).abs());
}

struct Shape {
  std::int64_t m, n, k;
};
// Whole blocks; everything ragged; thin ones, as of adapters; more than one task of rows and of columns.
const Shape kShapes[] = {{64, 96, 64},   {1, 1, 1},    {33, 31, 17},  {70, 45, 95},
                         {129, 24, 576}, {300, 64, 8}, {8, 576, 211}, {700, 1100, 544}};

TEST(Products, AreRoundedSumsForEveryShape) {
  torch::manual_seed(1);
  for (const auto& [m, n, k] : kShapes) {
    SCOPED_TRACE(std::to_string(m) + " x " + std::to_string(n) + " x " + std::to_string(k));
    const auto x = drawn(m, k), w = drawn(k, n), rows = w.t().contiguous(), base = drawn(m, n),
               bias = drawn(1, n)[0];
    const auto exact = wide(x).mm(wide(w)), terms = terms_of(x, w);
    expect_rounded(products::times(x, w), exact, terms);
    expect_rounded(products::times(x, rows.t()), exact, terms);
    expect_rounded(products::linear(x, rows), exact, terms);
    expect_rounded(products::linear(x, w.t(), {bias}), exact + wide(bias), terms + wide(bias).abs());
    expect_rounded(products::add_times(base, x, w), exact + wide(base), terms + wide(base).abs());
  }
}

TEST(Products, GradientsAreThoseOfTheFormula) {
  torch::manual_seed(2);
  for (const auto& [m, n, k] : kShapes) {
    const auto leaf = [](const torch::Tensor& x) { return x.clone().set_requires_grad(true); };
    const auto x = leaf(drawn(m, k)), w = leaf(drawn(n, k)), bias = leaf(drawn(1, n)[0]),
               thin = leaf(drawn(k, n));
    const auto grad = drawn(m, n);
    products::linear(x, w, {bias}).backward(grad);
    const auto g = wide(grad), of_x = wide(x.detach()), of_w = wide(w.detach());
    expect_rounded(x.grad(), g.mm(of_w), terms_of(grad, w.detach()));
    expect_rounded(w.grad(), g.t().mm(of_x), terms_of(grad.t(), x.detach()));
    EXPECT_TRUE(torch::allclose(wide(bias.grad()), g.sum(0), 0.01, 0.02 * std::sqrt(static_cast<double>(m))));
    x.mutable_grad() = torch::Tensor();
    const auto base = leaf(drawn(m, n));
    products::add_times(base, x, thin).backward(grad);
    expect_rounded(x.grad(), g.mm(wide(thin.detach()).t()), terms_of(grad, thin.detach().t()));
    expect_rounded(thin.grad(), of_x.t().mm(g), terms_of(x.detach().t(), grad));
    EXPECT_TRUE(torch::equal(base.grad(), grad));
  }
}

TEST(Products, ABaseIsAddedBeforeTheSumIsRounded) {
  torch::manual_seed(5);
  for (const auto& [m, n, k] : kShapes) {
    const auto x = drawn(m, k), w = drawn(n, k), bias = drawn(1, n)[0], grad = drawn(m, n);
    const auto base = drawn(m, n).set_requires_grad(true);
    const auto sum = products::linear(x, w, {bias, base});
    expect_rounded(sum.detach(), wide(x).mm(wide(w).t()) + wide(bias) + wide(base.detach()),
                   terms_of(x, w.t()) + wide(bias).abs() + wide(base.detach()).abs());
    sum.backward(grad);
    EXPECT_TRUE(torch::equal(base.grad(), grad));
  }
}

// Of ranks that are whole steps and that are not, and of sums of less than a step.
TEST(Products, AdaptedAreSumsOfBothProducts) {
  torch::manual_seed(9);
  const auto leaf = [](const torch::Tensor& x) { return x.clone().set_requires_grad(true); };
  for (const auto& [m, n, k] : kShapes)
    for (const std::int64_t rank : {1, 24, 32, 40}) {
      SCOPED_TRACE(std::to_string(m) + " x " + std::to_string(n) + " x " + std::to_string(k));
      const auto x = leaf(drawn(m, k)), a = leaf(drawn(rank, k)), b = leaf(drawn(n, rank)),
                 base = leaf(drawn(m, n));
      const auto w = drawn(n, k), bias = drawn(1, n)[0], grad = drawn(m, n);
      if (!products::adapts(x)) GTEST_SKIP() << "this processor does not multiply bf16";
      const auto y = products::adapted(x, [&] { return w; }, {a, b}, {bias, base});
      const auto inner = products::linear(x.detach(), a.detach());
      expect_rounded(y.detach(),
                     wide(x.detach()).mm(wide(w).t()) + wide(inner).mm(wide(b.detach()).t()) + wide(bias) +
                         wide(base.detach()),
                     terms_of(x.detach(), w.t()) + terms_of(inner, b.detach().t()) + wide(bias).abs() +
                         wide(base.detach()).abs());
      {
        const torch::NoGradGuard no_grad;
        EXPECT_TRUE(torch::equal(products::adapted(x, [&] { return w; }, {a, b}, {bias, base}), y));
      }
      y.backward(grad);
      const auto of_inner = products::times(grad, b.detach());
      expect_rounded(x.grad(), wide(grad).mm(wide(w)) + wide(of_inner).mm(wide(a.detach())),
                     terms_of(grad, w) + terms_of(of_inner, a.detach()));
      expect_rounded(a.grad(), wide(of_inner).t().mm(wide(x.detach())), terms_of(of_inner.t(), x.detach()));
      expect_rounded(b.grad(), wide(grad).t().mm(wide(inner)), terms_of(grad.t(), inner));
      EXPECT_TRUE(torch::equal(base.grad(), grad));
    }
}

TEST(Products, OfFp32AreLibTorchs) {
  const auto x = torch::randn({5, 7}), w = torch::randn({3, 7}), bias = torch::randn({3});
  EXPECT_TRUE(torch::equal(products::linear(x, w, {bias}), torch::linear(x, w, bias)));
  EXPECT_TRUE(torch::equal(products::times(x, w.t()), x.mm(w.t())));
}

TEST(Products, ReadNothingBesideTheirMatrices) {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  const auto around = [&](const torch::Tensor& x) {
    auto frame = torch::full({x.size(0) + 6, x.size(1) + 70}, nan, torch::kBFloat16);
    frame.narrow(0, 3, x.size(0)).narrow(1, 5, x.size(1)).copy_(x);
    return frame.narrow(0, 3, x.size(0)).narrow(1, 5, x.size(1));
  };
  for (const auto& [m, n, k] : kShapes) {
    const auto x = drawn(m, k), w = drawn(n, k);
    EXPECT_TRUE(torch::equal(products::linear(around(x), around(w)), products::linear(x, w)));
    EXPECT_TRUE(torch::equal(products::times(around(x), around(w).t()), products::times(x, w.t())));
  }
}

TEST(Products, NanStaysInItsRow) {
  auto x = drawn(40, 64);
  x[35][63] = std::numeric_limits<float>::quiet_NaN();
  const auto nan = torch::isnan(products::linear(x, drawn(64, 64)));
  EXPECT_TRUE(nan[35].all().item<bool>());
  EXPECT_EQ(nan.sum().item<std::int64_t>(), 64);
}

// Long sums are taken in parts: what adds nothing to them changes no bit.
TEST(Products, OfLongRowsEqualThoseOfTheirFirstPart) {
  const auto x = drawn(70, 640), weight = drawn(96, 640), bias = drawn(1, 96)[0];
  const auto more = [](const torch::Tensor& one) {
    return torch::cat({one, torch::zeros({one.size(0), 2400}, one.options())}, 1);
  };
  EXPECT_TRUE(products::linear(more(x), more(weight), {bias}).equal(products::linear(x, weight, {bias})));
}

bf16::Bf16* data_of(const torch::Tensor& tensor) { return static_cast<bf16::Bf16*>(tensor.data_ptr()); }

// x [m, k] weight [n, k]^T + bias [n] + base [m, n], all contiguous; what is undefined is left out.
torch::Tensor multiplied(bf16::Unit unit, const torch::Tensor& x, const torch::Tensor& weight,
                         const products::Added& added = {}) {
  const std::int64_t m = x.size(0), n = weight.size(0), k = x.size(1);
  auto c = torch::empty({m, n}, torch::kBFloat16);
  bf16::Product product{
      {data_of(x), k, false}, {data_of(weight), k, false}, m, n, k, nullptr, nullptr, data_of(c), n};
  if (added.bias.defined()) product.bias = data_of(added.bias);
  if (added.base.defined()) product.add = data_of(added.base);
  bf16::multiply(product, unit);
  return c;
}

class Units : public testing::TestWithParam<bf16::Unit> {
 protected:
  void SetUp() override {
    if (!(GetParam() == bf16::Unit::tiles ? has_tile_registers() : has_bf16_vectors()))
      GTEST_SKIP() << "this processor has no such unit for bf16";
  }
};
INSTANTIATE_TEST_SUITE_P(Bf16, Units, testing::Values(bf16::Unit::vectors, bf16::Unit::tiles),
                         [](const auto& one) {
                           return one.param == bf16::Unit::tiles ? "tiles" : "vectors";
                         });

// A bf16 matrix whose last element is the last before memory that may not be touched.
class AtAnEdge {
 public:
  explicit AtAnEdge(const torch::Tensor& matrix) : sizes_(matrix.sizes().vec()) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = matrix.nbytes(), whole = (bytes + page - 1) / page * page;
    size_ = whole + page;
    start_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(start_, MAP_FAILED);
    EXPECT_EQ(mprotect(static_cast<char*>(start_) + whole, page, PROT_NONE), 0);
    data_ = static_cast<char*>(start_) + whole - bytes;
    tensor().copy_(matrix);
  }
  ~AtAnEdge() { munmap(start_, size_); }
  AtAnEdge(const AtAnEdge&) = delete;
  AtAnEdge& operator=(const AtAnEdge&) = delete;

  torch::Tensor tensor() const { return torch::from_blob(data_, sizes_, torch::kBFloat16); }
  bf16::Bf16* data() const { return static_cast<bf16::Bf16*>(data_); }

 private:
  std::vector<std::int64_t> sizes_;
  void* start_ = nullptr;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

TEST_P(Units, AddBiasAndBaseBeforeTheyRound) {
  torch::manual_seed(8);
  for (const auto& [m, n, k] : kShapes) {
    const auto x = drawn(m, k), w = drawn(n, k), add = drawn(m, n), bias = drawn(1, n)[0];
    expect_rounded(multiplied(GetParam(), x, w, {bias, add}),
                   wide(x).mm(wide(w).t()) + wide(bias) + wide(add),
                   terms_of(x, w.t()) + wide(bias).abs() + wide(add).abs());
  }
}

// Terms whose rows are read in place, or are packed as those of thin and of ragged products are.
TEST_P(Units, AddMoreTerms) {
  torch::manual_seed(10);
  for (const auto& [m, n, k] : kShapes)
    for (const bool by_k : {false, true}) {
      const auto x = drawn(m, k), w = drawn(n, k), u = drawn(m, 64), v = drawn(n, 64),
                 v_by_k = v.t().contiguous();
      auto c = torch::empty({m, n}, torch::kBFloat16);
      bf16::Product product{
          {data_of(x), k, false}, {data_of(w), k, false}, m, n, k, nullptr, nullptr, data_of(c), n};
      product.more =
          bf16::Terms{{data_of(u), 64, false}, {data_of(by_k ? v_by_k : v), by_k ? n : 64, by_k}, 64};
      bf16::multiply(product, GetParam());
      expect_rounded(c, wide(x).mm(wide(w).t()) + wide(u).mm(wide(v).t()),
                     terms_of(x, w.t()) + terms_of(u, v.t()));
    }
}

TEST_P(Units, GateAsThoseWhoGateLater) {
  torch::manual_seed(11);
  for (const auto& [m, inner, k] :
       {Shape{1, 16, 1}, Shape{9, 48, 64}, Shape{33, 48, 70}, Shape{200, 1040, 96}}) {
    const auto x = drawn(m, k), w = drawn(2 * inner, k), bias = drawn(1, 2 * inner)[0];
    const auto gate_up = multiplied(GetParam(), x, w, {bias, {}});
    auto y = torch::empty({m, inner}, torch::kBFloat16), expected = torch::empty_like(y);
    bf16::Product product{{data_of(x), k, false},
                          {data_of(w), k, false},
                          m,
                          2 * inner,
                          k,
                          data_of(bias),
                          nullptr,
                          nullptr,
                          2 * inner};
    product.gated = bf16::Gated{row_kernels::Gate::silu, data_of(y)};
    bf16::multiply(product, GetParam());
    bf16::gate(row_kernels::Gate::silu, data_of(gate_up), data_of(expected), m, inner);
    EXPECT_TRUE(torch::equal(y, expected));
    y.zero_();
    auto kept = torch::empty_like(gate_up);
    product.c = data_of(kept);
    bf16::multiply(product, GetParam());
    EXPECT_TRUE(torch::equal(y, expected));
    EXPECT_TRUE(torch::equal(kept, gate_up));
  }
}

TEST_P(Units, UngateAsThoseWhoUngateLater) {
  torch::manual_seed(13);
  for (const auto gate : {row_kernels::Gate::silu, row_kernels::Gate::gelu_tanh})
    for (const auto& [m, inner, k] :
         {Shape{1, 16, 1}, Shape{9, 48, 64}, Shape{33, 80, 70}, Shape{200, 1040, 96}, Shape{70, 32, 900}}) {
      const auto grad = drawn(m, k), w = drawn(inner, k), gate_up = drawn(m, 2 * inner);
      auto of_both = torch::empty_like(gate_up), expected = torch::empty_like(gate_up);
      bf16::Product product{{data_of(grad), k, false},
                            {data_of(w), k, false},
                            m,
                            inner,
                            k,
                            nullptr,
                            nullptr,
                            data_of(of_both),
                            2 * inner};
      product.ungated = bf16::Ungated{gate, data_of(gate_up)};
      bf16::multiply(product, GetParam());
      bf16::ungate(gate, data_of(multiplied(GetParam(), grad, w)), data_of(gate_up), data_of(expected), m,
                   inner);
      EXPECT_TRUE(torch::equal(of_both, expected));
    }
}

// Against fp32 kernels; heads that share keys, documents of one token and of more than a block, a cap.
TEST_P(Units, AttendAsOtherProcessorsDo) {
  torch::manual_seed(12);
  for (const std::int64_t length : {1, 31, 70})
    for (const bool causal : {false, true}) {
      const attention_kernels::Job job{length, 4, 2, 24, 1, causal, 40, 0.2f, causal ? 5.0f : 0.0f};
      const auto qkv = drawn(length, job.stride()), grad = drawn(length, 4 * 24);
      const std::int64_t most =
          std::max(bf16::attention_scratch(job, true), attention_kernels::scratch_size(job, true));
      std::vector<float> scratch(static_cast<std::size_t>(most));
      const auto zeros = [&](const torch::Tensor& like) { return torch::zeros_like(like); };
      auto ours = zeros(grad), theirs = zeros(grad), of_ours = zeros(qkv), of_theirs = zeros(qkv);
      bf16::attention_forward(GetParam(), job, data_of(qkv), data_of(ours), scratch.data());
      attention_kernels::forward(job, data_of(qkv), data_of(theirs), scratch.data());
      EXPECT_TRUE(torch::allclose(wide(ours), wide(theirs), 0.02, 0.02));
      bf16::attention_backward(GetParam(), job, data_of(qkv), data_of(grad), data_of(of_ours),
                               scratch.data());
      attention_kernels::backward(job, data_of(qkv), data_of(grad), data_of(of_theirs), scratch.data());
      EXPECT_TRUE(torch::allclose(wide(of_ours), wide(of_theirs), 0.03, 0.05));
      EXPECT_GT(wide(of_theirs).abs().sum().item<double>(), 0);
    }
}

TEST_P(Units, TouchNothingBehindTheirMatrices) {
  torch::manual_seed(4);
  for (const auto& [m, n, k] : kShapes) {
    const auto x = drawn(m, k), w = drawn(n, k), add = drawn(m, n), bias = drawn(1, n)[0];
    const AtAnEdge a(x), b(w), a_by_k(x.t().contiguous()), b_by_k(w.t().contiguous()), base(add), one(bias),
        c(add);
    for (const bool by_k : {false, true}) {
      const bf16::Operand left{by_k ? a_by_k.data() : a.data(), by_k ? m : k, by_k},
          right{by_k ? b_by_k.data() : b.data(), by_k ? n : k, by_k};
      bf16::multiply({left, right, m, n, k, nullptr, base.data(), c.data(), n}, GetParam());
      EXPECT_TRUE(torch::equal(c.tensor(), multiplied(GetParam(), x, w, {{}, add})));
      bf16::multiply({left, right, m, n, k, one.data(), nullptr, c.data(), n}, GetParam());
      EXPECT_TRUE(torch::equal(c.tensor(), multiplied(GetParam(), x, w, {bias, {}})));
    }
  }
}

TEST_P(Units, BitsOfARowDependOnItAlone) {
  torch::manual_seed(3);
  const auto x = drawn(300, 544), w = drawn(1100, 544);
  const auto whole = multiplied(GetParam(), x, w);
  for (const std::int64_t count : {1, 7, 8, 9, 31, 32, 33, 170})
    EXPECT_TRUE(
        torch::equal(multiplied(GetParam(), x.narrow(0, 100, count), w), whole.narrow(0, 100, count)));
  EXPECT_TRUE(torch::equal(multiplied(GetParam(), x, w.narrow(0, 500, 77)), whole.narrow(1, 500, 77)));
}

TEST_P(Units, BitsDoNotDependOnTheNumberOfThreads) {
  const auto x = drawn(300, 544), w = drawn(1100, 544);
  const auto many = multiplied(GetParam(), x, w);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = multiplied(GetParam(), x, w);
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(one, many));
}

// Of gate | up [T, 2 I], ragged too: in one pass where a unit can, else in two.
TEST(Products, AreGatedWithTheSameBitsInOnePassAndInTwo) {
  torch::manual_seed(6);
  const auto leaf = [](const torch::Tensor& x, bool trained) { return x.clone().set_requires_grad(trained); };
  for (const auto& [m, inner, k] : {Shape{1, 16, 1}, Shape{33, 48, 70}, Shape{200, 1040, 96}, Shape{5, 7, 9}})
    for (const auto activation : {Activation::silu, Activation::gelu_tanh, Activation::gelu})
      for (const bool biased : {false, true})
        for (const bool trained : {false, true}) {
          const auto x = leaf(drawn(m, k), true), up = leaf(drawn(2 * inner, k), trained),
                     down = leaf(drawn(k, inner), trained), grad = drawn(m, k);
          torch::Tensor up_bias, down_bias, base;
          if (biased) {
            up_bias = leaf(drawn(1, 2 * inner)[0], trained);
            down_bias = leaf(drawn(1, k)[0], trained);
            base = leaf(drawn(m, k), true);
          }
          std::vector<torch::Tensor> inputs{x};
          for (const auto& input : {up, up_bias, down, down_bias, base})
            if (input.defined() && input.requires_grad()) inputs.push_back(input);
          const auto y = products::gated_mlp(x, {up, up_bias, down, down_bias, activation}, base),
                     expected = products::linear(gated(products::linear(x, up, {up_bias}), activation), down,
                                                 {down_bias, base});
          EXPECT_TRUE(torch::equal(y, expected));
          const auto ours = torch::autograd::grad({y}, inputs, {grad}),
                     theirs = torch::autograd::grad({expected}, inputs, {grad});
          for (std::size_t i = 0; i < theirs.size(); ++i) EXPECT_TRUE(torch::equal(ours[i], theirs[i])) << i;
          const torch::NoGradGuard no_grad;
          EXPECT_TRUE(torch::equal(products::gated_mlp(x, {up, up_bias, down, down_bias, activation}, base),
                                   expected));
        }
}

TEST(Products, AreGatedAsOnOtherProcessorsUpToTheLastBit) {
  torch::manual_seed(7);
  const auto x = drawn(300, 2 * 49) * 8;
  auto expected = torch::empty({300, 49}, torch::kBFloat16);
  for (const auto gate : {row_kernels::Gate::silu, row_kernels::Gate::gelu_tanh}) {
    row_kernels::gated(gate, static_cast<const bf16::Bf16*>(x.const_data_ptr()),
                       static_cast<bf16::Bf16*>(expected.data_ptr()), 300, 49);
    const auto activation = gate == row_kernels::Gate::silu ? Activation::silu : Activation::gelu_tanh;
    const auto last_bit = wide(expected).abs() * std::ldexp(1.0, -7) + 1e-30;
    EXPECT_LE(((wide(gated(x, activation)) - wide(expected)).abs() / last_bit).max().item<double>(), 1);
  }
}

TEST(Products, AreUngatedAsOnOtherProcessorsUpToTheLastBit) {
  torch::manual_seed(14);
  const auto x = (drawn(300, 2 * 49) * 8).set_requires_grad(true), grad = drawn(300, 49);
  auto expected = torch::empty({300, 2 * 49}, torch::kBFloat16);
  for (const auto gate : {row_kernels::Gate::silu, row_kernels::Gate::gelu_tanh}) {
    row_kernels::gated_backward(gate, data_of(grad), data_of(x), data_of(expected), 300, 49);
    const auto activation = gate == row_kernels::Gate::silu ? Activation::silu : Activation::gelu_tanh;
    const auto ours = torch::autograd::grad({gated(x, activation)}, {x}, {grad})[0];
    // Where two terms cancel each other their last bits stay.
    const auto last_bit = wide(expected).abs() * std::ldexp(1.0, -7) + 1e-5;
    EXPECT_LE(((wide(ours) - wide(expected)).abs() / last_bit).max().item<double>(), 1);
  }
}

}  // namespace
}  // namespace qinglan
