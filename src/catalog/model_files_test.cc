#include "catalog/model_files.h"

#include <gmock/gmock.h>

#include "io/test_support.h"

namespace qinglan {
namespace {

using Names = std::vector<std::string>;

TEST(ModelFiles, WhatAModelNeedsIsTaken) {
  const Names all{".gitattributes",        "README.md",       "config.json",       "flax_model.msgpack",
                  "model.safetensors",     "onnx/model.onnx", "pytorch_model.bin", "tokenizer.json",
                  "tokenizer_config.json", "train.py"};
  EXPECT_EQ(choose_files(all, {}, "a/b"), (Names{"README.md", "config.json", "model.safetensors",
                                                 "tokenizer.json", "tokenizer_config.json"}));
}

TEST(ModelFiles, AnIndexStandsForShards) {
  const Names all{"config.json", "model-1.safetensors", "model-2.safetensors",
                  "model.safetensors.index.json"};
  EXPECT_EQ(choose_files(all, {}, "a/b"), (Names{"config.json", "model.safetensors.index.json"}));
  EXPECT_EQ(
      shards_in(
          R"({"weight_map":{"x":"model-2.safetensors","y":"model-1.safetensors","z":"model-2.safetensors"}})",
          all, "index"),
      (Names{"model-1.safetensors", "model-2.safetensors"}));
  for (const char* bad :
       {R"({"weight_map":{"x":"../../etc/passwd"}})", R"({"weight_map":{"x":"other.safetensors"}})",
        R"({"weight_map":{"x":3}})", R"({"weight_map":{}})", R"({"weight_map":[]})", "{}", "{"})
    expect_error(ErrorKind::corrupt_data, {"index"}, [&] { shards_in(bad, all, "index"); });
}

TEST(ModelFiles, OneGgufIsTakenAloneOfSeveralOneMustBeNamed) {
  EXPECT_EQ(choose_files({"README.md", "a.gguf", "config.json"}, {}, "a/b"), (Names{"README.md", "a.gguf"}));
  const Names two{"README.md", "a.gguf", "b.gguf"};
  expect_error(ErrorKind::usage, {"several", "a.gguf, b.gguf", "--file a.gguf"},
               [&] { choose_files(two, {}, "a/b"); });
  EXPECT_EQ(choose_files(two, {.files = {"b.gguf"}}, "a/b"), Names{"b.gguf"});
  expect_error(ErrorKind::usage, {"no file c.gguf", "did you mean a.gguf?"},
               [&] { choose_files(two, {.files = {"c.gguf"}}, "a/b"); });
}

TEST(ModelFiles, PickleIsNeverTaken) {
  const Names pickle{"config.json", "pytorch_model.bin", "tokenizer.json"};
  expect_error(ErrorKind::unsupported, {"pickle", "pytorch_model.bin", "save_pretrained"},
               [&] { choose_files(pickle, {}, "a/b"); });
  expect_error(ErrorKind::unsupported, {"pickle"},
               [&] { choose_files(pickle, {.files = {"pytorch_model.bin"}}, "a/b"); });
  expect_error(ErrorKind::unsupported, {"pickle"},
               [&] { choose_files(pickle, {.patterns = {"*.bin"}}, "a/b"); });
  EXPECT_EQ(choose_files(pickle, {.patterns = {"*"}}, "a/b"), (Names{"config.json", "tokenizer.json"}));
  expect_error(ErrorKind::usage, {"matches *.gguf"},
               [&] { choose_files(pickle, {.patterns = {"*.gguf"}}, "a/b"); });
  expect_error(ErrorKind::unsupported, {"no weights"}, [] { choose_files({"config.json"}, {}, "a/b"); });
}

}  // namespace
}  // namespace qinglan
