#include "export/student_card.h"

#include "base/error.h"
#include "export/tokenizer_files.h"

namespace qinglan {
namespace {

constexpr const char* kFormatNames[] = {"hf", "peft", "gguf"};
constexpr const char* kHeadNames[] = {"score", "pooler", "apart"};

// Python in parts: what is imported, how model and tokenizer come to be, and logits().
constexpr char kPythonStart[] = R"(import json
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

folder = "."  # where this README lies
facts = json.load(open(folder + "/qinglan.json"))
)";
constexpr char kPythonTokenizer[] = R"(tokenizer = AutoTokenizer.from_pretrained(folder)
)";
constexpr char kPythonClassifier[] =
    R"(model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
)";
constexpr char kPythonModel[] = R"(model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
)";
constexpr char kPythonGguf[] =
    R"(model = AutoModel.from_pretrained(folder, gguf_file="model.gguf", dtype=torch.float32).eval()
)";
constexpr char kPythonAdapterClassifier[] = R"(from peft import PeftModel
base = AutoModelForSequenceClassification.from_pretrained(
    facts["base_model"], num_labels=len(facts["classes"]), pad_token_id=facts["pad_token_id"], dtype=torch.float32)
model = PeftModel.from_pretrained(base, folder).eval()
)";
constexpr char kPythonAdapterModel[] = R"(from peft import PeftModel
model = PeftModel.from_pretrained(AutoModel.from_pretrained(facts["base_model"], dtype=torch.float32), folder).eval()
)";
constexpr char kPythonEncode[] = R"(

def encode(texts):
    return tokenizer(texts, padding=True, truncation=True, max_length=facts["max_tokens"], return_tensors="pt",
                     return_token_type_ids=False)

)";
// What cut_rows() and Prompt of text/ do.
constexpr char kPythonEncodeChat[] = R"(

def message(text):
    system = [{"role": "system", "content": facts["chat"]["system"]}] if facts["chat"]["system"] else []
    return tokenizer.apply_chat_template(system + [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True)


def cut(ids):  # what stands around the text stays whole
    over, head, end = len(ids) - facts["max_tokens"], facts["chat"]["head"], len(ids) - facts["chat"]["tail"]
    if over <= 0:
        return ids
    return ids[:head] + ids[head + over :] if facts["truncate"] == "left" else ids[: end - over] + ids[end:]


def encode(texts):
    ids = tokenizer([message(text) for text in texts], add_special_tokens=False)["input_ids"]
    return tokenizer.pad({"input_ids": [cut(row) for row in ids]}, return_tensors="pt")

)";
constexpr char kPythonClassify[] = R"(
@torch.no_grad()
def logits(texts):  # one row of class scores a text, in the order of facts["classes"]
    return model(**encode(texts)).logits
)";
constexpr char kPythonHead[] = R"(head = load_file(folder + "/head.safetensors")
)";
constexpr char kPythonPool[] = R"(
def pool(states, mask, how):
    if how == "cls":
        return states[:, 0]
    if how == "last":
        return states[torch.arange(len(states)), mask.sum(1) - 1]
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


@torch.no_grad()
def logits(texts):  # one row of class scores a text, in the order of facts["classes"]
    batch = encode(texts)
    out = model(**batch, output_hidden_states=True)
    last = facts["depth"] == facts["layers"]  # the last depth is after the model's final norm
    states = out.last_hidden_state if last else out.hidden_states[facts["depth"]]
    pooled = torch.cat([pool(states, batch["attention_mask"], how) for how in facts["pooling"]], 1)
    if facts["rounded"]:  # a probe is trained on features in bf16
        pooled = pooled.bfloat16()
    return torch.nn.functional.linear(pooled.to(head["weight"].dtype), head["weight"], head.get("bias"))
)";

std::string python_of(const ExportedStudent& student, ExportFormat format) {
  const HeadForm form = head_form(student);
  std::string code = std::string(kPythonStart) + kPythonTokenizer;
  const bool classifier = form == HeadForm::score ? format != ExportFormat::gguf
                                                  : form == HeadForm::pooler && format == ExportFormat::hf;
  if (format == ExportFormat::gguf)
    code += kPythonGguf;
  else if (format == ExportFormat::peft)
    code += classifier ? kPythonAdapterClassifier : kPythonAdapterModel;
  else
    code += classifier ? kPythonClassifier : kPythonModel;
  if (!classifier) code += kPythonHead;
  return code + (student.chat ? kPythonEncodeChat : kPythonEncode) +
         (classifier ? kPythonClassify : kPythonPool);
}

Json facts_of(const ExportedStudent& student, ExportFormat format, const std::string& base) {
  Json facts = student.card;
  Json pooling = Json::array();
  for (const Pooling how : student.pooling) pooling.push_back(name_of(how));
  facts.update({{"format", name_of(format)},
                {"classes", student.classes},
                {"max_tokens", student.limit.max_tokens},
                {"truncate", name_of(student.limit.truncation)},
                {"depth", student.depth},
                {"layers", student.base.backbone.config().layers},
                {"pooling", pooling},
                {"rounded", student.probe},
                {"trunk", student.trunk},
                {"head", kHeadNames[static_cast<int>(head_form(student))]},
                {"pad_token_id", pad_token_of(student.base).id}});
  if (format == ExportFormat::peft) facts["base_model"] = base;
  if (student.chat)
    facts["chat"] = {
        {"system", student.chat->system}, {"head", student.limit.head}, {"tail", student.limit.tail}};
  return facts;
}

std::string words_of(const Json& value) {
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
  std::string words;
  for (const auto& item : value) words += (words.empty() ? "" : ", ") + words_of(item);
  return words;
}

// A row of a Markdown table; "" where the card has no such entry.
std::string row(const Json& facts, const char* key, const char* title) {
  if (!facts.contains(key)) return "";
  std::string text;
  for (const char c : words_of(facts[key])) {
    if (c == '\n')
      text += "\\n";
    else if (c == '|')
      text += "\\|";
    else
      text += c;
  }
  return std::string("| ") + title + " | " + text + " |\n";
}

std::string notes_of(const ExportedStudent& student, ExportFormat format, const std::string& base) {
  std::string notes;
  const HeadForm form = head_form(student);
  if (format == ExportFormat::gguf)
    notes +=
        "\n`model.gguf` is the backbone; `head.safetensors` turns its pooled state into class scores. With "
        "llama.cpp: `llama-embedding -m model.gguf --embd-normalize -1` prints the pooled state of a text.\n";
  else if (form == HeadForm::apart)
    notes +=
        "\nNo Hugging Face class has this head (pooled state of the given depth times one matrix), so it "
        "lies "
        "in `head.safetensors` and the lines below apply it.\n";
  else if (form == HeadForm::pooler && format == ExportFormat::hf)
    notes +=
        "\nThe class puts a tanh layer before its classifier that this student has not; its matrix here is "
        "the "
        "identity divided by 2^14, within which tanh is the identity up to rounding.\n";
  if (student.trunk)
    notes +=
        "\nOnly the top blocks were trained, on hidden states of the blocks below that were computed once "
        "and "
        "rounded to bf16. These lines compute them anew without rounding, so that scores differ from the "
        "run's record by about that much.\n";
  if (format == ExportFormat::peft)
    notes += "\nThe adapter stands on `" + base +
             "`. If that folder moves, change `base_model_name_or_path` in "
             "adapter_config.json and `base_model` in qinglan.json.\n";
  return notes;
}

std::string reading_of(const ExportedStudent& student) {
  const std::string most = std::to_string(student.limit.max_tokens);
  std::string text = "\nTexts are given as the template under *text* makes them of a row of data";
  if (student.chat) text += ", stand as a user's message in the model's chat template";
  switch (student.limit.truncation) {
    case Truncation::right:
      return text + ", and are cut to " + most + " tokens on the right.\n";
    case Truncation::left:
      return text + ", and are cut to " + most + " tokens on the left.\n";
    case Truncation::refuse:
      return text + ". In training none had more than " + most + " tokens.\n";
  }
  QL_CHECK(false, "unknown truncation");
}

std::string readme_of(const ExportedStudent& student, const Json& facts, ExportFormat format,
                      const std::string& base) {
  std::string text = "# " + words_of(facts.value("title", Json("A trained student"))) + "\n\n";
  text +=
      "Made by Qinglan, which trains a strong model on the labels of a weak supervisor.\n\n| | "
      "|\n|---|---|\n";
  for (const auto& [key, title] :
       {std::pair{"spec", "spec"}, std::pair{"cell", "cell"}, std::pair{"role", "role"},
        std::pair{"seed", "seed"}, std::pair{"taught_by", "taught by"}, std::pair{"method", "method"},
        std::pair{"base", "base model"}, std::pair{"licence", "licence of the base"},
        std::pair{"tune", "tuned"}, std::pair{"text", "text"}, std::pair{"classes", "classes"},
        std::pair{"verdict", "verdict"}, std::pair{"headline", "finding"}})
    text += row(facts, key, title);
  text += reading_of(student) + notes_of(student, format, base);
  return text + "\n```python\n" + python_of(student, format) + "```\n";
}

}  // namespace

const char* name_of(ExportFormat format) { return kFormatNames[static_cast<int>(format)]; }

ExportFormat export_format_named(const std::string& name) {
  for (const auto format : {ExportFormat::hf, ExportFormat::peft, ExportFormat::gguf})
    if (name == name_of(format)) return format;
  throw Error(ErrorKind::usage, "unknown export format").expected("hf, peft or gguf").found(name);
}

void write_card(FileSystem& fs, const std::string& folder, const ExportedStudent& student,
                ExportFormat format, const std::string& base) {
  const Json facts = facts_of(student, format, base);
  fs.write(folder + "/qinglan.json", facts.dump(2) + "\n");
  fs.write(folder + "/README.md", readme_of(student, facts, format, base));
}

}  // namespace qinglan
