#include "catalog/stages/all.h"

namespace qinglan {

StageInfo retrain_confident_stage() {
  return {
      {"retrain:confident",
       "p_i: answers of a first student that the loss trains on the labels so far; keep the round(n keep) "
       "of the n rows with the largest max_c p_ic, and train anew on their one-hot argmax_c p_ic "
       "(student-hard), on p_i (student), or on y_i as it was (weak; abstentions are dropped first)",
       "Liu, Dong and Lei 2025, Does Weak-to-strong Generalization Happen under Spurious Correlations? "
       "(arXiv 2509.24005, by its abstract and a second reading; there the kept rows are learned by "
       "generalized cross-entropy, here by the pipeline's loss)",
       "the student is right where it is sure, as where the supervisor errs by a spurious feature that few "
       "rows contradict",
       {kept_parameter("share of the rows kept, those the first student is surest of"),
        {"labels",
         "student-hard",
         "what is learned of the kept rows: the first student's classes, its probabilities, or the weak "
         "labels",
         0,
         0,
         {"student-hard", "student", "weak"}}}},
      false,
      false,
      StageAnswers::first_student};
}

StageInfo relabel_student_stage() {
  return {
      {"relabel:student",
       "y_i <- p_i, answers of a student that the loss trains on the labels so far; again with a student of "
       "these labels, rounds times in all; abstentions get a label",
       "EleutherAI/w2s, s2s iterations; Burns et al. 2023 (arXiv 2312.09390), bootstrapping with one model",
       "each student corrects some of the labels that it was taught, and the next one learns from that",
       {{"rounds", 1, "students that relabel, one after the other", 1, 10},
        {"hard", false, "give the class argmax_c p_ic, not the probabilities", 0, 0}}},
      false,
      false,
      StageAnswers::first_student};
}

}  // namespace qinglan
