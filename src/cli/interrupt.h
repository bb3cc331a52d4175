#pragma once
// SIGINT and SIGTERM: the first asks a run to stop after saving, the next, if it is not the same stop, ends
// the program at once.

#include <atomic>

namespace qinglan {

void catch_signals();
const std::atomic<int>& stop_signal();  // 0, else the signal's number

}  // namespace qinglan
