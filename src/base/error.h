#pragma once
// The one exception type of the engine. An error says what went wrong, where, what was expected and found,
// and what to do next. Long texts are shortened, for they may repeat a hostile file. Kinds differ only where
// the reader's next act differs. Only cli/ prints or exits.

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace qinglan {

enum class ErrorKind {
  usage,          // the command line or the spec is wrong: exit 2
  invalid_input,  // data, labels or a model do not fit what was asked
  corrupt_data,   // bytes are damaged or lie about themselves
  io,             // the operating system refused
  unsupported,    // right, but not something this build does
  out_of_memory,
  diverged,  // training met NaN or Inf
  interrupted,
  internal,  // a bug of ours
};

const char* name_of(ErrorKind kind);
std::optional<ErrorKind> error_kind_of(const std::string& name);

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message);

  // Each returns *this, so that an error is built where it is thrown:
  //   throw Error(ErrorKind::corrupt_data, "header is cut").in(path).offset(8).expected("120
  //   bytes").found("64");
  Error& in(std::string path);
  Error& line(std::uint64_t line);
  Error& offset(std::uint64_t offset);
  Error& expected(std::string expected);
  Error& found(std::string found);
  Error& hint(std::string hint);

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& path() const { return path_; }
  const std::string& hint() const { return hint_; }
  // The whole of it: "path:line: message (at byte 8): expected 120 bytes, found 64. hint"
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  void compose();

  ErrorKind kind_;
  std::string message_, path_, expected_, found_, hint_, text_;
  std::optional<std::uint64_t> line_, offset_;
};

// Runs `work`; an error of its that names no place gets this one.
template <typename Work>
auto in_place(const std::string& path, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    if (error.path().empty()) error.in(path);
    throw;
  }
}

// "did you mean": the candidate nearest to `word` by edit distance, if it is near enough to be a typing slip.
std::optional<std::string> nearest_word(const std::string& word, const std::vector<std::string>& candidates);

[[noreturn]] void check_failed(const char* condition, const char* file, int line, const std::string& message);

}  // namespace qinglan

// A condition that only a bug of ours can break. Stays on in release; never used on input.
#define QL_CHECK(condition, message)                                                    \
  do {                                                                                  \
    if (!(condition)) ::qinglan::check_failed(#condition, __FILE__, __LINE__, message); \
  } while (false)
