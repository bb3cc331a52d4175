#include "base/error.h"
#include "catalog/architectures/all.h"

namespace qinglan {

Activation activation_of(const HfConfig& file, const char* key, const char* fallback) {
  const auto name = file.get_or<std::string>(key, fallback);
  if (name == "silu" || name == "swish") return Activation::silu;
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast") return Activation::gelu_tanh;
  if (name == "relu") return Activation::relu;
  throw Error(ErrorKind::unsupported, "this activation is not known")
      .in(file.source())
      .expected("silu, gelu, gelu_new, gelu_pytorch_tanh or relu")
      .found(name);
}

Rotary scaled_rotary(const HfConfig& file, const ModelConfig& config, double theta, double fraction,
                     Json parameters) {
  Rotary rotary;
  rotary.theta = theta;
  const auto share = parameters.find("partial_rotary_factor");
  if (share != parameters.end() && share->is_number()) fraction = share->get<double>();
  if (!(fraction > 0 && fraction <= 1))
    throw Error(ErrorKind::corrupt_data, "the rotated share of a head is out of range").in(file.source());
  rotary.width = static_cast<std::int64_t>(static_cast<double>(config.head_dim) * fraction);
  if (!parameters.contains("original_max_position_embeddings"))
    parameters["original_max_position_embeddings"] =
        file.get_or<double>("original_max_position_embeddings", static_cast<double>(config.max_positions));
  scale_rotary(rotary, parameters, config.max_positions, file.source());
  return rotary;
}

Rotary rotary_of(const HfConfig& file, const ModelConfig& config, double theta, double fraction) {
  theta = file.get_or<double>("rope_theta", theta);
  Json parameters = Json::object();
  for (const char* key : {"rope_parameters", "rope_scaling"})  // transformers 5 and 4
    if (file.has(key)) parameters = file.object(key);
  return scaled_rotary(file, config, theta, fraction, std::move(parameters));
}

void read_windows(const HfConfig& file, ModelConfig& config, std::int64_t window,
                  bool (*windowed)(std::int64_t)) {
  config.reach = window - 1;
  config.windowed.assign(static_cast<std::size_t>(config.layers), false);
  const bool listed = file.has("layer_types");
  const auto types = listed ? file.get<std::vector<std::string>>("layer_types") : std::vector<std::string>();
  if (listed && types.size() != config.windowed.size())
    throw Error(ErrorKind::corrupt_data, "layer_types and the number of layers differ")
        .in(file.source())
        .expected(std::to_string(config.windowed.size()))
        .found(std::to_string(types.size()));
  for (std::size_t layer = 0; layer < config.windowed.size(); ++layer) {
    if (listed && types[layer] != "sliding_attention" && types[layer] != "full_attention")
      throw Error(ErrorKind::unsupported, "this kind of attention is not known")
          .in(file.source())
          .expected("full_attention or sliding_attention")
          .found(types[layer]);
    config.windowed[layer] =
        listed ? types[layer] == "sliding_attention" : windowed(static_cast<std::int64_t>(layer));
  }
}

void read_gguf_windows(const GgufFile& file, ModelConfig& config, std::int64_t reach, std::int64_t pattern,
                       FullLayer full) {
  const std::string key = file.get<std::string>("general.architecture") + ".attention.sliding_window_pattern";
  const auto entry = file.metadata().find(key);
  config.reach = reach;
  if (entry != file.metadata().end() && std::holds_alternative<std::vector<bool>>(entry->second)) {
    config.windowed = std::get<std::vector<bool>>(entry->second);
    if (static_cast<std::int64_t>(config.windowed.size()) != config.layers)
      throw Error(ErrorKind::corrupt_data, "'" + key + "' and the number of layers differ")
          .in(file.path())
          .expected(std::to_string(config.layers))
          .found(std::to_string(config.windowed.size()));
    return;
  }
  pattern = file.get_or<std::int64_t>(key, pattern);
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    config.windowed.push_back(pattern < 1 || (full == FullLayer::first ? layer : layer + 1) % pattern != 0);
}

void share_heads(const HfConfig& file, ModelConfig& config) {
  config.kv_heads = config.heads;
  config.head_dim = config.heads > 0 ? config.hidden / config.heads : 0;
  if (config.head_dim * config.heads != config.hidden)
    throw Error(ErrorKind::corrupt_data, "the hidden size is not a multiple of the number of heads")
        .in(file.source());
}

}  // namespace qinglan
