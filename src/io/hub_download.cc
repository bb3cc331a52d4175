#include "io/hub_download.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "io/file_system.h"
#include "io/posix.h"

namespace qinglan {
namespace {

namespace stdfs = std::filesystem;

constexpr std::uint64_t kGoodProgress = 1 << 20;  // bytes after which failures are counted anew

std::string blob_path(const std::string& model, const HubFile& file) {
  return hub_model_folder(model) + "/blobs/" + file.digest;
}

std::optional<std::uint64_t> size_of(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

// huggingface_hub's own lock of a blob: <cache>/.locks/<model>/<digest>.lock, by flock.
class BlobLock {
 public:
  BlobLock(const std::string& path, const std::function<void()>& waiting) {
    real_file_system().make_folders(parent_of(path));
    while (!take(path, waiting)) {
    }
  }

 private:
  // Somebody may have removed the file between opening and locking it: then the lock holds nobody back.
  bool take(const std::string& path, const std::function<void()>& waiting) {
    file_.emplace(path, O_RDWR | O_CREAT, "open the lock");
    if (::flock(file_->get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) throw system_error("lock", path);
      waiting();
      while (::flock(file_->get(), LOCK_EX) != 0)
        if (errno != EINTR) throw system_error("lock", path);
    }
    struct stat ours, there;
    return ::fstat(file_->get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
  }

  std::optional<FileDescriptor> file_;
};

// <blob>.incomplete while it grows, with the digest of what it holds.
class Partial {
 public:
  Partial(const std::string& path, const HubFile& file)
      : path_(path), promised_(file), file_(path, O_RDWR | O_CREAT, "create"), digest_(fresh()) {
    struct stat status;
    if (::fstat(file_.get(), &status) != 0) throw system_error("look at", path_);
    if (static_cast<std::uint64_t>(status.st_size) > promised_.size)
      restart();
    else
      read_back(static_cast<std::uint64_t>(status.st_size));
  }

  std::uint64_t size() const { return size_; }
  bool complete() const { return size_ == promised_.size; }

  void restart() {
    if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0)
      throw system_error("empty", path_);
    digest_ = fresh();
    size_ = 0;
  }

  void append(std::span<const std::byte> bytes) {
    if (bytes.size() > promised_.size - size_)
      throw Error(ErrorKind::corrupt_data, "the server sends more than the file has")
          .in(promised_.name)
          .expected(std::to_string(promised_.size) + " bytes");
    digest_.update(bytes);
    size_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t put = ::write(file_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0)
        throw system_error("write", path_)
            .hint("what is there is kept: make room and run the same command again");
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
  }

  // Whether these are the promised bytes. Ends the digest.
  bool right() {
    found_ = digest_.hex();
    return found_ == promised_.digest;
  }
  const std::string& found() const { return found_; }

  void publish(const std::string& target) {
    FileSystem& fs = real_file_system();
    if (::fsync(file_.get()) != 0) throw system_error("sync", path_);
    if (const int code = file_.close()) throw system_error("write", path_, code);
    fs.rename(path_, target);
    fs.sync_folder(parent_of(target));
  }

 private:
  MessageDigest fresh() const {
    if (promised_.by_sha256()) return MessageDigest(MessageDigest::Kind::sha256);
    MessageDigest digest(MessageDigest::Kind::sha1);
    using namespace std::string_view_literals;
    digest.update("blob " + std::to_string(promised_.size)).update("\0"sv);
    return digest;
  }

  void read_back(std::uint64_t there) {
    std::vector<std::byte> buffer(1 << 20);
    while (size_ < there) {
      const ssize_t got =
          ::read(file_.get(), buffer.data(), std::min<std::uint64_t>(buffer.size(), there - size_));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw system_error("read", path_);
      digest_.update(std::span(buffer).first(static_cast<std::size_t>(got)));
      size_ += static_cast<std::uint64_t>(got);
    }
  }

  std::string path_;
  const HubFile& promised_;
  FileDescriptor file_;
  MessageDigest digest_;
  std::uint64_t size_ = 0;
  std::string found_;
};

// "bytes 100-199/200" of an answer to a range that began at `from`.
void check_range(const HttpAnswer& answer, std::uint64_t from, const HubFile& file) {
  const std::string expected =
      "bytes " + std::to_string(from) + "-" + std::to_string(file.size - 1) + "/" + std::to_string(file.size);
  if (answer.header("content-range") != expected)
    throw Error(ErrorKind::corrupt_data, "the server sends another part than was asked for")
        .in(answer.url)
        .expected(expected)
        .found('"' + answer.header("content-range") + '"');
}

class Download {
 public:
  Download(HubClient& hub, const std::string& model, const std::string& commit, const HubFile& file,
           FetchObserver& observer)
      : hub_(hub), model_(model), commit_(commit), file_(file), observer_(observer) {}

  void into(const std::string& blob) {
    Partial partial(blob + ".incomplete", file_);
    observer_.started(file_, partial.size());
    bool from_nothing = partial.size() == 0;
    while (true) {
      while (!partial.complete()) transfer(partial);
      if (partial.right()) break;
      if (from_nothing) refuse(blob, partial.found());
      observer_.note(file_.name + ": what an earlier try left is damaged; starting again");
      partial.restart();
      from_nothing = true;
    }
    partial.publish(blob);
  }

 private:
  // Goes on until the file is whole or no try helps.
  void transfer(Partial& partial) {
    const std::uint64_t from = partial.size();
    HttpBody body;
    body.begin = [&](const HttpAnswer& answer) {
      if (from > 0 && answer.status == 206) return check_range(answer, from, file_);
      if (from > 0) partial.restart();  // the server knows no ranges
    };
    body.take = [&](std::span<const std::byte> bytes) {
      partial.append(bytes);
      observer_.progressed(file_, partial.size());
    };
    HttpAnswer answer = hub_.read(model_, commit_, file_.name, from, body);
    if (partial.complete()) return;
    if (answer.status == 416 && from > 0 && !std::exchange(restarted_, true)) return partial.restart();
    if (answer.ok()) answer.failure = "the body ended early";
    if (partial.size() >= from + kGoodProgress) tries_ = 0;
    if (!hub_.worth_another(answer, ++tries_)) throw cut_or_refused(answer, partial.size());
  }

  Error cut_or_refused(const HttpAnswer& answer, std::uint64_t size) const {
    if (answer.status < 200 || answer.status >= 300)
      return hub_.refusal(answer, {model_, commit_, file_.name});
    return Error(ErrorKind::io, "the download broke off: " + answer.failure)
        .in(file_.name)
        .expected(std::to_string(file_.size) + " bytes")
        .found(std::to_string(size))
        .hint("what came is kept: run the same command again to go on");
  }

  [[noreturn]] void refuse(const std::string& blob, const std::string& found) const {
    real_file_system().remove_all(blob + ".incomplete");
    throw Error(ErrorKind::corrupt_data, "what was downloaded is not what the hub promised")
        .in(file_.name)
        .expected((file_.by_sha256() ? "SHA-256 " : "git blob ") + file_.digest)
        .found(found);
  }

  HubClient& hub_;
  const std::string &model_, &commit_;
  const HubFile& file_;
  FetchObserver& observer_;
  int tries_ = 0;
  bool restarted_ = false;
};

// snapshots/<commit>/<name> -> ../../blobs/<digest>, with one more ".." for each folder of the name.
void link_snapshot(const std::string& model, const std::string& commit, const HubFile& file) {
  FileSystem& fs = real_file_system();
  const std::string link = hub_model_folder(model) + "/snapshots/" + commit + "/" + file.name;
  std::string target = "../../blobs/" + file.digest;
  for (const char c : file.name)
    if (c == '/') target = "../" + target;
  std::error_code code;
  if (stdfs::read_symlink(link, code) == target) return;
  fs.make_folders(parent_of(link));
  const std::string temporary = link + "." + std::to_string(::getpid()) + ".tmp";
  fs.remove_all(temporary);
  if (::symlink(target.c_str(), temporary.c_str()) != 0) throw system_error("link", temporary);
  fs.rename(temporary, link);
  fs.sync_folder(parent_of(link));
}

}  // namespace

std::uint64_t bytes_to_come(const std::string& model, const HubFile& file) {
  const std::string blob = blob_path(model, file);
  if (size_of(blob) == file.size) return 0;
  const std::uint64_t there = size_of(blob + ".incomplete").value_or(0);
  return there <= file.size ? file.size - there : file.size;
}

void download(HubClient& hub, const std::string& model, const std::string& commit, const HubFile& file,
              FetchObserver& observer) {
  const std::string blob = blob_path(model, file);
  const std::string lock = hub_cache_folder() + "/.locks/" +
                           stdfs::path(hub_model_folder(model)).filename().string() + "/" + file.digest +
                           ".lock";
  const BlobLock held(lock, [&] { observer.note(file.name + ": waiting for another download of it"); });
  const bool reused = size_of(blob) == file.size;
  if (!reused) {
    real_file_system().make_folders(parent_of(blob));
    Download(hub, model, commit, file, observer).into(blob);
  }
  link_snapshot(model, commit, file);
  observer.finished(file, reused);
}

void check_room(std::uint64_t bytes) {
  std::string folder = hub_cache_folder();
  while (!real_file_system().exists(folder)) folder = parent_of(folder);
  struct statvfs status;
  if (::statvfs(folder.c_str(), &status) != 0) throw system_error("look at", folder);
  const std::uint64_t room = std::uint64_t{status.f_bavail} * status.f_frsize;
  if (room < bytes)
    throw Error(ErrorKind::io, "the disk has too little room for the download")
        .in(folder)
        .expected(std::to_string(bytes) + " bytes")
        .found(std::to_string(room))
        .hint("HF_HUB_CACHE names another place.");
}

}  // namespace qinglan
