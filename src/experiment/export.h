#pragma once
// Gives one trained model of a run away: which fit it is, the nodes that make its files, the folder that is
// written.

#include <atomic>
#include <cstdint>
#include <string>

#include "experiment/observer.h"
#include "experiment/plan.h"
#include "experiment/spec.h"
#include "store/store.h"

namespace qinglan {

struct ExportRequest {
  std::string out;   // folder: absent or empty
  std::string cell;  // id, or a part of it that no other has; may be empty where the spec has one cell
  std::int64_t seed = 0;
  std::string role = "student";  // student | ceiling | supervisor
  std::string format = "hf";     // hf | peft | gguf
  // hf: float32 | bfloat16; gguf: also float16 | q8_0. fp32 keeps the answers; an adapter's matrices are
  // always fp32.
  std::string dtype = "float32";
  bool base = false;               // peft: write the base as a Hugging Face folder too, to <out>/base
  Json findings = Json::object();  // cell id -> more entries for the card, such as the verdict
};

// A fit of the plan by cell, seed and role. Throws Error{usage}: no such cell (nearest named), several, seed,
// role, no ceiling; Error{unsupported}: a supervisor that is no model.
const Node& chosen_fit(const Plan& plan, const ExportRequest& request);

// The fit as a node that keeps its weights whatever they are.
Node keeping(const Node& fit);

// The node of kind "export" that writes the files; its input "student" is the node that kept the weights.
// Parameters:
// {"format","dtype","base_model","write_base","classes","card","model": digest of the base,
//  "student": {"kind","pooling","depth" (probe),"dtype","lora_rank","lora_alpha", and the prompt's keys}}.
Node export_node(const Plan& plan, const Node& fit, const std::string& student, const Json& card,
                 const ExportRequest& request, const std::vector<std::string>& classes);

// From spec to folder. What must be trained again (a fully tuned model, or a result of an older build) is
// said to the observer with what it cost before it starts. The folder appears whole, by one rename. Throws
// Error{usage | invalid_input} before any work for what cannot be given, Error{interrupted} after a stop.
void export_trained(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
                    const std::atomic<int>& stop, const ExportRequest& request);

}  // namespace qinglan
