#pragma once
// Stress suites: runs beside a spec's own, of the same student, supervisor and method, with the labels, the
// texts or the test rows spoilt in stated ways (METHODS T34-T43). What they mean is judged from their records
// (audit/stress.h).

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "experiment/observer.h"
#include "experiment/spec.h"
#include "record/record.h"
#include "store/store.h"

namespace qinglan {

std::vector<std::string> suite_names();

struct Suite {
  std::vector<Spec> runs;                       // the first one's first cell is the spec's, unspoilt
  std::map<std::string, std::string> left_out;  // test -> why it cannot be made of this spec
};

// Of `cell`. The rows' texts choose the words, never their truth. Parts share what is equal with the spec's
// own run.
Suite standard_suite(const Spec& spec, const CellSpec& cell, const Inputs& inputs,
                     const std::vector<std::string>& classes);

// The most frequent word, of equal ones the first in the order of bytes, of those that 3% to 10% of the texts
// have: four or more ASCII letters. Empty where there is none.
std::string quirk_word(const std::vector<std::string>& texts);

// A word that none of the texts has; empty where all of a few are taken.
std::string trigger_word(const std::vector<std::string>& texts);

struct SuiteRecords {
  std::vector<Record> records;
  std::map<std::string, std::string> left_out;
};

// The suite of that name of the spec's primary cell (claim.primary, else the first one), computed as run_spec
// does. A part whose data cannot be read is left out with the reason. Throws Error{usage} for an unknown
// name, and what run_spec throws.
SuiteRecords run_suite(const std::string& name, const Spec& spec, Store& store, const std::string& worker,
                       RunObserver& observer, const std::atomic<int>& stop);

}  // namespace qinglan
