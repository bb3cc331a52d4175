#include "model/runtime.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <cstdlib>

#include "base/error.h"

namespace qinglan {

void init_runtime(int threads) {
  if (threads < 1)
    throw Error(ErrorKind::usage, "compute needs at least one thread").found(std::to_string(threads));
  // Batches hardly ever have the same number of tokens twice, and LibTorch keeps the last 1,024 products it
  // prepared, scratch space included: half a GiB after some dozen steps of a small model (measured), and no
  // step faster for it. oneDNN keeps their code alone: that of all products of a step must fit, or batches of
  // one length make it anew each time.
  setenv("LRU_CACHE_CAPACITY", "4", /*overwrite=*/0);
  setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128", /*overwrite=*/0);
  at::set_num_threads(threads);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
  // MKL's vector functions choose their code at their first call. Of two threads that made it at once one was
  // given less exact code, in one process of fifty (seen at tanh): so the first calls are made here, by one.
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const at::Tensor one = at::ones(1, dtype);
    at::tanh(one), at::exp(one), at::log(one), at::log1p(one), at::sin(one), at::cos(one);
  }
}

}  // namespace qinglan
