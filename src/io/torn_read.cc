#include "io/torn_read.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/error.h"

namespace qinglan {
namespace {

// Pages that a handler of SIGBUS has put zeros in place of. Only what a signal handler may use.
struct TornPages {
  std::atomic<std::uintptr_t> begin{0}, end{0};
};
std::array<TornPages, 64> torn_pages;
std::atomic<std::size_t> torn_count{0};

thread_local std::span<const std::byte> covered;  // by the innermost TornRead of the thread
struct sigaction earlier;

std::uintptr_t address_of(const std::byte* at) { return reinterpret_cast<std::uintptr_t>(at); }

// Puts zeros from the page that went to the end of what is covered: the file ends before it.
bool replace_with_zeros(std::uintptr_t fault) {
  const std::uintptr_t begin = address_of(covered.data()), end = begin + covered.size();
  if (fault < begin || fault >= end) return false;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t first = fault / page * page, last = (end + page - 1) / page * page;
  const std::size_t slot = torn_count;
  if (slot >= torn_pages.size()) return false;
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  if (::mmap(reinterpret_cast<void*>(first), last - first, PROT_READ, flags, -1, 0) == MAP_FAILED)
    return false;
  const std::size_t taken = torn_count++;
  if (taken >= torn_pages.size()) return false;
  torn_pages[taken].begin = first;
  torn_pages[taken].end = last;
  return true;
}

void on_bus_error(int signal, siginfo_t* info, void* context) {
  if (replace_with_zeros(reinterpret_cast<std::uintptr_t>(info->si_addr))) return;
  if (earlier.sa_flags & SA_SIGINFO) return earlier.sa_sigaction(signal, info, context);
  ::sigaction(SIGBUS, &earlier, nullptr);  // the read is tried again, and meets what was there before us
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, &earlier);
  });
}

bool overlaps(const TornPages& torn, std::span<const std::byte> bytes) {
  return torn.begin < address_of(bytes.data()) + bytes.size() && torn.end > address_of(bytes.data());
}

}  // namespace

TornRead::TornRead(std::span<const std::byte> bytes) : bytes_(bytes), outer_(covered) {
  install_handler();
  covered = bytes;
}

TornRead::~TornRead() { covered = outer_; }

void TornRead::check(const std::string& path) const {
  for (std::size_t i = 0; i < torn_count && i < torn_pages.size(); ++i)
    if (overlaps(torn_pages[i], bytes_))
      throw Error(ErrorKind::io, "the file became shorter while it was read").in(path).hint("read it again");
}

void TornRead::forget(std::span<const std::byte> bytes) {
  for (std::size_t i = 0; i < torn_count && i < torn_pages.size(); ++i)
    if (overlaps(torn_pages[i], bytes)) torn_pages[i].begin = torn_pages[i].end = 0;
}

}  // namespace qinglan
