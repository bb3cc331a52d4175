// How much memory loading takes: at its peak the model's own size and a little. Each load runs in a process
// of its own, since memory that earlier tests gave back would hide what a later one takes.
#include <cstdio>
#include <cstdlib>

#include "model/backbone.h"
#include "model/runtime.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

constexpr const char* kRequest = "QL_LOAD_MEMORY";  // "<path>|<dtype>|<storage>"
constexpr double kMebi = 1 << 20;
// MiB: scratch of the threads, tables of names.
constexpr double kSmall = 48;

double status_mebibytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return std::strtod(line.c_str() + field.size() + 1, nullptr) / 1024;
  return -1;
}

// The peak so far, after which the load's own is counted: what reading the tables took is not the load's. Not
// every kernel can forget a peak; there, what the load takes below the earlier one goes unseen.
double peak_before_load() {
  std::ofstream("/proc/self/clear_refs") << 5;
  return status_mebibytes("VmHWM");
}

TEST(LoadMemory, InThisProcess) {
  const char* request = std::getenv(kRequest);
  if (!request) GTEST_SKIP() << "the process that the other tests start";
  const std::string text(request);
  const auto first = text.find('|'), second = text.rfind('|');
  const auto dtype =
      text.substr(first + 1, second - first - 1) == "fp32" ? torch::kFloat32 : torch::kBFloat16;
  const auto storage = text.substr(second + 1) == "file" ? BaseStorage::file : BaseStorage::compute;
  init_runtime(2);
  const auto source = resolve_model(text.substr(0, first), NeedTokenizer::no);
  torch::empty({1 << 16}).fill_(1).to(dtype);  // what LibTorch sets up at its first use
  const double before = peak_before_load(), mapped_before = status_mebibytes("RssFile");
  const auto model = Backbone::load(source, dtype, storage);
  const double mapped = status_mebibytes("RssFile") - mapped_before;
  std::printf("peak %.1f\nmapped %.1f\n", status_mebibytes("VmHWM") - before, mapped);
  if (storage == BaseStorage::file) {  // uses every matrix, the head too
    const torch::NoGradGuard no_grad;
    const std::vector<std::vector<std::int32_t>> rows{{5, 9, 12}};
    model.logits(model.forward(PackedBatch::pack(rows)));
    std::printf("used %.1f\n", status_mebibytes("VmHWM") - before);
  }
}

struct Peak {
  // MiB. Of `load`, `mapped` are pages of the file itself, which the kernel takes back when it likes; how
  // many it brings around one that is read is its own choice, from 4 KiB to 2 MiB.
  double load = -1, mapped = -1, used = -1;
};

Peak peak_of(const std::string& path, const std::string& dtype, const std::string& storage) {
  const std::string command = std::string(kRequest) + "='" + path + "|" + dtype + "|" + storage + "' " +
                              std::filesystem::read_symlink("/proc/self/exe").string() +
                              " --gtest_filter=LoadMemory.InThisProcess";
  std::FILE* output = popen(command.c_str(), "r");
  Peak peak;
  char line[256];
  while (std::fgets(line, sizeof line, output)) {
    std::sscanf(line, "peak %lf", &peak.load);
    std::sscanf(line, "mapped %lf", &peak.mapped);
    std::sscanf(line, "used %lf", &peak.used);
  }
  EXPECT_EQ(pclose(output), 0);
  EXPECT_GE(peak.load, 0);
  std::printf("%s as %s, %s: %.1f MiB to load (%.1f mapped), %.1f after a pass\n", path.c_str(),
              dtype.c_str(), storage.c_str(), peak.load, peak.mapped, peak.used);
  return peak;
}

double model_mebibytes(const std::string& path, std::int64_t bytes_a_value) {
  const auto source = resolve_model(path, NeedTokenizer::no);
  std::int64_t values = 0;
  for (const auto& place : weights_of(source.config))
    values += weight_shape(source.config, place.role).elements();
  return static_cast<double>(values * bytes_a_value) / kMebi;
}

void expect_small_peaks(const std::string& path) {
  const double own = model_mebibytes(path, 2);
  const double file = static_cast<double>(std::filesystem::file_size(path)) / kMebi;
  EXPECT_LE(peak_of(path, "bf16", "compute").load, own + kSmall);
  const Peak kept = peak_of(path, "bf16", "file");
  EXPECT_LE(kept.load - kept.mapped, kSmall);
  // One matrix at a time stands dequantized; the head's panels are the largest. Another of that size is what
  // a heap that was cut up may cost.
  const auto config = resolve_model(path, NeedTokenizer::no).config;
  const double panel =
      static_cast<double>(std::min<std::int64_t>(config.vocab, 1 << 16) * config.hidden * 2) / kMebi;
  EXPECT_LE(kept.used, file + 2 * panel + kSmall);
}

TEST(LoadMemory, Smollm2FromGguf) {
  QL_NEED_FILE(smollm2_path());
  expect_small_peaks(*smollm2_path());
  EXPECT_LE(peak_of(*smollm2_path(), "fp32", "compute").load, model_mebibytes(*smollm2_path(), 4) + kSmall);
}

TEST(LoadMemory, Gemma3FromGguf) {
  QL_NEED_FILE(gemma3_path());
  expect_small_peaks(*gemma3_path());
}

// Hugging Face's own layout: tensors of the compute type, q, k and v apart.
TEST(LoadMemory, Smollm2FromSafetensors) {
  QL_NEED_FILE(smollm2_path());
  const TemporaryFolder folder;
  {
    const auto source = resolve_model(*smollm2_path());
    const auto model = Backbone::load(source, torch::kBFloat16);
    TensorMap tensors;
    std::vector<torch::Tensor> alive;
    for (const auto& parameter : model.parameters())
      for (const auto& part : model.hf_tensors(parameter.name, parameter.tensor)) {
        alive.push_back(part.tensor.contiguous());
        auto view = view_of(alive.back());
        view.dtype = DType::bf16;
        tensors[part.name] = view;
      }
    write_bytes(folder / "model.safetensors", safetensors_bytes(tensors));
    write_bytes(folder / "config.json", llama_config_json(source.config));
  }
  EXPECT_LE(peak_of(folder / "", "bf16", "compute").load, model_mebibytes(folder / "", 2) + kSmall);
}

}  // namespace
}  // namespace qinglan
