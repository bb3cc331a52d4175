#pragma once
// SentencePiece's own file (tokenizer.model): a protocol buffer of pieces and of two specifications
// (sentencepiece_model.proto: ModelProto, TrainerSpec, NormalizerSpec).

#include <string>
#include <string_view>
#include <vector>

#include "text/sentencepiece.h"

namespace qinglan {

struct SentencePieceModel {
  enum class Kind { unigram = 1, bpe = 2, word = 3, character = 4 };

  std::vector<Piece> pieces;
  Kind kind = Kind::unigram;
  bool byte_fallback = false;
  std::int32_t bos = 1, eos = 2;  // -1: none
  std::string charsmap;           // NormalizerSpec.precompiled_charsmap
  bool adds_prefix_space = true, removes_extra_spaces = true, escapes_spaces = true;
};

// Reads what is there and passes over fields it does not know. Throws Error{corrupt_data} with the offset.
SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& source);

}  // namespace qinglan
