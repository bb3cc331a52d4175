#pragma once
// CUDA, brought in at run time: the programs are linked with LibTorch's CPU half alone and start without a
// driver or CUDA libraries.

#include <cstdint>
#include <string>

namespace qinglan {

struct CudaDevice {
  std::string name;         // "NVIDIA H100 80GB HBM3"
  std::string capability;   // "sm_90": results of one kind of device are not another's, bit for bit
  std::int64_t memory = 0;  // bytes
};

// Loads libtorch_cuda.so from beside LibTorch and makes the first device ready for tensors. Call it before
// any tensor is made, and before the process is confined. Throws Error{unsupported} that says what is
// missing: the driver, a device, or libraries.
CudaDevice load_cuda();

// Folders that CUDA's libraries may still be read from once they are in use.
std::string torch_packages();

}  // namespace qinglan
