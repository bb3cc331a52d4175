#pragma once
// For fuzzers whose input is JSON: changes a value of the parsed text most of the time, so that what comes
// out is JSON still, and bytes of it at other times. To be called from LLVMFuzzerCustomMutator.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace qinglan::fuzz {

using Json = nlohmann::json;
using Dice = std::minstd_rand;

inline std::size_t below(Dice& dice, std::size_t end) {
  return end == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, end - 1)(dice);
}

// What libFuzzer makes of the text as bytes.
inline std::string mutate_bytes(std::string text, std::size_t most) {
  const std::size_t size = text.size();
  text.resize(std::max(most, size));
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, std::max(most, size)));
  return text;
}

inline Json odd_value(Dice& dice) {
  static const std::vector<Json> kOdd = {0,
                                         1,
                                         -1,
                                         2,
                                         3,
                                         7,
                                         8,
                                         64,
                                         1023,
                                         1025,
                                         4097,
                                         65536,
                                         16777217,
                                         100000000,
                                         INT32_MAX,
                                         UINT32_MAX,
                                         INT64_MAX,
                                         INT64_MIN,
                                         INT64_MAX - 1,
                                         UINT64_MAX,
                                         std::uint64_t{1} << 63,
                                         std::int64_t{1} << 42,
                                         0.0,
                                         -0.0,
                                         0.5,
                                         1.0,
                                         -1.5,
                                         1e-310,
                                         1e-30,
                                         1e18,
                                         1e19,
                                         1e308,
                                         -1e308,
                                         "",
                                         "a",
                                         "gelu",
                                         "../x",
                                         "a.safetensors",
                                         true,
                                         false,
                                         nullptr,
                                         Json::array(),
                                         Json::object(),
                                         Json::array({1, 2}),
                                         Json::array({"full_attention", "sliding_attention"})};
  return kOdd[below(dice, kOdd.size())];
}

inline void collect(Json& value, std::vector<Json*>& all) {
  all.push_back(&value);
  if (value.is_structured())
    for (Json& item : value) collect(item, all);
}

// `keys`: names that the reader of the text looks for, to be put in where they are not.
inline void mutate_value(Json& root, const std::vector<std::string>& keys, Dice& dice) {
  std::vector<Json*> all;
  collect(root, all);
  Json& chosen = *all[below(dice, all.size())];
  Json other = *all[below(dice, all.size())];
  switch (below(dice, 6)) {
    case 0:
      chosen = odd_value(dice);
      break;
    case 1:
      chosen = std::move(other);
      break;
    case 2:
      if (chosen.is_object() && !chosen.empty())
        chosen.erase(std::next(chosen.begin(), below(dice, chosen.size())));
      if (chosen.is_array() && !chosen.empty()) chosen.erase(below(dice, chosen.size()));
      break;
    case 3:
      if (chosen.is_object() && !keys.empty()) chosen[keys[below(dice, keys.size())]] = odd_value(dice);
      if (chosen.is_array()) chosen.push_back(std::move(other));
      break;
    case 4:
      if (chosen.is_object() && !keys.empty()) chosen[keys[below(dice, keys.size())]] = std::move(other);
      if (chosen.is_string()) chosen = mutate_bytes(chosen.get<std::string>(), 64);
      break;
    default:
      if (chosen.is_number_integer()) {
        const auto number = static_cast<std::uint64_t>(chosen.get<std::int64_t>());  // may wrap around
        chosen = static_cast<std::int64_t>(below(dice, 2) ? number + 1 : number - 1);
      }
      if (chosen.is_number_float()) chosen = chosen.get<double>() * (below(dice, 2) ? 2 : -0.5);
  }
}

inline std::string mutate_json(const std::string& text, std::size_t most,
                               const std::vector<std::string>& keys, Dice& dice) {
  most = std::min<std::size_t>(most, 1024);  // longer texts say nothing new and take their time
  Json root = below(dice, 8) > 0 ? Json::parse(text, nullptr, false) : Json(Json::value_t::discarded);
  if (root.is_discarded()) return mutate_bytes(text, most);
  for (std::size_t edits = 1 + below(dice, 4); edits > 0; --edits) mutate_value(root, keys, dice);
  const std::string mutated = root.dump(-1, ' ', false, Json::error_handler_t::replace);
  return mutated.size() <= most ? mutated : mutate_bytes(text, most);
}

// Ends a custom mutator: puts the text where libFuzzer wants it.
inline std::size_t deliver(std::string_view text, std::uint8_t* data, std::size_t most) {
  const std::size_t size = std::min(text.size(), most);
  std::memcpy(data, text.data(), size);
  return size;
}

}  // namespace qinglan::fuzz
