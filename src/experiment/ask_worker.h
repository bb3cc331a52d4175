#pragma once
// A question that the worker answers at once with one line on standard output.

#include <string>
#include <vector>

namespace qinglan {

// Starts `worker` with `arguments` and returns the last line it says. Throws the error that it answers with,
// or Error{io} when it says nothing.
std::string ask_worker(const std::string& worker, const std::vector<std::string>& arguments);

}  // namespace qinglan
