#include "base/processor.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace qinglan {
namespace {

struct Cpuid {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

// Leaf 7 (Intel SDM vol. 2A, table 3-8); zeros where there is none. GCC 12's __builtin_cpu_supports knows no
// AMX.
Cpuid leaf_7(unsigned part) {
  Cpuid id;
  __get_cpuid_count(7, part, &id.a, &id.b, &id.c, &id.d);
  return id;
}

bool has_avx512() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"); }

}  // namespace

bool has_bf16_vectors() {
  static const bool answer = has_avx512() && __builtin_cpu_supports("avx512dq") &&
                             __builtin_cpu_supports("avx512vl") && leaf_7(1).a >> 5 & 1;
  return answer;
}

bool has_tile_registers() {
  static const bool answer = [] {
    constexpr long kRequestPermission = 0x1023, kTileData = 18;  // arch_prctl(2): ARCH_REQ_XCOMP_PERM
    const bool tiles = leaf_7(0).d >> 22 & leaf_7(0).d >> 24 & 1;
    return tiles && has_bf16_vectors() && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  }();
  return answer;
}

std::string isa_level() {
  if (has_tile_registers()) return "amx-bf16";
  if (has_avx512()) return has_bf16_vectors() ? "avx512-bf16" : "avx512";
  return __builtin_cpu_supports("avx2") ? "avx2" : "baseline";
}

std::string fast_dtype() {
  Cpuid id;
  const bool amd = __get_cpuid(0, &id.a, &id.b, &id.c, &id.d) && id.b == signature_AMD_ebx;
  const std::string isa = isa_level();
  return isa == "amx-bf16" || (amd && isa == "avx512-bf16") ? "bfloat16" : "float32";
}

}  // namespace qinglan

#else

namespace qinglan {

bool has_bf16_vectors() { return false; }
bool has_tile_registers() { return false; }
std::string isa_level() { return "neon"; }
std::string fast_dtype() { return "float32"; }

}  // namespace qinglan

#endif
