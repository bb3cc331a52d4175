#pragma once
// The arguments that say which run is meant: a spec with its settings, and a store.

#include <CLI/CLI.hpp>
#include <string>

#include "experiment/spec.h"
#include "store/store.h"

namespace qinglan {

struct SpecArguments {
  std::string spec, store;
  SpecOptions options;

  // `what` describes the positional argument.
  void add_to(CLI::App& verb, const std::string& what);
  Spec read() const { return read_spec(spec, options); }
  Store open_store() const { return Store(store.empty() ? default_store_root() : store); }
};

// qinglan-worker, which lies beside this program.
std::string worker_path();

}  // namespace qinglan
