#pragma once
// Keys of the two artifacts of a data set: inputs by id, ground truth by id.

#include "experiment/node.h"
#include "experiment/spec.h"
#include "store/digest_memo.h"

namespace qinglan {

Node dataset_node(const Spec& spec, DigestMemo& memo);
Node truth_node(const Spec& spec, DigestMemo& memo);

}  // namespace qinglan
