#pragma once
// Atomic publishing: temp, sync, rename, sync of the parent. A reader sees the old whole or the new whole.

#include <string>
#include <string_view>

#include "io/file_system.h"

namespace qinglan {

// Writes `path` so that it is never seen half-written. The temporary lies beside it, named with the process
// id; after a kill it may stay behind (`is_temporary` knows its name). Missing parent folders are made,
// durably.
void publish_file(FileSystem& fs, const std::string& path, Pieces pieces);
void publish_file(FileSystem& fs, const std::string& path, std::string_view bytes);

// True for the names that publish_file gives to its temporaries.
bool is_temporary(std::string_view name);

// Moves a finished folder to `target`: every file below is synced, folders too, then one rename. Missing
// parent folders of `target` are made, durably. Throws Error{io}, also where a file has the target's name;
// `folder` stays then. Returns false (and removes `folder`) when `target` is already there: somebody else
// published the same thing.
bool publish_folder(FileSystem& fs, const std::string& folder, const std::string& target);

}  // namespace qinglan
