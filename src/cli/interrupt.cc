#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

namespace qinglan {
namespace {

std::atomic<int> received{0};

void on_signal(int number) {
  if (received.exchange(number)) _exit(128 + number);
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<int>& stop_signal() { return received; }

}  // namespace qinglan
