#include "worker/model_output.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "catalog/model_source.h"
#include "model/backbone.h"

namespace qinglan {

torch::Tensor compute_output(const ModelOutputRequest& request) {
  const torch::NoGradGuard no_grad;
  const Backbone model = Backbone::load(resolve_model(request.model, NeedTokenizer::no), torch::kFloat32);
  const PackedBatch batch = PackedBatch::pack(std::span(&request.tokens, 1));
  const torch::Tensor hidden = model.forward(batch);
  if (model.config().kind == ModelKind::encoder) return hidden;
  return model.logits(hidden.narrow(0, batch.tokens() - 1, 1))[0];
}

std::string output_document(const torch::Tensor& values) {
  const torch::Tensor flat = values.to(torch::kFloat32).contiguous();
  std::string text = "{\"shape\":[";
  for (std::int64_t i = 0; i < flat.dim(); ++i) text += (i ? "," : "") + std::to_string(flat.size(i));
  text += "],\"values\":[";
  const float* data = flat.data_ptr<float>();
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    if (!std::isfinite(data[i]))
      throw Error(ErrorKind::diverged, "the model's output is not finite")
          .found("value " + std::to_string(i));
    char digits[32];
    const std::string_view number(digits, std::to_chars(digits, digits + sizeof digits, data[i]).ptr);
    if (i) text += ',';
    text += number;
    if (number.find_first_of(".e") == number.npos) text += ".0";  // else readers take -0 for the integer 0
  }
  return text + "]}";
}

}  // namespace qinglan
