#include "experiment/export.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "catalog/known_model.h"
#include "catalog/model_source.h"
#include "experiment/executor.h"
#include "experiment/run.h"
#include "io/publish.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

constexpr char kPending[] = ".qinglan-export-";

[[noreturn]] void refuse_word(const std::string& option, const std::string& expected,
                              const std::string& found) {
  throw Error(ErrorKind::usage, option).expected(expected).found(found);
}

void check_words(const ExportRequest& r) {
  if (r.out.empty()) throw Error(ErrorKind::usage, "--out needs the name of a folder");
  if (r.format != "hf" && r.format != "peft" && r.format != "gguf")
    refuse_word("--format", "hf, peft or gguf", r.format);
  if (r.role != "student" && r.role != "ceiling" && r.role != "supervisor")
    refuse_word("--role", "student, ceiling or supervisor", r.role);
  const bool gguf = r.format == "gguf";
  const bool fits = r.dtype == "float32" || (r.format != "peft" && r.dtype == "bfloat16") ||
                    (gguf && (r.dtype == "float16" || r.dtype == "q8_0"));
  if (!fits)
    refuse_word("--dtype of --format " + r.format,
                gguf               ? "float32, float16, bfloat16 or q8_0"
                : r.format == "hf" ? "float32 or bfloat16"
                                   : "float32",
                r.dtype);
  if (r.base && r.format != "peft") throw Error(ErrorKind::usage, "--base goes with --format peft");
}

// The folder that is filled beside the target and takes its name at the end.
class PendingFolder {
 public:
  explicit PendingFolder(const std::string& out) : out_(fs::absolute(out).lexically_normal()) {
    if (!out_.has_filename()) out_ = out_.parent_path();
    if (fs::exists(out_) && (!fs::is_directory(out_) || !fs::is_empty(out_)))
      throw Error(ErrorKind::usage, "the folder to export to is not empty").in(out).hint("name a new one");
    const std::string stem = "." + out_.filename().string() + kPending;
    path_ = (out_.parent_path() / (stem + std::to_string(getpid()))).string();
    try {
      real_file_system().make_folders(path_);
    } catch (const Error& e) {
      throw Error(ErrorKind::io, std::string("the export cannot be written there: ") + e.message()).in(out);
    }
    for (const auto& name : real_file_system().list(out_.parent_path().string()))
      if (name.starts_with(stem) && !is_alive(name.substr(stem.size())))  // of an export that was killed
        real_file_system().remove_all((out_.parent_path() / name).string());
  }
  PendingFolder(const PendingFolder&) = delete;
  ~PendingFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  void fill_from(const std::string& folder) { fs::copy(folder, path_, fs::copy_options::recursive); }
  void publish() {
    std::error_code code;
    fs::remove(out_, code);  // an empty folder of that name makes way
    if (!publish_folder(real_file_system(), path_, out_.string()))
      throw Error(ErrorKind::io, "somebody else wrote there meanwhile").in(out_.string());
  }

 private:
  static bool is_alive(const std::string& pid) {
    const long number = std::strtol(pid.c_str(), nullptr, 10);
    return number > 0 && (kill(static_cast<pid_t>(number), 0) == 0 || errno == EPERM);
  }

  fs::path out_;
  std::string path_;
};

// The cell of that id, or the only one whose id holds it.
const Cell& chosen_cell(const Plan& plan, const std::string& id) {
  std::vector<std::string> ids;
  std::string list;
  std::vector<const Cell*> holding;
  for (const auto& cell : plan.cells) {
    if (cell.id == id) return cell;
    if (cell.id.find(id) != std::string::npos) holding.push_back(&cell);
    ids.push_back(cell.id);
    list += "\n  " + cell.id;
  }
  if (holding.size() == 1) return *holding.front();
  Error error(ErrorKind::usage, id.empty()        ? "the spec has several cells: say which with --cell"
                                : holding.empty() ? "--cell names no cell of the spec"
                                                  : "--cell fits several cells of the spec");
  error.expected("one of:" + list);
  if (!id.empty()) error.found(id);
  if (const auto near = nearest_word(id, ids); near && !id.empty())
    error.hint("did you mean \"" + *near + "\"?");
  throw error;
}

// The node that says how the text goes into the model: of a probe, that of its features; of a student of the
// top blocks, that of the blocks below.
const Node& reader_of(const Plan& plan, const Node& fit) {
  for (const char* role : {"features", "trunk"})
    if (const auto input = fit.inputs.find(role); input != fit.inputs.end())
      return plan.nodes.at(input->second);
  return fit;
}

// What training came to, from the store.
void check_result(const Store& store, const Node& fit, const Spec& spec) {
  const std::string key = fit.key();
  if (!store.has(key))
    throw Error(ErrorKind::invalid_input, "this model has not been trained in this store")
        .in(spec.source)
        .hint("qinglan run " + spec.source + " (with the same --seeds, --set and --store)");
  const std::string path = store.result_folder(key) + "/" + kSummaryFile;
  const Json summary = parse_json(real_file_system().read(path), path);
  if (summary.contains("failure"))
    throw Error(ErrorKind::invalid_input, "there is no model: its training failed")
        .in(fit.title)
        .found(summary["failure"].value("message", ""));
}

class Exporter {
 public:
  Exporter(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
           const std::atomic<int>& stop)
      : spec_(spec), store_(store), executor_(worker, stop), observer_(observer) {}

  // The key of the node that has the weights; trains again where none has.
  std::string student_of(const Plan& plan, const Node& fit) {
    const std::string key = fit.key();
    if (store_.verify(key) && has_weights(key)) return key;
    const Node keep = keeping(fit);
    if (store_.verify(keep.key()) && has_weights(keep.key())) return keep.key();
    const double seconds = store_.ledger(key).value("seconds", 0.0);
    observer_.note("the run did not keep this model's weights: it is trained again, which took " +
                   std::to_string(std::lround(std::ceil(seconds))) + " s before");
    if (const auto trunk = keep.inputs.find("trunk"); trunk != keep.inputs.end())
      if (!store_.verify(trunk->second)) compute(plan.nodes.at(trunk->second));
    compute(keep);
    return keep.key();
  }

  void compute(const Node& node) {
    Job job;
    job.store = store_.root();
    job.scratch = store_.root() + "/tmp/" + std::to_string(getpid()) + ".export";
    job.threads = spec_.threads;
    job.device = spec_.device;
    job.nodes = {node};
    const NodeOutcome outcome = executor_.run(job, observer_).at(node.key());
    if (!outcome.done) throw Error(ErrorKind::invalid_input, node.title + " failed: " + outcome.message);
  }

 private:
  bool has_weights(const std::string& key) const {
    return store_.fs().exists(store_.result_folder(key) + "/" + kStudentFile);
  }

  const Spec& spec_;
  Store& store_;
  LocalExecutor executor_;
  RunObserver& observer_;
};

Json card_of(const Spec& spec, const Plan& plan, const ExportRequest& request, const Node& fit) {
  const Cell& cell = chosen_cell(plan, request.cell);
  const bool supervisor = request.role == "supervisor";
  Json card = request.findings.value(cell.id, Json::object());
  const std::string model = supervisor ? cell.supervisor : cell.student;
  card.update({{"title", spec.name + ": " + model + " (" + request.role + ")"},
               {"spec", spec.name},
               {"cell", cell.id},
               {"seed", request.seed},
               {"role", request.role},
               {"base", model},
               {"tune", supervisor ? cell.supervisor_tune : cell.student_tune},
               {"text", reader_of(plan, fit).settings().at("text")},
               {"taught_by", request.role == "student" ? cell.supervisor : "ground truth"},
               {"method", request.role == "student" ? cell.method : "naive"},
               {"fit", fit.key()}});
  for (const auto& known : known_models())
    if (known.name == model) card["licence"] = known.licence;
  return card;
}

// The fit itself, or the one that it was chosen to be.
const Node& trained_fit(const Plan& plan, const Store& store, const Node& fit, const Spec& spec) {
  if (fit.params.at("learner").at("kind") != "choice") return fit;
  check_result(store, fit, spec);
  const std::string path = store.result_folder(fit.key()) + "/" + kSummaryFile;
  return plan.nodes.at(parse_json(real_file_system().read(path), path).at("fit"));
}

// Refuses what the source cannot give, before anything is trained again.
void check_format(const ExportRequest& request, const Node& fit, const ModelSource& source) {
  if (request.format != "peft") return;
  const std::string tune = fit.params.at("learner").at("kind");
  if (tune != "lora")
    throw Error(ErrorKind::usage, "--format peft: this model has no adapter")
        .expected("tune = \"lora\"")
        .found(tune)
        .hint("--format hf gives any model");
  if (source.format == WeightFormat::gguf && !request.base)
    throw Error(ErrorKind::usage,
                "--format peft: the base is a GGUF file, on which PEFT cannot put an adapter")
        .in(source.path)
        .hint("add --base, which writes the base as a Hugging Face folder to <out>/base");
}

}  // namespace

const Node& chosen_fit(const Plan& plan, const ExportRequest& request) {
  const Cell& cell = chosen_cell(plan, request.cell);
  const auto seeds = static_cast<std::int64_t>(cell.seeds.size());
  if (request.seed < 0 || request.seed >= seeds)
    refuse_word("--seed", "0.." + std::to_string(seeds - 1), std::to_string(request.seed));
  const SeedRun& run = cell.seeds[static_cast<std::size_t>(request.seed)];
  const std::string key = request.role == "student"   ? run.weak_to_strong
                          : request.role == "ceiling" ? run.strong_ceiling
                                                      : run.weak_floor;
  if (key.empty()) throw Error(ErrorKind::usage, "--role ceiling: the spec asks for none (claim.ceiling)");
  const Node& fit = plan.nodes.at(key);
  if (fit.params.contains("ensemble"))
    throw Error(ErrorKind::unsupported, "an ensemble is no one model to give away")
        .hint("supervisor.ensemble = \"none\" trains one");
  const std::string kind = fit.params.at("learner").at("kind");
  if (kind != "probe" && kind != "lora" && kind != "full" && kind != "choice")
    throw Error(ErrorKind::unsupported,
                "a " + request.role + " of kind \"" + kind + "\" is no model to give away")
        .hint("models of kind \"model\" are: full, lora, probe");
  return fit;
}

Node keeping(const Node& fit) {
  Node node = fit;
  node.params["keep"] = true;
  return node;
}

Node export_node(const Plan& plan, const Node& fit, const std::string& student, const Json& card,
                 const ExportRequest& request, const std::vector<std::string>& classes) {
  const Node& reader = reader_of(plan, fit);
  const Json& learner = fit.params.at("learner");
  const Json& reading = reader.settings();
  const std::string path = reader.files.at("model");
  const std::string base = request.base ? fs::absolute(request.out).lexically_normal() / "base"
                                        : fs::absolute(path).lexically_normal();
  Node node;
  node.kind = "export";
  Json shape = {{"kind", learner.at("kind")}};
  for (const char* key : {"pooling", "max_tokens", "dtype", "text", "truncate", "chat"})
    if (reading.contains(key)) shape[key] = reading.at(key);
  if (reader.kind == "features") shape["depth"] = reading.at("depth");  // a trunk's is where a student begins
  for (const char* key : {"pooling", "layers", "label_words", "lora_rank", "lora_alpha"})
    if (learner.contains(key)) shape[key] = learner.at(key);
  node.params = {{"format", request.format},   {"dtype", request.dtype},
                 {"classes", classes},         {"card", card},
                 {"student", shape},           {"model", reader.params.at("model")},
                 {"write_base", request.base}, {"base_model", request.format == "peft" ? base : ""}};
  node.inputs = {{"student", student}};
  node.profile = fit.profile;
  node.files["model"] = path;
  node.title = "export of " + fit.title;
  return node;
}

void export_trained(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
                    const std::atomic<int>& stop, const ExportRequest& request) {
  check_words(request);
  PendingFolder pending(request.out);
  store.collect();
  DigestMemo memo(store);
  const PlannedData data = prepare_data(spec, store, memo);
  const Plan plan = make_plan(spec, data, memo);
  const Node& fit = trained_fit(plan, store, chosen_fit(plan, request), spec);
  check_format(request, fit, resolve_model(reader_of(plan, fit).files.at("model")));
  check_result(store, fit, spec);

  Exporter exporter(spec, store, worker, observer, stop);
  const std::string student = exporter.student_of(plan, fit);
  const Node node = export_node(plan, fit, student, card_of(spec, plan, request, fit), request, data.classes);
  if (!store.verify(node.key())) exporter.compute(node);
  pending.fill_from(store.result_folder(node.key()));
  pending.publish();
  store.remove(node.key());  // as large as a model, and made again from the student in no time
}

}  // namespace qinglan
