#pragma once
// Reading a mapped file that somebody else cuts meanwhile. The system answers with SIGBUS, which ends the
// process; within the life of a TornRead the bytes that went read as zeros instead, and check() then throws.
// Outside of one, SIGBUS is as fatal as ever: a crash is better than zeros that nobody looks for. Bytes
// between the file's new end and the end of its page read as zeros without any sign; that is the system's
// doing and stays so.

#include <cstddef>
#include <span>
#include <string>

namespace qinglan {

class TornRead {
 public:
  // Covers reads of `bytes` by this thread. They may be of memory that is no mapped file; then nothing
  // happens.
  explicit TornRead(std::span<const std::byte> bytes);
  ~TornRead();
  TornRead(const TornRead&) = delete;
  TornRead& operator=(const TornRead&) = delete;

  // Throws Error{io} if some of the bytes went, whichever thread met that first.
  void check(const std::string& path) const;

  // To be called when a file is unmapped: its addresses may serve another one.
  static void forget(std::span<const std::byte> bytes);

 private:
  std::span<const std::byte> bytes_;
  std::span<const std::byte> outer_;  // what the thread had covered before
};

}  // namespace qinglan
