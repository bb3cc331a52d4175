// Rows to choose a student by are held out of its weak labels; ground truth is no such thing. Built twice: as
// it is it must compile, with QL_BY_TRUTH it must not.
#include "data/held_out.h"

using namespace qinglan;

HeldOutLabels labels_to_choose_by(const WeakLabels& labels, const GroundTruth& truth,
                                  const std::set<std::string>& rows) {
#ifdef QL_BY_TRUTH
  return hold_out(truth, rows);
#else
  static_cast<void>(truth);
  return hold_out(labels, rows);
#endif
}
