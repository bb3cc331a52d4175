// One training step and one forward pass of SmolLM2-135M on real texts, beside Hugging Face's on the same
// documents. Sections: full, lora (each also -sst2, -boolq), forward, prompts, memory.

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/processor.h"
#include "bench/support.h"
#include "catalog/known_model.h"
#include "model/load.h"
#include "model/runtime.h"
#include "text/encode.h"
#include "train/features.h"
#include "train/input_rows.h"
#include "train/trainer.h"

using namespace qinglan;

namespace {

constexpr int kDocuments = 32;  // of one step
constexpr int kRounds = 5;
using Rows = std::vector<std::vector<std::int32_t>>;

std::int64_t tokens_of(const Rows& rows) {
  std::int64_t tokens = 0;
  for (const auto& row : rows) tokens += static_cast<std::int64_t>(row.size());
  return tokens;
}

std::string model_path() { return find_model("smollm2-135m"); }

// The first `count` training texts as the model's ids, at most `limit` each.
Rows documents(const Tokenizer& tokenizer, const std::string& dataset, std::size_t count,
               std::int64_t limit) {
  auto texts = bench::read_texts(dataset, "train").text;
  texts.resize(std::min(count, texts.size()));
  return encode_rows(tokenizer, texts, limit).ids;
}

// The documents of one step: SST-2's are 3 to 60 tokens long, BoolQ's are cut at 256.
Rows step_documents(const Tokenizer& tokenizer, const std::string& dataset) {
  return documents(tokenizer, dataset, kDocuments, 256);
}

// As labels, features and a mixed grid meet them: mostly short texts, some long.
Rows mixed_documents(const Tokenizer& tokenizer) {
  Rows rows = documents(tokenizer, "sst2", 96, 256);
  for (auto& row : documents(tokenizer, "boolq", 32, 256)) rows.push_back(std::move(row));
  return rows;
}

// As a few-shot supervisor asks: texts behind four others, the same before each.
Rows few_shot_prompts(const Tokenizer& tokenizer) {
  Rows texts = documents(tokenizer, "sst2", 68, 256), prompts;
  for (std::size_t i = 4; i < texts.size(); ++i) {
    auto& prompt = prompts.emplace_back();
    for (const std::size_t text : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, i})
      prompt.insert(prompt.end(), texts[text].begin(), texts[text].end());
  }
  return prompts;
}

Rows documents_named(const Tokenizer& tokenizer, const std::string& name) {
  if (name == "mixed") return mixed_documents(tokenizer);
  return name == "prompts" ? few_shot_prompts(tokenizer) : step_documents(tokenizer, name);
}

TrainingLabels soft_labels(std::size_t rows) {
  WeakLabels labels;
  labels.classes = 2;
  for (std::size_t i = 0; i < rows; ++i) {
    labels.ids.push_back(std::to_string(i));
    labels.abstain.push_back(0);
    const float one = i % 2 ? 0.5f : 0.9f;
    labels.p.insert(labels.p.end(), {1 - one, one});
  }
  return TrainingLabels::from(labels);
}

// Training steps of one batch through the engine's own trainer.
class Student {
 public:
  Student(Backbone& backbone, const Rows& rows, const std::string& tune)
      : backbone_(backbone), rows_(rows), labels_(soft_labels(rows.size())) {
    recipe_ = Recipe::from_json({{"tune", tune},
                                 {"dtype", backbone.dtype() == torch::kBFloat16 ? "bfloat16" : "float32"},
                                 {"batch", kDocuments},
                                 {"lr", 1e-5}});
    if (recipe_.tune == Recipe::Tune::lora)
      adapter_ = LoraAdapter::create(backbone.config(), recipe_.lora, 1);
  }

  // Seconds of one step, the median of `steps` after a first one that is not counted.
  double seconds(int steps) {
    recipe_.epochs = steps + 1;  // a batch is all rows
    std::vector<double> spent;
    double last = 0;
    RunHooks hooks;
    hooks.progress = [&](std::int64_t done, std::int64_t, double) {
      const double at = bench::now();
      if (done > 1) spent.push_back(at - last);
      last = at;
    };
    const auto objective = make_objective("naive", Json::object(), 2);
    const TrainingTask task{rows_, &labels_, objective.get(), {}, 1};
    train_model(backbone_, head_, adapter_ ? &*adapter_ : nullptr, task, recipe_, {}, hooks);
    return bench::median(spent);
  }

 private:
  Backbone& backbone_;
  const Rows& rows_;
  TrainingLabels labels_;
  Recipe recipe_;
  ClassificationHead head_{2, backbone_.config().hidden};
  std::optional<LoraAdapter> adapter_;
};

double forward_seconds(const Backbone& backbone, const Rows& rows) {
  const double begin = bench::now();
  const FeaturePass pass(backbone, rows, {.pooling = {Pooling::last}});
  for (std::size_t pack = 0; pack < pass.plan().size(); ++pack) pass.compute_pack(pack);
  return bench::now() - begin;
}

// The best rate of LibTorch's own product of random matrices, FLOP/s: a large square one and the model's
// shapes.
double gemm_rate(torch::Dtype dtype) {
  const std::int64_t shapes[][3] = {{2048, 2048, 2048}, {2048, 576, 3072}, {2048, 1536, 576}};
  double best = 0;
  for (const auto& [m, k, n] : shapes) {
    const auto a = torch::randn({m, k}).to(dtype), b = torch::randn({n, k}).to(dtype);
    std::vector<double> rates;
    for (int i = 0; i < 9; ++i) {
      const double begin = bench::now();
      for (int j = 0; j < 4; ++j) torch::linear(a, b);
      rates.push_back(8.0 * static_cast<double>(m * k * n) / (bench::now() - begin));
    }
    best = std::max(best, bench::median(rates));
  }
  return best;
}

std::string words_of(const Json& setting) {
  return setting["dtype"].get<std::string>() + ", " + setting["attention"].get<std::string>() +
         " attention, " +
         (setting["group"] == 1 ? "one document at a time"
                                : "sorted and padded by " + setting["group"].dump()) +
         (setting["fused"] == true ? ", fused Adam" : "") + (setting["compile"] == true ? ", compiled" : "");
}

// Parameters that every token is multiplied by: all but the embedding and the vectors.
double product_parameters(const Backbone& backbone) {
  double count = 0;
  for (const auto& [name, tensor] : backbone.parameters())
    if (tensor.dim() == 2 && name.find("embedding") == std::string::npos && name != "lm_head.weight")
      count += static_cast<double>(tensor.numel());
  return count;
}

// Of these, what one token of each document alone is multiplied by: the last block's, behind its attention.
double parameters_of_last_tokens(const Backbone& backbone) {
  const std::string stem = "layers." + std::to_string(backbone.config().layers - 1) + ".";
  double count = 0;
  for (const auto& [name, tensor] : backbone.parameters())
    if (tensor.dim() == 2 && name.starts_with(stem) && name != stem + "qkv.weight")
      count += static_cast<double>(tensor.numel());
  return count;
}

// Tokens of one step but for those that stand in rows of other documents.
double rows_computed(const Backbone& backbone, const Rows& rows) {
  std::int64_t computed = 0;
  const PackPlan plan = plan_packs(pointers_to(rows), Recipe().micro_tokens, backbone.beginnings());
  for (std::size_t pack = 0; pack < plan.size(); ++pack)
    computed += InputRows(rows).pack(plan.rows(pack), backbone.beginnings()).rows();
  return static_cast<double>(computed);
}

class StepBench {
 public:
  explicit StepBench(bench::Report& report)
      : report_(report), model_(load_model(model_path(), torch::kBFloat16)), judged_(has_bf16_vectors()) {}

  void run() {
    for (const auto& [dataset, title] : {std::pair{"sst2", "SST-2"}, {"boolq", "BoolQ"}}) {
      if (report_.wants("full") || report_.wants(std::string("full-") + dataset))
        training_step(dataset, title);
      if (report_.wants("lora") || report_.wants(std::string("lora-") + dataset)) lora(dataset, title);
    }
    if (report_.wants("forward"))
      forward("features (forward only), mixed lengths", mixed_documents(model_.tokenizer), 1.8, 3);
    if (report_.wants("prompts"))
      forward("features of texts behind four shown ones", few_shot_prompts(model_.tokenizer), {}, {});
    if (report_.wants("memory")) memory();
  }

 private:
  static Json asked(const std::string& task, const Rows& rows) {
    return {{"task", task}, {"rows", rows}, {"most_padded", 8192}};
  }

  bench::Pair against(bench::Peer& peer, int rounds, double tokens, const std::function<double()>& ours) {
    return bench::interleave(
        rounds, [&] { return tokens / ours(); },
        [&] { return tokens / peer.ask("run")["seconds"].get<double>(); });
  }

  void training_step(const std::string& dataset, const std::string& title) {
    const Rows rows = step_documents(model_.tokenizer, dataset);
    const auto tokens = static_cast<double>(tokens_of(rows));
    const std::string step = "full fine-tuning step, " + title + ", ";
    Student student(model_.backbone, rows, "full");
    const auto ours = [&] { return student.seconds(2); };
    {
      bench::Peer peer("step_peer", {model_path(), "plain"});
      const std::string setting =
          words_of(peer.ask("reference", {{"task", "full"}, {"rows", rows}})["setting"]);
      const auto pair = against(peer, 3, tokens, ours);
      report_.add({step + "reference settings", pair.ours, pair.theirs, "tokens/s", true, 5, 8, setting},
                  judged_);
    }
    bench::Peer peer("step_peer", {model_path(), "tuned"});
    const std::string setting = words_of(peer.ask("best", asked("full", rows))["setting"]);
    const auto pair = against(peer, kRounds, tokens, ours);
    report_.add({step + "best setting", pair.ours, pair.theirs, "tokens/s", true, 2, 3.5, setting}, judged_);
    const double computed = rows_computed(model_.backbone, rows);
    const double operations = 6 * (product_parameters(model_.backbone) * computed -
                                   parameters_of_last_tokens(model_.backbone) * (computed - kDocuments));
    const auto share = bench::interleave(
        kRounds, [&] { return operations / ours() / 1e9; }, [] { return gemm_rate(torch::kBFloat16) / 1e9; });
    report_.add(
        {"share of the bf16 GEMM rate, " + title, share.ours, share.theirs, "GFLOP/s", true, 0.4, 0.55,
         "6 x parameters in products x tokens multiplied by them, against LibTorch's best product, in turns"},
        judged_);
  }

  void lora(const std::string& dataset, const std::string& title) {
    const Rows rows = step_documents(model_.tokenizer, dataset);
    Student student(model_.backbone, rows, "lora");
    bench::Peer peer("step_peer", {model_path(), "tuned"});
    const std::string setting = words_of(peer.ask("best", asked("lora", rows))["setting"]);
    const auto pair =
        against(peer, kRounds, static_cast<double>(tokens_of(rows)), [&] { return student.seconds(2); });
    report_.add({"LoRA r=8 step, " + title + ", PEFT's best setting", pair.ours, pair.theirs, "tokens/s",
                 true, 2.5, 4, setting},
                judged_);
  }

  void forward(const std::string& title, const Rows& rows, std::optional<double> must,
               std::optional<double> aim) {
    bench::Peer peer("step_peer", {model_path(), "tuned"});
    const std::string setting = words_of(peer.ask("best", asked("forward", rows))["setting"]);
    forward_seconds(model_.backbone, rows);
    const auto pair = against(peer, kRounds, static_cast<double>(tokens_of(rows)),
                              [&] { return forward_seconds(model_.backbone, rows); });
    report_.add({title + ", best setting", pair.ours, pair.theirs, "tokens/s", true, must, aim, setting},
                judged_);
  }

  void memory() {
    const Rows rows = step_documents(model_.tokenizer, "sst2");
    const double ours = bench::run_child({"full", "sst2", "2", "bfloat16"})["peak_memory"].get<double>();
    bench::Peer peer("step_peer", {model_path(), "plain"});
    const std::string setting =
        words_of(peer.ask("fp32_padded", {{"task", "full"}, {"rows", rows}})["setting"]);
    peer.ask("run");
    const auto theirs = static_cast<double>(peer.peak_memory());
    report_.add(
        {"peak memory, full fine-tuning, SST-2", ours / 1e6, theirs / 1e6, "MB", false, 0.6, 0.4, setting});
  }

  bench::Report& report_;
  LoadedModel model_;
  bool judged_;
};

// full|lora|forward, data set (mixed and prompts: as in the sections), steps, type: our side alone, for its
// memory and for profilers.
Json ours_alone(const bench::Options& words) {
  QL_CHECK(words.size() == 4, "--child full|lora|forward sst2|boolq|mixed|prompts STEPS bfloat16|float32");
  init_runtime(bench::threads());
  LoadedModel model = load_model(model_path(), words[3] == "float32" ? torch::kFloat32 : torch::kBFloat16);
  const Rows rows = documents_named(model.tokenizer, words[1]);
  const int steps = std::stoi(words[2]);
  std::vector<double> spent;
  if (words[0] == "forward") {
    for (int i = 0; i < steps; ++i) spent.push_back(forward_seconds(model.backbone, rows));
  } else {
    spent.push_back(Student(model.backbone, rows, words[0]).seconds(steps));
  }
  return {{"tokens_per_second", static_cast<double>(tokens_of(rows)) / bench::median(spent)},
          {"tokens", tokens_of(rows)}};
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(
      argc, argv,
      [](bench::Report& report) {
        init_runtime(bench::threads());
        StepBench(report).run();
      },
      ours_alone);
}
