# LibTorch from the PyPI wheel, without the CUDA toolkit that find_package(Torch) asks for.
# Input: QL_VENV, the virtual environment that holds torch and the two CUDA runtime wheels libtorch_cpu.so names.
# Output: the imported target Torch::cpu and TORCH_VERSION.
file(GLOB site_packages ${QL_VENV}/lib/python3*/site-packages)
find_path(TORCH_ROOT include/torch/csrc/api/include/torch/torch.h HINTS ${site_packages}/torch NO_DEFAULT_PATH)
if(TORCH_ROOT)
  file(STRINGS ${TORCH_ROOT}/version.py version_line REGEX "^__version__")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" TORCH_VERSION "${version_line}")
  file(GLOB cuda_libs ${site_packages}/nvidia/*/lib)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TorchCpu REQUIRED_VARS TORCH_ROOT VERSION_VAR TORCH_VERSION
  REASON_FAILURE_MESSAGE "run ./dev setup, or pass -DQL_VENV=<venv with the torch wheel>")
if(TorchCpu_FOUND AND NOT TARGET Torch::cpu)
  add_library(Torch::cpu INTERFACE IMPORTED)
  target_include_directories(Torch::cpu SYSTEM INTERFACE
    ${TORCH_ROOT}/include ${TORCH_ROOT}/include/torch/csrc/api/include)
  target_link_directories(Torch::cpu INTERFACE ${TORCH_ROOT}/lib)
  target_link_libraries(Torch::cpu INTERFACE torch_cpu c10)
  # at::parallel_for is a template: without OpenMP in our own objects it runs on one thread, silently. The
  # runtime is the one that the wheel carries, so that there is one pool of threads.
  target_compile_options(Torch::cpu INTERFACE -fopenmp)
  target_link_libraries(Torch::cpu INTERFACE ${TORCH_ROOT}/lib/libgomp.so.1)
  target_link_options(Torch::cpu INTERFACE "LINKER:--allow-shlib-undefined")
  foreach(dir ${TORCH_ROOT}/lib ${cuda_libs})
    target_link_options(Torch::cpu INTERFACE "LINKER:-rpath,${dir}" "LINKER:-rpath-link,${dir}")
  endforeach()
endif()
