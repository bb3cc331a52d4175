#pragma once
// SentencePiece vocabularies (Llama 2, Mistral, Phi-3, Gemma, XLM-R) as definitions of Hugging Face
// `tokenizers`. SentencePiece BPE merges the pair whose union has the best score; `tokenizers` wants the
// pairs in a list. The list is made as transformers makes it: every way to cut a piece into two others, best
// piece first.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "text/definition.h"

namespace qinglan {

// The numbers are those of both GGUF (`tokenizer.ggml.token_type`) and SentencePiece's own file.
enum class PieceType : std::int8_t {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5,
  byte = 6
};

struct Piece {
  std::string text;
  float score = 0;
  PieceType type = PieceType::normal;
};

enum class MergeOrder {
  by_score,  // best score first, then the longer left part: transformers from GGUF
  by_id,     // lowest id first, then the longer left part: the same for Gemma, whose scores do not follow it
  by_id_left_short  // lowest id first, then the shorter left part: transformers from tokenizer.model
};

enum class SpaceStyle {
  as_is,         // spaces become U+2581 (Gemma)
  before_first,  // and one stands before the text, if a special token does not (Llama 2, Mistral)
  before_each,   // and one before the text and after each special token ("legacy")
  before_always  // and one before the text, even if it begins with a space (Phi-3)
};

struct SentencePieceOptions {
  MergeOrder order = MergeOrder::by_score;
  SpaceStyle space = SpaceStyle::before_first;
  bool splits_at_spaces = false;  // Gemma's pre-tokenizer
  bool collapses_spaces = false;  // remove_extra_whitespaces of the file
  bool byte_fallback = true;
};

// Error{unsupported} for a normal piece longer than this many bytes, since cutting costs its square.
inline constexpr std::size_t kLongestPiece = 512;

// All pairs of pieces that make a piece, as [[left, right], ...] in the order of `order`.
Json merges_of_pieces(const std::vector<Piece>& pieces, MergeOrder order, const std::string& source);

// A BPE vocabulary; the post-processor is left empty. Control, unknown and user-defined pieces are added
// tokens.
TokenizerParts sentencepiece_bpe(const std::vector<Piece>& pieces, const SentencePieceOptions& options,
                                 const std::string& source);

// A unigram vocabulary in XLM-R's arrangement: <s>, <pad>, </s>, <unk>, pieces from the fourth on, <mask>.
// `charsmap`: SentencePiece's precompiled normalisation, or empty.
TokenizerParts xlm_roberta_unigram(const std::vector<Piece>& pieces, const std::string& charsmap,
                                   const std::string& source);

}  // namespace qinglan
