#pragma once
// How a record tells of students that were taught to hide what they can (METHODS T38).

namespace qinglan {

inline constexpr char kLockedStage[] = "start:locked";        // of a method whose student starts so
inline constexpr char kLockedControl[] = "locked, untaught";  // that start, before any weak label
inline constexpr char kLockingPurpose[] = "locking";          // of the true labels that it has seen

}  // namespace qinglan
