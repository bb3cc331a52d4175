#include "cli/interrupt.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

namespace qinglan {
namespace {

// Who stops a process and its group, as timeout(1) does, sends one stop twice.
constexpr std::int64_t kOneStop = 300;  // ms

std::atomic<int> received{0};
std::atomic<std::int64_t> received_at{0};

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

void on_signal(int number) {
  const std::int64_t at = now();
  if (received == 0) {
    received_at = at;
    received = number;
  } else if (at - received_at > kOneStop) {
    _exit(128 + number);
  }
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<int>& stop_signal() { return received; }

}  // namespace qinglan
