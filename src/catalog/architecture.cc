#include "catalog/architecture.h"

#include <algorithm>

#include "base/error.h"
#include "base/listed.h"
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

template <typename Matches>
const Architecture& find_architecture(const Matches& matches, std::string_view found,
                                      const std::string& source) {
  for (const auto& architecture : architectures())
    if (matches(architecture)) return architecture;
  throw Error(ErrorKind::unsupported, "this model architecture is not known")
      .in(source)
      .expected("one of " + listed(architectures(), &Architecture::name))
      .found(std::string(found));
}

bool names(const std::vector<const char*>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

std::span<const Architecture> architectures() {
  static const std::vector<Architecture> all{
      llama(), mistral(), qwen2(),    qwen3(), gemma(), gemma2(),  gemma3(),
      phi3(),  gpt2(),    gpt_neox(), opt(),   bert(),  roberta(), modernbert(),
  };
  return all;
}

const WeightName& Architecture::find(WeightRole role) const {
  const auto entry =
      std::find_if(weights.begin(), weights.end(), [&](const auto& w) { return w.role == role; });
  QL_CHECK(entry != weights.end(), "the architecture has no such weight");
  return *entry;
}

std::vector<std::string> Architecture::hf_names(WeightRole role, std::int64_t layer) const {
  const std::string name = weight_name(find(role).hf, layer);
  if (role == WeightRole::lm_head) return {name, "lm_head.weight"};
  std::vector<std::string> all;
  for (const char* prefix : hf_prefixes) all.push_back(prefix + name);
  return all;
}

std::string Architecture::hf_name(WeightRole role, std::int64_t layer) const {
  return hf_names(role, layer).front();
}

const Architecture& architecture_named(std::string_view name) {
  return find_architecture([&](const Architecture& a) { return a.name == name; }, name, "");
}

const Architecture& architecture_of_hf(std::string_view model_type, const std::string& source) {
  return find_architecture([&](const Architecture& a) { return names(a.hf_model_types, model_type); },
                           model_type, source);
}

const Architecture& architecture_of_gguf(std::string_view gguf_name, const std::string& source) {
  return find_architecture([&](const Architecture& a) { return names(a.gguf_names, gguf_name); }, gguf_name,
                           source);
}

std::string weight_name(std::string_view pattern, std::int64_t layer) {
  std::string name(pattern);
  const auto hole = name.find("{}");
  if (hole != std::string::npos) name.replace(hole, 2, std::to_string(layer));
  return name;
}

}  // namespace qinglan
