#pragma once
// A download's progress on standard error: a moving bar on a terminal, plain lines elsewhere.

#include <chrono>
#include <string>

#include "io/hub_download.h"

namespace qinglan {

class FetchProgress : public FetchObserver {
 public:
  explicit FetchProgress(bool terminal) : terminal_(terminal) {}

  void planned(std::size_t files, std::uint64_t bytes) override;
  void started(const HubFile& file, std::uint64_t there) override;
  void progressed(const HubFile& file, std::uint64_t done) override;
  void finished(const HubFile& file, bool reused) override;
  void note(const std::string& text) override;

 private:
  void line(const std::string& text);

  bool terminal_;
  std::uint64_t begun_at_ = 0;
  std::chrono::steady_clock::time_point start_{}, last_{};
};

// "1.2 GB"
std::string bytes_text(std::uint64_t bytes);

}  // namespace qinglan
