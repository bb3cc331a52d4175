#pragma once
// What the engine hands a worker, and what the worker says back. A job is a file
//   {"store", "scratch", "threads", "device", "nodes": [node...]}
// and the answers are JSON lines on the worker's standard output:
//   {"event":"start",   "node":key}                            work on the node begins
//   {"event":"progress","node":key, "done":d, "total":t, "unit":u, "loss":x?}
//   {"event":"done",    "node":key, "reused":bool}             the node is in the store
//   {"event":"failed",  "node":key, "kind":k, "message":m}     an outcome of this node; the job goes on
//   {"event":"confined","enforced":bool, "why":text}           once, before the first node
// Exit codes: 0 all nodes are in the store, 75 try again, 143 stopped after saving, else failed.

#include <string>
#include <vector>

#include "experiment/node.h"

namespace qinglan {

struct Job {
  std::string store;    // root
  std::string scratch;  // <store>/tmp/<name>: the only folder below tmp/ that the worker may use
  std::int64_t threads = 1;
  std::vector<Node> nodes;     // none needs another of the same job
  std::string device = "cpu";  // its kind (experiment/device.h): what this job's models are computed on
};

Json to_json(const Job& job);
Job job_from_json(const Json& json, const std::string& source);

inline constexpr int kExitRetry = 75;
inline constexpr int kExitStopped = 143;

// Node results, file names shared by the worker that writes them and the engine that reads them.
inline constexpr char kPredictionsFile[] = "predictions.safetensors";
inline constexpr char kLabelsFile[] = "labels.safetensors";
inline constexpr char kGoldFile[] = "gold.json";  // of a gold_rows node: data/gold_rows.h
inline constexpr char kFeaturesFile[] =
    "features.safetensors";  // "features" BF16 [N, D], rows: train then test
// What training made, of a fit of a model: "head.weight" [K, D] and "head.bias" [K] (fp64 of a probe, fp32
// else, no bias of a decoder that was fine-tuned); the adapter's matrices of LoRA; of full tuning the
// backbone's parameters in the compute type, under our own names. A probe, an adapter and their heads are
// small and always kept. A fully tuned model is as large as its base: a fit keeps it only with the parameter
// "keep", which `qinglan export` sets in a node of its own, and which those have that others start from.
// Training is deterministic, so that node makes the very model whose answers are in the run's record.
inline constexpr char kStudentFile[] = "student.safetensors";
// trunk: the result folder is that of train/trunk.h.
// summary.json of a fit:
// {"final_train_loss","label_entropy","curve":[...],"ground_truth":[...],"failure"?:{...},"selection"?:{...}}
// selection: what was chosen on rows held out of training, and by what:
// {"labels": "weak" | "ground truth", "rows": n, "chosen": i, "tried": [{"settings": {key: value},
//  "losses": [mean cross-entropy after each epoch], "epoch": whose model it is} | {"settings",
//  "failure"}...]}
// A choice (experiment/choice.h) has the files of the fit it took, and its key as "fit".
inline constexpr char kSummaryFile[] = "summary.json";

}  // namespace qinglan
