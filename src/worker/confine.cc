#include "worker/confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace qinglan {
namespace {

// Newer than the kernel headers of Debian 12 (include/uapi/linux/landlock.h).
constexpr std::uint64_t kRefer = 1ull << 13;     // ABI 2
constexpr std::uint64_t kTruncate = 1ull << 14;  // ABI 3

constexpr std::uint64_t kFileRights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
constexpr std::uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kPublish =
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | kRefer;
constexpr std::uint64_t kAll =
    kRead | kPublish | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | kTruncate;

class Ruleset {
 public:
  explicit Ruleset(std::uint64_t handled) : handled_(handled) {
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = handled;
    descriptor_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  }
  Ruleset(const Ruleset&) = delete;
  ~Ruleset() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  bool good() const { return descriptor_ >= 0; }

  bool allow(const std::string& path, std::uint64_t rights) {
    const int parent = open(path.c_str(), O_PATH | O_CLOEXEC);
    if (parent < 0) return errno == ENOENT || errno == EACCES;
    struct stat status;
    const bool folder = fstat(parent, &status) == 0 && S_ISDIR(status.st_mode);
    landlock_path_beneath_attr rule{};
    rule.allowed_access = handled_ & (folder ? rights : rights & kFileRights);
    rule.parent_fd = parent;
    const long result = syscall(SYS_landlock_add_rule, descriptor_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(parent);
    return result == 0;
  }

  bool restrict_self() {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_landlock_restrict_self, descriptor_, 0) == 0;
  }

 private:
  int descriptor_ = -1;
  std::uint64_t handled_;
};

Confinement refused(const std::string& what) { return {false, what + ": " + std::strerror(errno)}; }

}  // namespace

Confinement confine(const Grants& grants) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) return refused("this kernel has no Landlock");
  // Moving a finished folder between folders needs the right that came with ABI 2.
  if (abi < 2) return {false, "this kernel's Landlock is too old (ABI 1)"};
  Ruleset rules(abi >= 3 ? kAll : kAll & ~kTruncate);
  if (!rules.good()) return refused("cannot make a Landlock ruleset");
  // What the C library, the dynamic linker and LibTorch look at; nothing of the store lies there.
  for (const char* path : {"/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/lib64"})
    if (!rules.allow(path, path == std::string("/dev") ? kAll & ~kPublish : kRead)) return refused(path);
  for (const auto& path : grants.read)
    if (!rules.allow(path, kRead)) return refused(path);
  for (const auto& path : grants.write)
    if (!rules.allow(path, kAll)) return refused(path);
  for (const auto& path : grants.publish)
    if (!rules.allow(path, kPublish)) return refused(path);
  if (!rules.restrict_self()) return refused("cannot restrict this process");
  return {true, ""};
}

}  // namespace qinglan
