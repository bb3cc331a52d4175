#include "catalog/stages/all.h"

namespace qinglan {

ParameterInfo depth_parameter() {
  return {
      "depth", 0.5,
      "share of the student's blocks that the hidden states lie behind, rounded down; of a decoder the last "
      "token's, of an encoder the mean",
      0, 1};
}

ParameterInfo neighbours_parameter(const char* name, const char* help) { return {name, 50, help, 1, 10000}; }

ParameterInfo gold_rows_parameter() {
  return {"rows", 100, "labels of the transfer half whose truth is given", 1, 1e9};
}

ParameterInfo word_parameter() {
  return {"word", "", "a word as supervisors see them: lower case, without punctuation; must be said", 0, 0};
}

ParameterInfo kept_parameter(const char* help) { return {"keep", 0.5, help, 0.01, 1}; }

ParameterInfo contamination_parameter(const char* help) { return {"contamination", 0.1, help, 0, 0.99}; }

}  // namespace qinglan
