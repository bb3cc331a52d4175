#include "catalog/stages/all.h"

namespace qinglan {

StageInfo filter_overlap_stage() {
  return {
      {"filter:overlap",
       "conf_i = (max_c y_ic - 1/K) / (1 - 1/K), 2 |y - 1/2| for two classes; the change point of sorted "
       "conf "
       "(one breakpoint, least squares) parts hard rows below from the rest; of the rest s_i = max over hard "
       "rows j of |cos(x_i, x_j)|, x: hidden states; the change point of sorted s parts easy rows below from "
       "overlap rows above; keep the overlap rows; hard and easy ones and abstentions are dropped",
       "Shin, Cooper and Sala 2024, Weak-to-Strong Generalization Through the Data-Centric Lens (arXiv "
       "2412.03881)",
       "rows hold an easy pattern, by which the supervisor labels them rightly, beside a hard one, which the "
       "student learns from these labels; the supervisor's confidence tells the rows that have no easy one",
       {depth_parameter()}},
      true};
}

}  // namespace qinglan
