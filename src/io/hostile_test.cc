#include <gtest/gtest.h>

#include "io/hostile_runner.h"
#include "io/hostile_tables.h"

namespace qinglan {

std::vector<ForeignFile> foreign_files() {
  using namespace std::string_literals;
  const std::string convert = "safetensors.torch.save_file";
  return {
      {"PyTorch zip", "PK\x03\x04\0\0\x08\x08 archive/data.pkl"s, convert},
      {"TorchScript zip", "PK\x03\x04\x14\0\0\0\0\0 model/code/__torch__.py"s, convert},
      {"pickle protocol 2", "\x80\x02}q\0(X\x06\0\0\0weight"s, convert},
      {"pickle protocol 3", "\x80\x03}q\0(X\x06\0\0\0weight"s, convert},
      {"pickle protocol 4", "\x80\x04\x95\x0b\0\0\0\0\0\0\0}\x94."s, convert},
      {"pickle protocol 5", "\x80\x05\x95\x0b\0\0\0\0\0\0\0}\x94."s, convert},
      {"torch before 1.6", "\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."s, convert},
      {"Arrow file", "ARROW1\0\0\xff\xff\xff\xff\x78\0\0\0"s, "give it as data"},
      {"Arrow IPC stream", "\xff\xff\xff\xff\x78\0\0\0\x10\0\0\0\0\0\x0a\0"s, "give it as data"},
      {"Parquet", "PAR1\x15\x04\x15\x1c\x15\x22\x4c\x15\x04"s, "give it as data"},
      {"HDF5", "\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"s, "convert it"},
      {"NumPy", "\x93NUMPY\x01\0v\0{'descr': '<f4'"s, "convert it"},
      {"Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"},
      {"gzip", "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0"s, "unpack"},
      {"zstd", "\x28\xb5\x2f\xfd\x04\x58\x01\0\0aaaa"s, "unpack"},
      {"xz", "\xfd"s + "7zXZ\0\0\x04\xe6\xd6\xb4\x46"s, "unpack"},
      {"bzip2", "BZh91AY&SY\0\0\0\0", "unpack"},
      {"HTML", "<!DOCTYPE html><html><body>Sign in</body></html>", "fetch it again"},
      {"HTML without a type", "<html><body>404</body></html>", "fetch it again"},
      {"ggml", "lmgg\0\0\0\0\0\0\0\0"s, "convert it to GGUF"},
      {"ggjt", "tjgg\x03\0\0\0\0\0\0\0"s, "convert it to GGUF"},
  };
}

namespace {

const std::vector<HostileTable>& tables() {
  static const std::vector<HostileTable> all{safetensors_table(), gguf_table()};
  return all;
}

TEST(HostileFiles, EveryCaseIsRefusedInLittleMemory) { expect_all_refused(tables()); }
TEST(HostileFiles, CutAtEveryByteTheyAreRefused) { expect_all_refused_when_cut(tables()); }
TEST(HostileFiles, TheTablesAreLong) { expect_many_cases(tables()); }

TEST(AllocationPeak, SeesWhatIsHeldAtOnce) {
  const AllocationPeak peak;
  for (int i = 0; i < 3; ++i) std::vector<char>(1 << 20).back() = 1;
  EXPECT_GE(peak.bytes(), std::size_t{1} << 20);
  EXPECT_LT(peak.bytes(), std::size_t{2} << 20);
}

}  // namespace
}  // namespace qinglan
