#pragma once
// For the tests of io/: the tables of hostile files, one a format.

#include "io/hostile_table.h"

namespace qinglan {

HostileTable safetensors_table();
HostileTable gguf_table();

}  // namespace qinglan
