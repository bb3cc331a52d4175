#include "catalog/compat/all.h"

namespace qinglan {

Compat eleuther_compat() {
  return {
      "eleuther-a929af0",
      "github.com/EleutherAI/w2s, commit a929af0 (run.py, w2s/sft.py, w2s/sft_config.py, w2s/loss.py, "
      "w2s/model.py)",
      "EleutherAI's code: LoRA by transformers' Trainer, logconf with a buffer of the last 32 answers",
      {
          {"adapters", "learner.tune", "lora", "low-rank adapters; ours fits a probe unless told otherwise"},
          {"scale of adapters", "learner.lora_alpha", 8.0, "PEFT's default, a scale of 1; ours 16"},
          {"rate of the supervisor", "supervisor.lr", 5e-4, "weak_lr; ours 3e-4"},
          {"rate of the student", "student.lr", 8e-5, "strong_lr; ours 3e-4"},
          {"one rate", "learner.head_lr", nullptr, "the head learns at the adapters' rate; ours 1e-3", "lr"},
          {"small head", "learner.head", "small", "normal(0, 0.02) times 0.01; ours starts from zero"},
          {"epochs", "learner.epochs", 3, "3; ours 2"},
          {"cosine", "learner.schedule", "cosine", "the rate falls as half a cosine; ours falls linearly"},
          {"warm-up in steps", "learner.warmup_steps", 40, "over 40 steps; ours over a tenth of them"},
          {"warm-up from zero", "learner.ramp", "zero",
           "the first step has no rate; ours has the first share of it"},
          {"weight decay", "learner.weight_decay", 0.1, "AdamW with 0.1; ours none"},
          {"decay of matrices", "learner.decay", "matrices",
           "transformers' Trainer spares biases and norms; ours decays all alike"},
          {"beta2", "learner.beta2", 0.95, "0.95; ours 0.999"},
          {"a stream of rows", "learner.order", "stream",
           "what is left of an epoch, less than a batch, is accumulated into the next one's first step "
           "(transformers of "
           "2024; later ones step at its end); ours takes it as a smaller batch"},
          {"context", "learner.max_tokens", 1 << 20, "as much as the model reads; ours at most 512 tokens"},
          {"balanced", "data.balance", true, "majority rows are dropped always; ours beyond 55%"},
          {"buffer of answers", "method.logconf.threshold", "buffer",
           "the threshold is the median of the last 32 rows' p_0, that of the row itself among them, and "
           "older ones from "
           "before the last step; ours ranks the batch"},
          {"warm-up of logconf in steps", "method.logconf.warmup_steps", 100,
           "over 100 steps; ours over a fifth"},
          {"warm-up of entropy in steps", "method.entropy_compat.warmup_steps", 100,
           "over 100 steps; ours over a fifth"},
      },
      {"batches of 32 rows, clipped at norm 1, adapters of rank 8 without dropout, soft labels, the loss in "
       "fp32",
       "a head without bias, read at the last token", "the window loss with radius 0.15, and \"midweak\"",
       "ground truth is learned by plain cross-entropy whatever the loss"},
      {"adapters on the feed-forward matrices: ours are on q, k, v and o alone",
       "the best of all checkpoints, by AUROC on held-out labels every 25 steps, is taken there; ours is the "
       "last",
       "the supervisor labels the rows that it was trained on there; ours labels the other half",
       "which row stands where in its order: transformers' samplers are seeded in their own way",
       "models that have dropout train with it there (GPT-2; Llama, Qwen and Mistral have none); ours never "
       "do",
       "its loss entropy is the method entropy_compat here; `entropy` is what its name says",
       "balance_batch, off by default", "TF32 products on GPUs"}};
}

}  // namespace qinglan
