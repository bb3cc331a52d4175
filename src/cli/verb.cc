#include "cli/verb.h"

namespace qinglan {

std::span<const VerbEntry> verbs() {
  static constexpr VerbEntry kVerbs[] = {add_run,   add_plan,      add_watch,     add_report, add_compare,
                                         add_audit, add_forecasts, add_export,    add_doctor, add_models,
                                         add_data,  add_methods,   add_combiners, add_compat, add_corruptors,
                                         add_spec,  add_schema};
  return kVerbs;
}

}  // namespace qinglan
