#include "export/exported_student.h"

namespace qinglan {

bool has_tanh_pooler(const ModelConfig& config) {
  return config.architecture == "bert" || config.architecture == "roberta";
}

HeadForm head_form(const ExportedStudent& student) {
  const ModelConfig& config = student.base.backbone.config();
  if (student.probe || student.depth != config.layers || student.pooling.size() != 1) return HeadForm::apart;
  const Pooling pooling = student.pooling.front();
  if (config.kind == ModelKind::decoder)
    return pooling == Pooling::last && !student.head_bias.defined() ? HeadForm::score : HeadForm::apart;
  return pooling == Pooling::cls && has_tanh_pooler(config) ? HeadForm::pooler : HeadForm::apart;
}

}  // namespace qinglan
