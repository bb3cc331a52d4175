#include "experiment/node.h"

#include <gtest/gtest.h>

#include "experiment/assemble.h"
#include "experiment/job.h"

namespace qinglan {
namespace {

Node example() {
  Node node;
  node.kind = "weak_to_strong";
  node.params = {{"seed", 1}, {"lr", 0.1}};
  node.inputs = {{"dataset", std::string(64, 'a')}};
  node.profile = {{"threads", 2}};
  node.files = {{"model", "/models/a.gguf"}};
  node.base = "file";
  node.title = "student";
  return node;
}

TEST(Node, KeyIsPinnedForEver) {  // a change here makes every store cold
  EXPECT_EQ(example().key(), "3a9dcd4e585ca161b29cf7d3648c4bdab22b9ca9b21388444a1f315fb84b4f1e");
}

TEST(Node, WhatSeesTruthSharesNoProcessWithAStudentOfWeakLabelsAlone) {
  Node gold = example(), ceiling = example(), another = example();
  gold.inputs["gold"] = std::string(64, 'c');
  ceiling.inputs["truth"] = std::string(64, 'd');
  another.params["seed"] = 2;
  EXPECT_EQ(company_of(another), company_of(example()));
  EXPECT_NE(company_of(gold), company_of(example()));
  EXPECT_NE(company_of(ceiling), company_of(example()));
  EXPECT_NE(company_of(ceiling), company_of(gold));
}

TEST(Node, KeyKnowsWorkAndNotPlaces) {
  const std::string key = example().key();
  Node moved = example();
  moved.files["model"] = "/elsewhere/a.gguf";
  moved.base = "compute";
  moved.recompute = true;
  moved.title = "renamed";
  EXPECT_EQ(moved.key(), key);
  for (const auto change :
       {+[](Node& n) { n.kind = "control"; }, +[](Node& n) { n.params["lr"] = 0.2; },
        +[](Node& n) { n.inputs["dataset"][0] = 'b'; }, +[](Node& n) { n.profile["threads"] = 1; }}) {
    Node other = example();
    change(other);
    EXPECT_NE(other.key(), key);
  }
}

TEST(Job, RoundTrips) {
  const Job job{"/store", "/store/tmp/1", 2, {example()}};
  const Job back = job_from_json(parse_json(canonical_json(to_json(job)), "t"), "t");
  ASSERT_EQ(back.nodes.size(), 1u);
  EXPECT_EQ(back.nodes[0].key(), example().key());
  EXPECT_EQ(back.nodes[0].files, example().files);
  EXPECT_EQ(back.nodes[0].base, "file");
  EXPECT_FALSE(back.nodes[0].recompute);
  EXPECT_EQ(back.threads, 2);
}

double share_above(const std::vector<float>& logits, const std::vector<float>& bias) {
  double above = 0;
  for (std::size_t i = 0; i < logits.size(); i += 2) above += logits[i + 1] + bias[1] > logits[i] + bias[0];
  return above / (static_cast<double>(logits.size()) / 2);
}

TEST(MatchedBias, GivesThePriorsShare) {
  std::vector<float> logits;
  for (int i = 0; i < 100; ++i) logits.insert(logits.end(), {0.0f, static_cast<float>(i) / 10 - 2});
  for (const double prior : {0.0, 0.1, 0.5, 0.73, 1.0})
    EXPECT_NEAR(share_above(logits, matched_bias(logits, {1 - prior, prior})), prior, 1e-9);
}

TEST(MatchedBias, KeepsTiesWhole) {
  const std::vector<float> logits = {0, 1, 0, 1, 0, 1, 0, -1};
  EXPECT_DOUBLE_EQ(share_above(logits, matched_bias(logits, {0.5, 0.5})), 0.75);
  EXPECT_DOUBLE_EQ(share_above(logits, matched_bias(logits, {0.75, 0.25})), 0);
  EXPECT_TRUE(matched_bias({1, 2, 3}, {0.2, 0.3, 0.5}).empty());
}

}  // namespace
}  // namespace qinglan
