#include "text/sentencepiece_model.h"

#include <cstdint>
#include <cstring>

#include "base/error.h"
#include "io/utf8.h"

namespace qinglan {
namespace {

// A protocol buffer's wire format: varint keys (number << 3 | type), then a varint (0), 8 bytes (1), a length
// and bytes (2) or 4 bytes (5).
class Fields {
 public:
  Fields(std::string_view bytes, std::uint64_t start, const std::string& source)
      : bytes_(bytes), start_(start), source_(source) {}

  // Goes on to the next field; false at the end.
  bool next() {
    if (at_ == bytes_.size()) return false;
    const std::uint64_t key = varint();
    number_ = key >> 3;
    type_ = static_cast<int>(key & 7);
    if (number_ == 0) throw corrupt("a field has number 0");
    switch (type_) {
      case 0:
        value_ = varint();
        return true;
      case 1:
        take(8);
        return true;
      case 2: {
        const std::uint64_t length = varint();
        take(length);
        return true;
      }
      case 5:
        take(4);
        return true;
      default:
        throw corrupt("a field has wire type " + std::to_string(type_)).expected("0, 1, 2 or 5");
    }
  }

  std::uint64_t number() const { return number_; }

  std::uint64_t integer() const { return need(0), value_; }
  bool boolean() const { return integer() != 0; }
  std::string_view bytes() const { return need(2), content_; }
  std::string text() const {
    const std::string_view content = bytes();
    if (!is_valid_utf8(content)) throw corrupt("a text is not valid UTF-8");
    return std::string(content);
  }
  float real() const {
    need(5);
    float value;
    std::memcpy(&value, content_.data(), sizeof value);
    return value;
  }
  Fields message() const { return {bytes(), start_ + at_ - content_.size(), source_}; }

  Error corrupt(const std::string& what) const {
    return Error(ErrorKind::corrupt_data, "not a SentencePiece model: " + what)
        .in(source_)
        .offset(start_ + at_);
  }

 private:
  void need(int type) const {
    if (type_ != type)
      throw corrupt("field " + std::to_string(number_) + " has another wire type")
          .expected(std::to_string(type))
          .found(std::to_string(type_));
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) throw corrupt("it ends inside a number");
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    throw corrupt("a number is longer than ten bytes");
  }

  void take(std::uint64_t length) {
    if (length > bytes_.size() - at_)
      throw corrupt("it ends inside a field")
          .expected(std::to_string(length) + " bytes")
          .found(std::to_string(bytes_.size() - at_));
    content_ = bytes_.substr(at_, length);
    at_ += length;
  }

  std::string_view bytes_, content_;
  std::uint64_t start_, at_ = 0, number_ = 0, value_ = 0;
  int type_ = 0;
  const std::string& source_;
};

Piece read_piece(Fields fields) {
  Piece piece;
  while (fields.next()) {
    if (fields.number() == 1) piece.text = fields.text();
    if (fields.number() == 2) piece.score = fields.real();
    if (fields.number() == 3) {
      const auto type = fields.integer();
      if (type < 1 || type > 6) throw fields.corrupt("piece type " + std::to_string(type)).expected("1 to 6");
      piece.type = static_cast<PieceType>(type);
    }
  }
  return piece;
}

void read_trainer(Fields fields, SentencePieceModel& model) {
  while (fields.next()) {
    if (fields.number() == 3) {
      const auto kind = fields.integer();
      if (kind < 1 || kind > 4) throw fields.corrupt("model type " + std::to_string(kind)).expected("1 to 4");
      model.kind = static_cast<SentencePieceModel::Kind>(kind);
    }
    if (fields.number() == 35) model.byte_fallback = fields.boolean();
    if (fields.number() == 41) model.bos = static_cast<std::int32_t>(fields.integer());
    if (fields.number() == 42) model.eos = static_cast<std::int32_t>(fields.integer());
  }
}

void read_normalizer(Fields fields, SentencePieceModel& model) {
  while (fields.next()) {
    if (fields.number() == 2) model.charsmap = fields.bytes();
    if (fields.number() == 3) model.adds_prefix_space = fields.boolean();
    if (fields.number() == 4) model.removes_extra_spaces = fields.boolean();
    if (fields.number() == 5) model.escapes_spaces = fields.boolean();
  }
}

}  // namespace

SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& source) {
  SentencePieceModel model;
  Fields fields(bytes, 0, source);
  while (fields.next()) {
    if (fields.number() == 1) model.pieces.push_back(read_piece(fields.message()));
    if (fields.number() == 2) read_trainer(fields.message(), model);
    if (fields.number() == 3) read_normalizer(fields.message(), model);
  }
  if (model.pieces.empty()) throw fields.corrupt("it has no pieces");
  for (const std::int32_t id : {model.bos, model.eos})
    if (id < -1 || (id >= 0 && static_cast<std::size_t>(id) >= model.pieces.size()))
      throw Error(ErrorKind::corrupt_data, "the begin or end token is outside the vocabulary")
          .in(source)
          .expected("below " + std::to_string(model.pieces.size()))
          .found(std::to_string(id));
  return model;
}

}  // namespace qinglan
