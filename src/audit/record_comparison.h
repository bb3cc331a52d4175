#pragma once
// Two runs on the same test rows, cell by cell: is the second one's student better?

#include <string>
#include <vector>

#include "audit/judgement.h"
#include "record/record.h"

namespace qinglan {

struct CellPair {
  std::string a, b;           // ids
  Estimate score_a, score_b;  // weak-to-strong, over the seeds that both cells have
  Comparison difference;      // b - a, paired by seed and item; Holm over all pairs
};

struct RecordComparison {
  std::string metric;  // the first record's declared one
  std::vector<CellPair> pairs;
  std::vector<std::string> only_a, only_b;  // ids of cells without a partner
};

// Cells of one id are partners; two records of one cell each are compared whatever their ids. Throws
// Error{invalid_input} where the test rows, their truth or the classes are not the same (their order may
// differ), and what judge() throws of a record.
RecordComparison compare_records(const Record& a, const Record& b);

// {"schema","metric","a":{"name","run"},"b":{…},"pairs":[{"a","b","score_a":E,"score_b":E,"difference":E and
// p, p_holm, family}],"only_a":[id],"only_b":[id]}.
Json comparison_document(const Record& a, const Record& b, const RecordComparison& comparison);

}  // namespace qinglan
