#include "experiment/profile.h"

#include <string>

#include "qinglan_version.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace qinglan {

#if defined(__x86_64__)

// Bits of CPUID leaf 7 (Intel SDM vol. 2A, table 3-8). GCC 12's __builtin_cpu_supports knows no AMX.
std::string isa_level() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return "baseline";
  unsigned a1 = 0, b1 = 0, c1 = 0, d1 = 0;
  __get_cpuid_count(7, 1, &a1, &b1, &c1, &d1);
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  if (avx512 && (d & (1u << 22))) return "amx-bf16";
  if (avx512 && (a1 & (1u << 5))) return "avx512-bf16";
  if (avx512) return "avx512";
  return __builtin_cpu_supports("avx2") ? "avx2" : "baseline";
}

std::string fast_dtype() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool amd = __get_cpuid(0, &a, &b, &c, &d) && b == signature_AMD_ebx;
  const std::string isa = isa_level();
  return isa == "amx-bf16" || (amd && isa == "avx512-bf16") ? "bfloat16" : "float32";
}

#else

std::string isa_level() { return "neon"; }
std::string fast_dtype() { return "float32"; }

#endif

Json numerics_profile(std::int64_t threads, const std::string& device) {
  return {{"numerics", kNumericsVersion}, {"torch", kTorchVersion}, {"isa", isa_level()},
          {"threads", threads},           {"device", device},       {"world", 1}};
}

}  // namespace qinglan
