#include "text/chat.h"

#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "text/bounded_child.h"
#include "text/tokenizers_ffi.h"

namespace qinglan {

struct ChatTemplate::Engine {
  std::unique_ptr<QlChat, decltype(&ql_chat_free)> chat{nullptr, &ql_chat_free};
};

namespace {

struct Failure {
  int result = QL_CHAT_DONE;
  std::size_t line = 0;  // of the template, which a JSON or GGUF file keeps as one value
  std::string reason;
};

[[noreturn]] void raise(const Failure& failure, const ChatTemplateSource& source) {
  Error error = [&] {
    switch (failure.result) {
      case QL_CHAT_REFUSED:
        return Error(ErrorKind::invalid_input,
                     "the model's chat template refuses these messages: " + failure.reason)
            .hint("Some models know no system message: leave `system` out.");
      case QL_CHAT_TOO_MUCH:
        return Error(ErrorKind::invalid_input,
                     "the model's chat template takes more work than one can need: " + failure.reason);
      default:
        return Error(ErrorKind::unsupported, "the model's chat template cannot be used: " + failure.reason)
            .hint("With chat = false a text template can write the same prompt.");
    }
  }();
  error.in(source.file);
  if (failure.line) error.line(failure.line);
  throw error;
}

Failure failure_of(int result, std::size_t line, char* reason) {
  Failure failure{result, line, reason ? reason : ""};
  ql_string_free(reason);
  return failure;
}

std::string context_of(const ChatTemplateSource& source, const Conversation& conversation,
                       bool add_generation_prompt) {
  // Ordered: a template may walk a message's keys, which Hugging Face hands over in the order they were
  // given.
  nlohmann::ordered_json context = source.tokens;
  context["messages"] = nlohmann::ordered_json::array();
  for (const auto& message : conversation)
    context["messages"].push_back({{"role", message.role}, {"content", message.content}});
  context["add_generation_prompt"] = add_generation_prompt;
  context["tools"] = nullptr;
  context["documents"] = nullptr;
  try {
    return context.dump();
  } catch (const nlohmann::ordered_json::exception&) {
    throw Error(ErrorKind::invalid_input, "a chat message is not valid UTF-8");
  }
}

// What the child sends: a CBOR list of texts, or {"result", "line", "reason"} of the first failure.
std::string render_in_child(QlChat* chat, const std::vector<std::string>& contexts) {
  Json texts = Json::array();
  for (const auto& context : contexts) {
    char *text = nullptr, *reason = nullptr;
    std::size_t length = 0, line = 0;
    const int result = ql_chat_render(chat, context.data(), context.size(), &text, &length, &line, &reason);
    if (result != QL_CHAT_DONE) {
      const Failure failure = failure_of(result, line, reason);
      texts = {{"result", failure.result}, {"line", failure.line}, {"reason", failure.reason}};
      break;
    }
    texts.push_back(std::string(text, length));
    ql_bytes_free(text, length);
  }
  std::string bytes;
  Json::to_cbor(texts, bytes);
  return bytes;
}

}  // namespace

ChatTemplate::ChatTemplate(ChatTemplateSource source)
    : source_(std::move(source)), engine_(std::make_unique<Engine>()) {
  QlChat* chat = nullptr;
  std::size_t line = 0;
  char* reason = nullptr;
  const int result = ql_chat_load(source_.text.data(), source_.text.size(), &chat, &line, &reason);
  if (result != QL_CHAT_DONE) raise(failure_of(result, line, reason), source_);
  engine_->chat.reset(chat);
}

ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

std::vector<std::string> ChatTemplate::render(std::span<const Conversation> conversations,
                                              bool add_generation_prompt) const {
  std::vector<std::string> contexts;
  std::uint64_t bytes = 0;
  for (const auto& conversation : conversations) {
    contexts.push_back(context_of(source_, conversation, add_generation_prompt));
    bytes += contexts.back().size();
  }
  // A rendering takes some microseconds and a few copies of its messages.
  const ChildLimits limits{1 + contexts.size() / 1000 + (bytes >> 20),
                           (std::uint64_t{128} << 20) + 16 * bytes};
  const auto answer = run_bounded(limits, [&] { return render_in_child(engine_->chat.get(), contexts); });
  if (!answer) raise({QL_CHAT_TOO_MUCH, 0, "it was stopped"}, source_);
  const Json texts = Json::from_cbor(*answer);
  if (texts.is_object()) raise({texts["result"], texts["line"], texts["reason"]}, source_);
  return texts.get<std::vector<std::string>>();
}

std::string ChatTemplate::render(const Conversation& conversation, bool add_generation_prompt) const {
  return std::move(render(std::span(&conversation, 1), add_generation_prompt).front());
}

}  // namespace qinglan
