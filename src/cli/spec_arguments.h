#pragma once
// The arguments that say which run is meant: a spec with its settings, and a store.

#include <CLI/CLI.hpp>
#include <string>

#include "experiment/spec.h"
#include "record/record.h"
#include "store/store.h"

namespace qinglan {

struct SpecArguments {
  std::string spec, store;
  SpecOptions options;

  // `what` describes the positional argument.
  void add_to(CLI::App& verb, const std::string& what);
  // Settled on a device of this machine; where that is not the one asked for, standard error says why.
  Spec read() const;
  std::string store_root() const { return store.empty() ? default_store_root() : store; }
  Store open_store() const { return Store(store_root()); }
};

// The record of a run: a record file (.json), or what the store has of a spec. Throws Error{invalid_input}
// where the spec was not run there.
Record find_record(const SpecArguments& which);

// qinglan-worker, which lies beside this program.
std::string worker_path();

}  // namespace qinglan
