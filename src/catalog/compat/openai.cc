#include "catalog/compat/all.h"

namespace qinglan {

Compat openai_compat() {
  return {
      "openai-6b450f2",
      "github.com/openai/weak-to-strong, commit 6b450f2 (train_simple.py, train.py, loss.py, model.py)",
      "OpenAI's public code after Burns et al. 2023: full tuning of GPT-2 and larger by Adam, logconf as "
      "coded",
      {
          {"full tuning", "learner.tune", "full",
           "all weights are trained; ours fits a probe unless told otherwise"},
          {"rate of the supervisor", "supervisor.lr", 5e-5, "its rate of gpt2 and gpt2-medium; ours 3e-5"},
          {"rate of the student", "student.lr", 1e-5,
           "its rate of gpt2-large and all larger models; ours 3e-5"},
          {"one rate", "learner.head_lr", nullptr,
           "the head learns at the rate of the weights below it; ours 1e-3", "lr"},
          {"cosine", "learner.schedule", "cosine", "the rate falls as half a cosine; ours falls linearly"},
          {"no warm-up", "learner.warmup", 0.0,
           "the first step has the full rate; ours rises over a tenth of them"},
          {"no clipping", "learner.clip", 0.0, "gradients are taken as they are; ours have norm 1 at most"},
          {"one order", "learner.order", "repeat",
           "rows are shuffled once, and every epoch sees that order; batches run over the ends of epochs, "
           "and what is "
           "left of the last is dropped; ours shuffles every epoch and drops nothing"},
          {"fp32", "learner.dtype", "float32",
           "models of the GPT-2 family are loaded in fp32; ours takes bf16 where "
           "that is faster"},
          {"context", "learner.max_tokens", 1023, "texts of fewer than 1,024 tokens; ours of at most 512"},
          {"not balanced", "data.balance", false, "rows as they are; ours drops majority rows beyond 55%"},
          {"quantile of the batch", "method.logconf.threshold", "quantile",
           "class 0 where p_0 is at least the quantile of the batch's p_0 at the batch's mean y_1: of 32 "
           "rows at .26, 9 "
           "and not 8 are class 1, and rows that tie (all of them, at first) are class 0"},
          {"jump of the weight", "method.logconf.jump", true,
           "the weight during warm-up is alpha times the share of training done, 0.05 at its end, and then "
           "0.5 at "
           "once (pull request 33 of that repository); ours rises to 0.5"},
          {"warm-up of logconf", "method.logconf.warmup", 0.1,
           "over a tenth of the steps; ours, as the paper, a fifth"},
          {"product without warm-up", "method.product.warmup", 0.0,
           "the loss product declares a warm-up and has none"},
      },
      {"batches of 32 rows, 2 epochs, Adam with betas .9 and .999 and no weight decay, no dropout, soft "
       "labels, the loss "
       "in fp32 and over the whole batch",
       "a head without bias that starts from zero, read at the last token",
       "the ceiling learns from the rows that the student learns from (train_weak_to_strong.py)"},
      {"texts that are too long are dropped there, by each model's own tokenizer, so that models are tested "
       "on different "
       "rows; here they are cut, and counted",
       "which row stands where in its order: rows are drawn and shuffled there by the seeds of NumPy and of "
       "the package "
       "datasets, here by streams of our own",
       "token 0 counts as padding there, so that a text with GPT-2's \"!\" is read at a wrong position",
       "a run that finds its own results evaluates the untrained model there and overwrites them",
       "rates go by the model's name there, here by its role; set lr for another",
       "y = 0 rules a class out for good in its product loss; here y is at least 1e-6",
       "linear_probe trains a head by Adam there; our probe is fitted to its minimum",
       "Adafactor, its optimizer of the 72B model"}};
}

}  // namespace qinglan
