#include "experiment/schema.h"

#include <algorithm>

#include "base/error.h"
#include "base/listed.h"

namespace qinglan {
namespace {

using enum KeyType;

// Keys of a learner: a supervisor and a student have them alike.
std::vector<KeyInfo> learner_keys(const char* section) {
  const bool chooses = section == std::string("student");  // by weak labels; a supervisor's are the truth
  const KeyType count = chooses ? integer_or_list : integer, real = chooses ? number_or_list : number;
  return {
      {section, "model", text, nullptr,
       "name (qinglan models list), path of a .gguf file or Hugging Face folder, or hub id owner/name"},
      {section, "tune", text, "probe",
       "probe | full | lora | top-<k> | lora-top-<k>: what is trained; k: top blocks, half or quarter"},
      {section, "text", text, "", "template for this model alone; default data.text"},
      {section, "chat", boolean, false,
       "the text becomes the user's message of the model's own chat template"},
      {section, "system", text, "", "chat: the system message before it"},
      {section, "max_tokens", integer, 512, "longer texts are cut and counted; at most what the model reads"},
      {section, "truncate", text, "right",
       "right | left: the end of a longer text that goes; refuse: a longer text is an error"},
      {section, "head", text, "new",
       "lora, full: new starts from zero; words from the LM head's rows of label_words (its zero-shot "
       "answer); small from normal(0, 0.0002)"},
      {section, "label_words", word_lists, nullptr,
       "a word of one token, or a list of them, a class; for head = \"words\", a student's zero-shot "
       "control and a supervisor of kind elicit"},
      {section, "dtype", text, "auto",
       "bfloat16 | float32: compute type; auto takes what this processor multiplies faster"},
      {section, "base", text, "compute",
       "compute | file: frozen weights in the compute type, or as the GGUF file has them (less memory, "
       "slower, same bits)"},
      {section, "pooling", text_or_list, "auto",
       "last | mean | cls, or a list for a probe; auto: decoder last (probe: last and mean), encoder mean"},
      {section, "depth", integer, -1,
       "probe: hidden state after this many blocks; -1: the last, after the final norm (elicit: two thirds "
       "of "
       "them)"},
      {section, "l2", number_list, nullptr,
       "probe: penalties tried by cross-validation; a list of one is taken as it is"},
      {section, "folds", integer, nullptr, "probe: folds of the cross-validation"},
      {section, "lr", real, nullptr, "learning rate; default 3e-4 with lora, else 3e-5"},
      {section, "head_lr", real, nullptr, "learning rate of the head"},
      {section, "epochs", count, nullptr, "passes over the training rows"},
      {section, "batch", integer, nullptr, "rows a step"},
      {section, "micro_tokens", integer, nullptr, "rows of tokens a packed micro-batch may hold"},
      {section, "recompute", boolean, nullptr,
       "lora, full: compute activations again in the backward pass (less memory, slower, same bits)"},
      {section, "schedule", text, nullptr, "linear | cosine | constant"},
      {section, "warmup", number, nullptr, "share of the steps that warm the learning rate up"},
      {section, "warmup_steps", integer, nullptr, "so many steps warm it up, in place of a share"},
      {section, "ramp", text, nullptr,
       "above | zero: whether the first step of the warm-up has a rate; default above"},
      {section, "order", text, nullptr,
       "epochs | stream | repeat: each epoch shuffled anew and its last batch smaller; batches that run over "
       "the ends "
       "of epochs; the same, in one order for all epochs; default epochs"},
      {section, "clip", number, nullptr, "global gradient norm"},
      {section, "weight_decay", real, nullptr, "AdamW"},
      {section, "decay", text, nullptr,
       "all | matrices: what decays; matrices leaves biases and the scales of norms out; default all"},
      {section, "beta1", number, nullptr, "AdamW"},
      {section, "beta2", number, nullptr, "AdamW"},
      {section, "lora_rank", integer, nullptr, "rank of the adapters"},
      {section, "lora_alpha", number, nullptr, "scale of the adapters"},
  };
}

std::vector<KeyInfo> data_keys() {
  return {
      {"data", "path", text, nullptr,
       "folder with train.* and test.*, one file (from where you stand), or a registered name"},
      {"data", "text", text, "text",
       "a column, or a template over columns such as \"{passage}\\n{question}\""},
      {"data", "label", text, "label", "column of the ground truth"},
      {"data", "recipe", text, nullptr,
       "what a well-known data set's columns do not say, see qinglan data list: gives the keys below where "
       "they "
       "are not given"},
      {"data", "choices", text_or_list, nullptr,
       "rows are questions: the column of their answers, or a column an answer; label says the right one, "
       "{choice} "
       "in a template shows one, and a wrong one is drawn"},
      {"data", "id", text, "", "column of the id; default: hash of the text"},
      {"data", "group", text, "", "column or template; rows of one group stay in one half"},
      {"data", "slices", text_or_list, Json::array(),
       "columns by whose values gain and inherited errors are read apart, beside class and length"},
      {"data", "group_words", integer, nullptr,
       "so many first words of the group are the group, as for variants of one sentence; default: all"},
      {"data", "train", integer, 0, "train rows drawn (split into supervision and transfer halves); 0: all"},
      {"data", "test", integer, 0, "test rows drawn; 0: all"},
      {"data", "seed", integer, 0, "draws the rows, once for all run seeds"},
      {"data", "balance", flag_or_auto, "auto",
       "drop majority rows of train; auto: when the majority exceeds 55%"},
      {"data", "test_path", text, nullptr,
       "another data set, whose test rows (at most data.test of them) stand in place of this one's"},
      {"data", "trigger", text, nullptr,
       "a word put before the text of a share of the train rows, and of a copy of every test row"},
      {"data", "trigger_share", number, nullptr, "of the train rows; default 0.1"},
      {"data", "allow_overlap", boolean, false, "go on when over 1% of train rows equal a test text"},
  };
}

std::vector<KeyInfo> supervisor_keys() {
  return {
      {"supervisor", "kind", text, "model",
       "model | ngrams | lexicon | labels | annotators | elicit | corrupted"},
      {"supervisor", "path", text, "",
       "lexicon: word list (word, tab, valence); labels, annotators: file by id, or by row from 0 with "
       "split"},
      {"supervisor", "combine", text, "vote",
       "annotators: how answers become a label, see qinglan combiners list"},
      {"supervisor", "annotators", text_or_list, Json::array(), "annotators: those that count; default all"},
      {"supervisor", "scale", number, 1.0, "lexicon: p = sigmoid(valence / scale)"},
      {"supervisor", "max_n", integer, 2, "ngrams: word n-grams of 1 .. max_n"},
      {"supervisor", "min_count", integer, 2, "ngrams: rows that must hold an n-gram"},
      {"supervisor", "ngram_l2", number, 1.0, "ngrams: L2 penalty"},
      {"supervisor", "ensemble", text, "none",
       "none | bagging | adaboost: several supervisors of kind ngrams, or probes of a model, that answer "
       "together"},
      {"supervisor", "rounds", integer, nullptr,
       "ensemble: its members, default 10; adaboost may stop sooner"},
      {"supervisor", "elicit", text, nullptr,
       "elicit: zero-shot | few-shot | consistency | icm | pca | mean-diff | ccs | ueeh: how a decoder's "
       "own answer is read, without a label but those that few-shot shows"},
      {"supervisor", "shots", integer, nullptr,
       "elicit = few-shot: rows of each class shown in every prompt with their true labels; icm: with the "
       "labels found; default 2"},
      {"supervisor", "rows", integer, nullptr,
       "elicit = icm: rows of the supervision half whose labels are searched; default 64"},
      {"supervisor", "start", integer, nullptr, "elicit = icm: of these, labelled by guessing; default 8"},
      {"supervisor", "steps", integer, nullptr, "elicit = icm: steps of the search; default 500"},
      {"supervisor", "alpha", number, nullptr,
       "elicit = icm: weight of mutual predictability against one contradiction; default 30"},
      {"supervisor", "cooling", text, nullptr,
       "elicit = icm: log | geometric: max(.01, 10 / (1 + 2 ln(1 + k))) or 10 * .99^k at step k"},
      {"supervisor", "in_group", text, nullptr,
       "elicit = icm: any | same | different: labels of rows of one group that do not contradict each other; "
       "auto: different with data.choices, else any"},
      {"supervisor", "ask", text, nullptr,
       "elicit = consistency: what follows a row's text and a class's word"},
      {"supervisor", "truth_words", word_lists, nullptr,
       "elicit = consistency: words for false and true; default [\" no\", \" yes\"]"},
      {"supervisor", "corrupt", text, nullptr,
       "corrupted: which true labels are made wrong, see qinglan corruptors list; an experiment on errors"},
      {"supervisor", "rate", number, nullptr, "corrupted: share of the labels that is made wrong"},
      {"supervisor", "rates", number_list, nullptr, "corrupt = class-dependent: the same of each class"},
      {"supervisor", "restarts", integer, nullptr,
       "elicit = ccs, ueeh: starts, of which the least loss is kept"},
      {"supervisor", "easy", number, nullptr,
       "elicit = ueeh: share of rows whose zero-shot answers are taken as known; default 0.25"},
  };
}

std::vector<KeyInfo> make_keys() {
  std::vector<KeyInfo> keys = {
      {"", "name", text, nullptr, "name of the run, for people; never enters a key"},
      {"", "seeds", integer, 5, "run seeds 0 .. seeds-1"},
      {"", "compat", text, nullptr,
       "openai-6b450f2 | eleuther-a929af0: defaults as those repositories have them (qinglan compat show)"},
      {"method", "name", text, "naive",
       "see qinglan methods list; stages may stand before the loss: \"filter:topo | logconf\" (without a "
       "loss: "
       "naive)"},
      {"chain", "through", text_or_list, Json::array(),
       "models between supervisor and student, in order: each learns its predecessor's labels and labels the "
       "transfer rows for the next"},
      {"chain", "method", text, "naive", "how they learn; method.name is the last student's"},
      {"controls", "shuffled", boolean, true, "naive student on shuffled weak labels"},
      {"controls", "ngram", boolean, true, "n-gram student on the same weak labels"},
      {"controls", "length", boolean, true, "length-only student on the same weak labels"},
      {"controls", "zero_shot", boolean, true, "the untrained student's answer by label words"},
      {"controls", "weak_twice", boolean, true, "the supervisor's learner on its own weak labels"},
      {"controls", "random_init", boolean, true, "the student's architecture without pretraining"},
      {"claim", "metric", text, "auto",
       "accuracy | balanced_accuracy | auroc; auto: accuracy unless unbalanced"},
      {"claim", "delta", number, 0.01, "smallest gain that counts; a tenth of the gap where that is more"},
      {"claim", "gamma", number, 0.03, "smallest gap a ceiling must leave"},
      {"claim", "gold", integer, 200,
       "test rows set apart to choose from which confidence on the student may answer; 0: none"},
      {"claim", "risk", number, 0.1, "wrong answers allowed there"},
      {"claim", "primary", text, "",
       "part of the name of the one cell whose comparison with naive is judged by itself"},
      {"claim", "ceiling", boolean, true, "train the strong ceiling; without one only the gain is judged"},
      {"stress", "ood", text_or_list, Json::array(),
       "data sets of other texts that qinglan audit tests the student on"},
      {"compute", "threads", integer, 0,
       "compute threads, part of the numerics profile; 0: one for each physical core that may be used, "
       "within a container's quota"},
      {"compute", "device", text, "cpu",
       "cpu | cuda: what models are computed on; cuda falls back to the CPU where there is none"},
  };
  for (auto made : {data_keys(), supervisor_keys()})
    for (auto& key : made) keys.push_back(std::move(key));
  for (const char* section : {"supervisor", "chain", "student"})
    for (auto& key : learner_keys(section)) keys.push_back(std::move(key));
  // The models of a chain are named by `through`.
  std::erase_if(keys, [](const KeyInfo& info) {
    return std::string(info.section) == "chain" && std::string(info.key) == "model";
  });
  keys.push_back({"student", "stop", text, nullptr,
                  "lora, full: last, or weak-validation: after the epoch of the least loss on held-out weak "
                  "labels; a list of lr, head_lr, epochs, weight_decay is chosen from by them too"});
  keys.push_back({"student", "validation", number, nullptr,
                  "share of the transfer rows held out of training to choose by; default 0.1"});
  return keys;
}

const char* describe(KeyType type) {
  switch (type) {
    case text:
      return "a string";
    case integer:
      return "an integer";
    case number:
      return "a number";
    case boolean:
      return "true or false";
    case number_list:
      return "a list of numbers";
    case integer_or_list:
      return "an integer or a list of integers";
    case number_or_list:
      return "a number or a list of numbers";
    case flag_or_auto:
      return "true, false or \"auto\"";
    case text_or_list:
      return "a string or a list of strings";
    case word_lists:
      return "a list of strings, or of lists of strings";
  }
  return "";
}

bool all_of(const Json& list, bool (Json::*test)() const noexcept) {
  return list.is_array() &&
         std::all_of(list.begin(), list.end(), [&](const Json& item) { return (item.*test)(); });
}

bool are_words(const Json& v) { return v.is_string() || (!v.empty() && all_of(v, &Json::is_string)); }

bool fits(KeyType type, const Json& v) {
  switch (type) {
    case text:
      return v.is_string();
    case integer:
      return v.is_number_integer();
    case number:
      return v.is_number();
    case boolean:
      return v.is_boolean();
    case number_list:
      return all_of(v, &Json::is_number);
    case integer_or_list:
      return v.is_number_integer() || all_of(v, &Json::is_number_integer);
    case number_or_list:
      return v.is_number() || all_of(v, &Json::is_number);
    case flag_or_auto:
      return v.is_boolean() || v == "auto";
    case text_or_list:
      return v.is_string() || all_of(v, &Json::is_string);
    case word_lists:
      return v.is_array() && std::all_of(v.begin(), v.end(), are_words);
  }
  return false;
}

}  // namespace

const std::vector<KeyInfo>& spec_keys() {
  static const std::vector<KeyInfo> keys = make_keys();
  return keys;
}

std::vector<std::string> spec_sections() {
  return {"data",     "supervisor", "chain",  "student", "method",
          "controls", "claim",      "stress", "compute", "grid"};
}

const KeyInfo* find_key(const std::string& section, const std::string& key) {
  for (const auto& info : spec_keys())
    if (section == info.section && key == info.key) return &info;
  return nullptr;
}

void check_type(const KeyInfo& info, const Json& value, const std::string& source) {
  if (fits(info.type, value)) return;
  const std::string name = *info.section ? std::string(info.section) + "." + info.key : info.key;
  throw Error(ErrorKind::usage, "the value of '" + name + "' has the wrong type")
      .in(source)
      .expected(describe(info.type))
      .found(value.dump());
}

Error unknown_word(const std::string& what, const std::string& word, const std::vector<std::string>& known,
                   const std::string& source) {
  Error error = Error(ErrorKind::usage, "unknown " + what + " '" + word + "'").in(source);
  if (const auto near = nearest_word(word, known)) error.hint("did you mean '" + *near + "'?");
  return error;
}

void require_one_of(const Json& values, const std::string& section, const std::string& key,
                    const std::vector<std::string>& words, const std::string& source) {
  const std::string word = values.at(key).get<std::string>();
  if (std::find(words.begin(), words.end(), word) != words.end()) return;
  throw unknown_word(section + "." + key, word, words, source).expected(listed(words)).found(word);
}

}  // namespace qinglan
