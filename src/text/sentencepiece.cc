#include "text/sentencepiece.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "base/base64.h"
#include "base/error.h"
#include "io/utf8.h"

namespace qinglan {
namespace {

// A cut of piece `id` after `bytes` bytes.
struct Cut {
  std::int32_t id;
  std::uint16_t bytes, left, right;  // left, right: lengths in code points
};

bool starts_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

std::size_t code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(), starts_code_point);
}

bool is_normal(const Piece& piece) {
  return piece.type == PieceType::normal || piece.type == PieceType::unused;
}

std::vector<Cut> cuts_of(const std::vector<Piece>& pieces, const std::string& source) {
  std::unordered_map<std::string_view, std::int32_t> known;
  known.reserve(pieces.size());
  for (std::size_t id = 0; id < pieces.size(); ++id) known.emplace(pieces[id].text, id);
  std::vector<Cut> cuts;
  for (std::size_t id = 0; id < pieces.size(); ++id) {
    const std::string_view text = pieces[id].text;
    if (text.size() > kLongestPiece) {
      if (!is_normal(pieces[id])) continue;  // matched whole, never merged
      throw Error(ErrorKind::unsupported, "piece " + std::to_string(id) + " is too long")
          .in(source)
          .expected("at most " + std::to_string(kLongestPiece) + " bytes")
          .found(std::to_string(text.size()));
    }
    const std::size_t length = code_points(text);
    std::size_t left = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (!starts_code_point(text[at])) continue;
      if (at > 0 && known.contains(text.substr(0, at)) && known.contains(text.substr(at)))
        cuts.push_back({static_cast<std::int32_t>(id), static_cast<std::uint16_t>(at),
                        static_cast<std::uint16_t>(left), static_cast<std::uint16_t>(length - left)});
      ++left;
    }
  }
  return cuts;
}

void sort_by_score(std::vector<Cut>& cuts, const std::vector<Piece>& pieces) {
  std::stable_sort(cuts.begin(), cuts.end(), [&](const Cut& a, const Cut& b) {
    const float first = pieces[a.id].score, second = pieces[b.id].score;
    if (first != second) return first > second;
    return a.left != b.left ? a.left > b.left : a.right > b.right;
  });
}

Json metaspace(const char* scheme, bool split) {
  return {{"type", "Metaspace"}, {"replacement", kSpaceMark}, {"prepend_scheme", scheme}, {"split", split}};
}

Json normalizer_of(const SentencePieceOptions& options) {
  Json steps = Json::array();
  if (options.collapses_spaces) {
    steps.push_back({{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}});
    steps.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
  }
  if (options.space == SpaceStyle::before_always)
    steps.push_back({{"type", "Prepend"}, {"prepend", kSpaceMark}});
  if (options.space == SpaceStyle::before_always || options.space == SpaceStyle::as_is)
    steps.push_back(replace_text(" ", kSpaceMark));
  if (steps.empty()) return nullptr;
  return steps.size() == 1 ? steps[0] : sequence("normalizers", std::move(steps));
}

Json pre_tokenizer_of(const SentencePieceOptions& options) {
  if (options.splits_at_spaces)
    return {{"type", "Split"},
            {"pattern", {{"String", " "}}},
            {"behavior", "MergedWithPrevious"},
            {"invert", false}};
  if (options.space == SpaceStyle::before_first) return metaspace("first", false);
  if (options.space == SpaceStyle::before_each) return metaspace("always", false);
  return nullptr;
}

Json decoder_of(SpaceStyle space) {
  Json steps = Json::array({replace_text(kSpaceMark, " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
  if (space != SpaceStyle::as_is)
    steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return sequence("decoders", std::move(steps));
}

Json added_pieces(const std::vector<Piece>& pieces) {
  Json added = Json::array();
  for (std::size_t id = 0; id < pieces.size(); ++id) {
    const auto type = pieces[id].type;
    if (type == PieceType::control || type == PieceType::unknown || type == PieceType::user_defined)
      added.push_back(to_json(AddedToken{.id = static_cast<std::int32_t>(id),
                                         .content = pieces[id].text,
                                         .special = type != PieceType::user_defined}));
  }
  return added;
}

void check_scores(const std::vector<Piece>& pieces, const std::string& source) {
  for (std::size_t id = 0; id < pieces.size(); ++id)
    if (!std::isfinite(pieces[id].score))
      throw Error(ErrorKind::corrupt_data,
                  "the score of piece " + std::to_string(id) + " is not a finite number")
          .in(source);
}

std::vector<std::string> texts_of(const std::vector<Piece>& pieces) {
  std::vector<std::string> texts;
  texts.reserve(pieces.size());
  for (const auto& piece : pieces) texts.push_back(piece.text);
  return texts;
}

}  // namespace

Json merges_of_pieces(const std::vector<Piece>& pieces, MergeOrder order, const std::string& source) {
  std::vector<Cut> cuts = cuts_of(pieces, source);  // by id, then the shorter left part
  if (order == MergeOrder::by_score) sort_by_score(cuts, pieces);
  if (order == MergeOrder::by_id)
    std::sort(cuts.begin(), cuts.end(),
              [](const Cut& a, const Cut& b) { return a.id != b.id ? a.id < b.id : a.left > b.left; });
  Json::array_t merges;
  merges.reserve(cuts.size());
  for (const auto& cut : cuts) {
    const std::string& text = pieces[cut.id].text;
    merges.push_back(Json::array({text.substr(0, cut.bytes), text.substr(cut.bytes)}));
  }
  return merges;
}

TokenizerParts sentencepiece_bpe(const std::vector<Piece>& pieces, const SentencePieceOptions& options,
                                 const std::string& source) {
  check_scores(pieces, source);
  BpeOptions bpe{.fuse_unk = true, .byte_fallback = options.byte_fallback};
  for (const auto& piece : pieces)
    if (piece.type == PieceType::unknown && !bpe.unk_token) bpe.unk_token = piece.text;
  TokenizerParts parts;
  Json vocab = vocabulary(texts_of(pieces), source);  // first: it refuses duplicates
  parts.model = bpe_model(std::move(vocab), merges_of_pieces(pieces, options.order, source), bpe);
  parts.added_tokens = added_pieces(pieces);
  parts.normalizer = normalizer_of(options);
  parts.pre_tokenizer = pre_tokenizer_of(options);
  parts.decoder = decoder_of(options.space);
  return parts;
}

TokenizerParts xlm_roberta_unigram(const std::vector<Piece>& pieces, const std::string& charsmap,
                                   const std::string& source) {
  check_scores(pieces, source);
  std::vector<Piece> arranged = {{"<s>", 0, PieceType::control},
                                 {"<pad>", 0, PieceType::control},
                                 {"</s>", 0, PieceType::control},
                                 {"<unk>", 0, PieceType::unknown}};
  for (std::size_t id = 3; id < pieces.size(); ++id) arranged.push_back(pieces[id]);
  arranged.push_back({"<mask>", 0, PieceType::control});
  Json vocab = Json::array();
  for (const auto& piece : arranged) {
    if (!is_valid_utf8(piece.text))
      throw Error(ErrorKind::corrupt_data, "a piece is not valid UTF-8").in(source);
    vocab.push_back(Json::array({piece.text, static_cast<double>(piece.score)}));
  }
  TokenizerParts parts;
  parts.model = {{"type", "Unigram"}, {"unk_id", 3}, {"byte_fallback", false}, {"vocab", std::move(vocab)}};
  if (!charsmap.empty())
    parts.normalizer = {{"type", "Precompiled"}, {"precompiled_charsmap", base64_encode(charsmap)}};
  parts.pre_tokenizer =
      sequence("pretokenizers", Json::array({{{"type", "WhitespaceSplit"}}, metaspace("always", true)}));
  parts.decoder = metaspace("always", true);
  parts.added_tokens = added_pieces(arranged);
  const SpecialToken bos{"<s>", 0}, eos{"</s>", 2};
  parts.post_processor = template_processing(bos, eos);
  return parts;
}

}  // namespace qinglan
