#include "train/trainer_state.h"

#include <cstdio>
#include <functional>
#include <optional>

#include "base/error.h"
#include "io/safetensors.h"
#include "train/tensor_view.h"

namespace qinglan {
namespace {

constexpr const char* kParameter = "parameter.";
constexpr const char* kFirst = "m.";
constexpr const char* kSecond = "v.";
constexpr const char* kEvaluation = "evaluation.";
constexpr const char* kBest = "best.";
constexpr const char* kLosses = "losses";
constexpr const char* kRecent = "recent";  // absent where no rows are remembered

using Named = std::function<void(const std::string& name, const torch::Tensor& tensor)>;

void for_each_tensor(const TrainerState& state, const Named& visit) {
  for (const auto& item : state.parameters) visit(kParameter + item.name, item.tensor);
  for (const auto& item : state.first_moments) visit(kFirst + item.name, item.tensor);
  for (const auto& item : state.second_moments) visit(kSecond + item.name, item.tensor);
}

// Checks everything before anything is copied, so that a refused file leaves `state` as it was.
void read_into(const SafetensorsFile& file, TrainerState& state) {
  for_each_tensor(state, [&](const std::string& name, const torch::Tensor& tensor) {
    const TensorView& stored = file.tensor(name);
    if (stored.dtype != DType::f32 || stored.shape != tensor.sizes().vec())
      throw Error(ErrorKind::corrupt_data, "a checkpoint of another model: tensor " + name).in(file.path());
  });
  const torch::Tensor losses = tensor_of(file.tensor(kLosses));
  if (losses.scalar_type() != torch::kFloat64 || losses.dim() != 1)
    throw Error(ErrorKind::corrupt_data, "a checkpoint without its losses").in(file.path());
  std::map<std::string, torch::Tensor> evaluations;
  const std::string prefix = kEvaluation;
  for (const auto& [name, stored] : file.tensors())
    if (name.starts_with(prefix)) evaluations[name.substr(prefix.size())] = tensor_of(stored);
  std::vector<NamedTensor> best;
  for (const auto& item : state.parameters)
    if (const auto stored = file.tensors().find(kBest + item.name); stored != file.tensors().end())
      best.push_back({item.name, tensor_of(stored->second)});
  torch::NoGradGuard no_grad;
  for_each_tensor(state, [&](const std::string& name, const torch::Tensor& tensor) {
    torch::Tensor target = tensor;
    const TensorView& stored = file.tensor(name);
    target.copy_(tensor_of(stored));
    file.release(stored.bytes);
  });
  state.evaluations = std::move(evaluations);
  if (file.tensors().contains(kRecent)) state.recent = tensor_of(file.tensor(kRecent));
  state.best = std::move(best);
  state.step = losses.size(0);
  const double* first = losses.const_data_ptr<double>();
  state.losses.assign(first, first + state.step);
}

}  // namespace

std::vector<std::string> Checkpoints::files() const {
  std::vector<std::string> found;
  for (const auto& name : fs_.list(folder_))
    if (name.starts_with("step-") && name.ends_with(".safetensors")) found.push_back(folder_ + "/" + name);
  return found;
}

void Checkpoints::save(const TrainerState& state) const {
  fs_.make_folders(folder_);
  const torch::Tensor losses = torch::tensor(state.losses, torch::kFloat64);
  TensorMap tensors{{kLosses, view_of(losses)}};
  std::vector<torch::Tensor> fetched;  // from a device; of the CPU it is the tensor itself
  for_each_tensor(state, [&](const std::string& name, const torch::Tensor& tensor) {
    fetched.push_back(tensor.cpu());
    tensors[name] = view_of(fetched.back());
  });
  if (state.recent.defined()) tensors[kRecent] = view_of(state.recent);
  for (const auto& [name, logits] : state.evaluations) tensors[kEvaluation + name] = view_of(logits);
  for (const auto& item : state.best) tensors[kBest + item.name] = view_of(item.tensor);
  char name[40];
  std::snprintf(name, sizeof name, "/step-%010lld.safetensors", static_cast<long long>(state.step));
  publish_sealed(fs_, folder_ + name, tensors);
  auto old = files();
  for (std::size_t i = 0; i + 2 < old.size(); ++i) fs_.remove_all(old[i]);
}

bool Checkpoints::load_latest(TrainerState& state) const {
  const auto found = files();
  for (auto path = found.rbegin(); path != found.rend(); ++path) {
    std::optional<SafetensorsFile> file;
    try {
      file.emplace(open_sealed(*path));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt_data) throw;
      continue;
    }
    read_into(*file, state);
    return true;
  }
  return false;
}

}  // namespace qinglan
