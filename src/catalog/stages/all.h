#pragma once
// One function a stage; a filter and a relabelling by the same reading of the rows share a file. And the
// parameters that several have.

#include "catalog/stage.h"

namespace qinglan {

StageInfo filter_confidence_stage();
StageInfo filter_knn_stage();
StageInfo relabel_knn_stage();
StageInfo filter_logreg_stage();
StageInfo relabel_logreg_stage();
StageInfo filter_topo_stage();
StageInfo relabel_topo_stage();
StageInfo filter_overlap_stage();
StageInfo retrain_confident_stage();
StageInfo relabel_student_stage();
StageInfo filter_trust_stage();
StageInfo filter_trust_linear_stage();
StageInfo relabel_select_stage();
StageInfo relabel_select_gold_stage();
StageInfo gold_replace_stage();
StageInfo gold_weighted_stage();
StageInfo gold_anchored_stage();
StageInfo gold_reliability_stage();
StageInfo gold_only_stage();
StageInfo corrupt_symmetric_stage();
StageInfo corrupt_class_dependent_stage();
StageInfo corrupt_length_stage();
StageInfo corrupt_keyword_stage();
StageInfo corrupt_trigger_stage();
StageInfo corrupt_prior_stage();
StageInfo corrupt_spurious_stage();
StageInfo start_locked_stage();

// Where the hidden states lie that rows are compared by.
ParameterInfo depth_parameter();
// Neighbours of a row, never itself.
ParameterInfo neighbours_parameter(const char* name, const char* help);
// True labels of the transfer half that a stage is given.
ParameterInfo gold_rows_parameter();
// A word that a stage looks for in texts, or puts into them.
ParameterInfo word_parameter();
// Share of the labels that a filter keeps.
ParameterInfo kept_parameter(const char* help);
// Share of the labels that a filter drops.
ParameterInfo contamination_parameter(const char* help);

}  // namespace qinglan
