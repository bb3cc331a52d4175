#include "model/cuda.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <filesystem>
#include <set>

#include "base/error.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void missing(const std::string& what, const std::string& found) {
  throw Error(ErrorKind::unsupported, what).found(found);
}

// The few calls of the driver's interface (cuda.h) that tell what a device is; 0 is success.
struct Driver {
  void* library;

  template <typename... Arguments>
  void call(const char* name, Arguments... arguments) const {
    using Function = int (*)(Arguments...);
    const auto function = reinterpret_cast<Function>(dlsym(library, name));
    const int code = function ? function(arguments...) : -1;
    if (code != 0)
      missing("the NVIDIA driver refuses", std::string(name) + " answers " + std::to_string(code));
  }
};

CudaDevice first_device() {
  const Driver driver{dlopen("libcuda.so.1", RTLD_NOW)};
  if (!driver.library) missing("no NVIDIA driver", dlerror());
  driver.call("cuInit", 0u);
  int count = 0;
  driver.call("cuDeviceGetCount", &count);
  if (count == 0) missing("the NVIDIA driver knows no device", "0 devices");
  int device = 0, major = 0, minor = 0;
  driver.call("cuDeviceGet", &device, 0);
  constexpr int kMajor = 75, kMinor = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, _MINOR
  driver.call("cuDeviceGetAttribute", &major, kMajor, device);
  driver.call("cuDeviceGetAttribute", &minor, kMinor, device);
  char name[256] = {};
  driver.call("cuDeviceGetName", &name[0], static_cast<int>(sizeof name), device);
  std::size_t memory = 0;
  driver.call("cuDeviceTotalMem_v2", &memory, device);
  return {name, "sm_" + std::to_string(major) + std::to_string(minor), static_cast<std::int64_t>(memory)};
}

// Wheels put libraries into folders of their own that the loader does not search: one that is missing is
// looked for there, opened, and the first one tried again.
class PackagedLibraries {
 public:
  explicit PackagedLibraries(const fs::path& packages) {
    std::error_code code;
    for (fs::directory_iterator it(packages / "nvidia", code), end; !code && it != end; it.increment(code))
      folders_.push_back(it->path() / "lib");
  }

  void open(const fs::path& path) {
    while (!dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
      const std::string message = dlerror();
      const fs::path needed = find(message.substr(0, message.find(':')));
      if (needed.empty() || needed == path || !tried_.insert(needed).second)
        throw Error(ErrorKind::unsupported, "LibTorch's CUDA half cannot be loaded")
            .in(path)
            .found(message)
            .hint("./dev setup --gpu brings the CUDA libraries");
      open(needed);
    }
  }

 private:
  fs::path find(const std::string& name) const {
    for (const auto& folder : folders_)
      if (fs::exists(folder / name)) return folder / name;
    return {};
  }

  std::vector<fs::path> folders_;
  std::set<fs::path> tried_;
};

fs::path torch_library_folder() {
  Dl_info info{};
  QL_CHECK(dladdr(reinterpret_cast<void*>(&at::globalContext), &info) && info.dli_fname,
           "LibTorch is nowhere");
  return fs::canonical(info.dli_fname).parent_path();
}

}  // namespace

std::string torch_packages() { return torch_library_folder().parent_path().parent_path(); }

CudaDevice load_cuda() {
  CudaDevice device = first_device();
  // Without it cuBLAS may give other bits from call to call, and LibTorch refuses to use it.
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  PackagedLibraries(torch_packages()).open(torch_library_folder() / "libtorch_cuda.so");
  try {
    at::globalContext().lazyInitDevice(at::kCUDA);
  } catch (const c10::Error& e) {
    missing("LibTorch cannot use the NVIDIA device", e.what_without_backtrace());
  }
  // Its backward pass has no deterministic form.
  at::globalContext().setSDPUseMemEfficient(false);
  at::globalContext().setSDPUseCuDNN(false);
  return device;
}

}  // namespace qinglan
