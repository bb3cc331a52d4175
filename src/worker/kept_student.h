#pragma once
// The weights that a fit kept (experiment/job.h, kStudentFile), put back into a student of the same shape.

#include <string>
#include <vector>

#include "io/safetensors.h"
#include "model/backbone.h"
#include "model/parameter.h"
#include "worker/step.h"

namespace qinglan {

// Of the input's node.
SafetensorsFile kept_student(const Step& step, const std::string& role);

// All that the backbone holds; with `upper_only` just what was kept, the weights of the top blocks.
void restore_backbone(Backbone& backbone, bool upper_only, const SafetensorsFile& kept);
// Of an adapter or a head.
void restore(const std::vector<NamedTensor>& leaves, const SafetensorsFile& kept);

}  // namespace qinglan
