#pragma once
// One file of a model brought into the cache: downloaded where it is not there yet, with resume, size and
// digest checked, then linked into its snapshot. Killed at any moment it leaves the cache whole, and the next
// call goes on where this one ended. Two at once take turns on each file.

#include <cstdint>
#include <functional>
#include <string>

#include "io/hub_client.h"

namespace qinglan {

// Who is told how a download goes.
class FetchObserver {
 public:
  virtual ~FetchObserver() = default;
  virtual void planned(std::size_t files, std::uint64_t bytes) = 0;  // all of them, and what is not there yet
  virtual void started(const HubFile& file, std::uint64_t there) = 0;  // bytes that an earlier try left
  virtual void progressed(const HubFile& file, std::uint64_t done) = 0;
  virtual void finished(const HubFile& file, bool reused) = 0;
  virtual void note(const std::string& text) = 0;
};

// Bytes of the file that are still to come: 0 when the cache has it.
std::uint64_t bytes_to_come(const std::string& model, const HubFile& file);

// Throws what HubClient throws, Error{corrupt_data} when the bytes are not those that the hub promised, and
// Error{io} when they cannot be written.
void download(HubClient& hub, const std::string& model, const std::string& commit, const HubFile& file,
              FetchObserver& observer);

// Throws Error{io} when the disk has not so much room.
void check_room(std::uint64_t bytes);

}  // namespace qinglan
