#include "export/gguf_model.h"

#include <map>
#include <set>

#include "base/error.h"
#include "export/gguf_keys.h"
#include "export/merged_weights.h"
#include "io/gguf_writer.h"

namespace qinglan {
namespace {

using R = WeightRole;

// llama.cpp's numbers of quantized files.
std::uint32_t file_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return 0;
    case DType::f16:
      return 1;
    case DType::q8_0:
      return 7;
    case DType::bf16:
      return 32;
    default:
      throw Error(ErrorKind::unsupported, "GGUF is written in F32, F16, BF16 or Q8_0")
          .found(info_of(dtype).name);
  }
}

std::uint32_t pooling_number(const ExportedStudent& student) {
  if (student.pooling.size() != 1) return 0;
  switch (student.pooling.front()) {
    case Pooling::mean:
      return 1;
    case Pooling::cls:
      return 2;
    case Pooling::last:
      return 3;
  }
  return 0;
}

DType type_for(R role, const torch::Tensor& tensor, DType wanted) {
  if (tensor.dim() < 2 || role == R::position_embedding || role == R::type_embedding) return DType::f32;
  return wanted == DType::q8_0 && tensor.size(1) % 32 != 0 ? DType::f16 : wanted;
}

// Weights as llama.cpp lays them out, one tensor of the file at a time.
class GgufWeights {
 public:
  GgufWeights(GgufWriter& writer, const ModelConfig& config, DType dtype)
      : writer_(writer),
        config_(config),
        architecture_(architecture_named(config.architecture)),
        dtype_(dtype) {}

  void add(const std::vector<std::pair<WeightPlace, torch::Tensor>>& weights) {
    for (std::size_t i = 0; i < weights.size();) {
      const auto& [place, first] = weights[i];
      const std::string name = name_of(place);
      std::vector<torch::Tensor> stacked;
      for (; i < weights.size() && name_of(weights[i].first) == name; ++i)
        stacked.push_back(laid_out(weights[i].first, weights[i].second));
      write(place.role, name, torch::cat(stacked).contiguous());
    }
  }
  const std::set<std::string>& names() const { return names_; }

 private:
  std::string name_of(const WeightPlace& place) const {
    return weight_name(architecture_.find(place.role).gguf, place.layer);
  }

  torch::Tensor laid_out(const WeightPlace& place, const torch::Tensor& rows) const {
    const GgufLayout layout = architecture_.find(place.role).gguf_layout;
    if (layout == GgufLayout::plus_one) return rows + 1;
    if (layout != GgufLayout::rotary_interleaved) return rows;
    // Row (head, side, pair) goes to (head, pair, side).
    const std::int64_t columns = rows.dim() > 1 ? rows.size(1) : 1;
    return rows.reshape({-1, 2, config_.head_dim / 2, columns}).transpose(1, 2).reshape(rows.sizes());
  }

  void write(R role, const std::string& name, const torch::Tensor& tensor) {
    const DType dtype = type_for(role, tensor, dtype_);
    const std::span values(tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel()));
    writer_.add(name, dtype, tensor.sizes().vec(), encode_values(values, dtype));
    names_.insert(name);
  }

  GgufWriter& writer_;
  const ModelConfig& config_;
  const Architecture& architecture_;
  DType dtype_;
  std::set<std::string> names_;
};

void copy_keys(GgufWriter& writer, const GgufFile& file, const std::string& pooling_key) {
  const std::set<std::string> own{"general.file_type", "general.alignment", pooling_key};
  for (const auto& [key, value] : file.metadata())
    if (!own.contains(key) && !key.starts_with("split.")) writer.copy(file, key);
}

// Tables that are not weights, such as the divisors of the rotary embedding.
void copy_other_tensors(GgufWriter& writer, const GgufFile& file, const std::set<std::string>& written) {
  for (const auto& [name, view] : file.tensors())
    if (!written.contains(name))
      writer.add(name, view.dtype, view.shape,
                 {reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()});
}

}  // namespace

void write_gguf_model(FileSystem& fs, const std::string& path, const ExportedStudent& student, DType dtype) {
  const LoadedModel& base = student.base;
  const ModelConfig& config = base.backbone.config();
  GgufWriter writer;
  std::optional<GgufFile> source;
  std::string name = config.architecture == "mistral" ? "llama" : config.architecture;
  if (base.source.format == WeightFormat::gguf) {
    source = GgufFile::open(base.source.weight_files.front());
    name = source->get<std::string>("general.architecture");
    copy_keys(writer, *source, name + ".pooling_type");
  } else {
    add_gguf_keys(writer, base);
  }
  writer.set("general.file_type", file_type(dtype));
  writer.set(name + ".pooling_type", pooling_number(student));
  GgufWeights weights(writer, config, dtype);
  each_merged(base.backbone, student.adapter ? &*student.adapter : nullptr,
              [&](const std::string& parameter, torch::Tensor value) {
                weights.add(base.backbone.weights(parameter, value));
              });
  if (source) copy_other_tensors(writer, *source, weights.names());
  writer.write(fs, path);
}

}  // namespace qinglan
