// The products of SmolLM2-135M's matrices in bf16, of a batch of SST-2's and of a pack of features, beside
// LibTorch's on the same numbers. Sections: forward, backward, weights.

#include <functional>

#include "bench/support.h"
#include "model/products.h"
#include "model/runtime.h"

using namespace qinglan;

namespace {

constexpr int kRounds = 15;
using Multiply = std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&)>;

struct Kind {
  const char* section;
  const char* name;
  Multiply ours, theirs;
};

// Every matrix of a block, [out, in].
const std::int64_t kMatrices[][2] = {{960, 576}, {576, 576}, {3072, 576}, {576, 1536}};

// What each product is given: texts, or gradients, on the left; a weight, or texts, on the right.
std::pair<torch::Tensor, torch::Tensor> sides(const std::string& section, std::int64_t tokens,
                                              std::int64_t out, std::int64_t in) {
  const auto drawn = [](std::int64_t rows, std::int64_t columns) {
    return torch::randn({rows, columns}).to(torch::kBFloat16);
  };
  if (section == "forward") return {drawn(tokens, in), drawn(out, in)};
  if (section == "backward") return {drawn(tokens, out), drawn(out, in)};
  return {drawn(tokens, out), drawn(tokens, in)};
}

void measure(bench::Report& report, const Kind& kind, std::int64_t tokens) {
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs;
  double operations = 0;
  for (const auto& [out, in] : kMatrices) {
    pairs.push_back(sides(kind.section, tokens, out, in));
    operations += 2.0 * static_cast<double>(tokens * out * in);
  }
  const auto rate = [&](const Multiply& multiply) {
    const double begin = bench::now();
    for (const auto& [a, b] : pairs) multiply(a, b);
    return operations / (bench::now() - begin) / 1e9;
  };
  rate(kind.ours), rate(kind.theirs);
  const auto pair = bench::interleave(
      kRounds, [&] { return rate(kind.ours); }, [&] { return rate(kind.theirs); });
  report.add({.name = std::string(kind.name) + ", " + std::to_string(tokens) + " tokens, vs LibTorch",
              .ours = pair.ours,
              .theirs = pair.theirs,
              .unit = "GFLOP/s",
              .note = "one block of SmolLM2-135M, bf16"});
}

}  // namespace

int main(int argc, char** argv) {
  const Kind kinds[] = {
      {"forward", "products, forward", [](const auto& x, const auto& w) { return products::linear(x, w); },
       [](const auto& x, const auto& w) { return torch::linear(x, w); }},
      {"backward", "products, gradients of activations",
       [](const auto& g, const auto& w) { return products::times(g, w); },
       [](const auto& g, const auto& w) { return g.mm(w); }},
      {"weights", "products, gradients of weights",
       [](const auto& g, const auto& x) { return products::times(g.t(), x); },
       [](const auto& g, const auto& x) { return g.t().mm(x); }}};
  return bench::run(argc, argv, [&](bench::Report& report) {
    init_runtime(bench::threads());
    const torch::NoGradGuard no_grad;
    for (const auto& kind : kinds)
      for (const std::int64_t tokens : {658, 2048})
        if (report.wants(kind.section)) measure(report, kind, tokens);
  });
}
