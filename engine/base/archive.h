// Saving and loading of plain state. A type takes part by a free function or member `fields(archive)` that names its
// members once; the same list writes, reads and compares.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace haven::base {

/// A checkpoint that cannot be read: too short, or of another layout.
class ArchiveError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Writer;
class Reader;

template <class T>
concept HasFields = requires(T& t, Writer& w) { t.fields(w); };

/// Trivially copyable values without padding surprises: written byte for byte, little endian hosts only.
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !HasFields<T>;

static_assert(std::endian::native == std::endian::little, "checkpoints are little endian");

class Writer {
 public:
  template <class... T>
  void operator()(T&... members) { (put(members), ...); }
  const std::string& bytes() const { return bytes_; }

 private:
  template <Plain T>
  void put(T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  template <HasFields T>
  void put(T& value) { value.fields(*this); }
  template <class T>
  void put(std::vector<T>& values) {
    std::uint64_t n = values.size();
    put(n);
    if constexpr (Plain<T>) {
      bytes_.append(reinterpret_cast<const char*>(values.data()), n * sizeof(T));
    } else {
      for (auto& value : values) put(value);
    }
  }
  void put(std::string& text) {
    std::uint64_t n = text.size();
    put(n);
    bytes_.append(text);
  }
  template <HasFields T, std::size_t N>
  void put(std::array<T, N>& values) { for (auto& value : values) put(value); }

  std::string bytes_;
};

class Reader {
 public:
  /// `bytes` must outlive the reader.
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}
  explicit Reader(std::string&&) = delete;
  template <class... T>
  void operator()(T&... members) { (get(members), ...); }
  /// True when every byte has been read: a loader checks it, bytes left over mean another layout.
  bool finished() const { return at_ == bytes_.size(); }

 private:
  void take(void* to, std::size_t n) {
    if (n > bytes_.size() - at_) throw ArchiveError("checkpoint ends at byte " + std::to_string(bytes_.size()) + " where more was expected");
    if (n > 0) std::memcpy(to, bytes_.data() + at_, n);
    at_ += n;
  }
  std::uint64_t count(std::size_t element) {
    std::uint64_t n = 0;
    take(&n, sizeof n);
    if (n > (bytes_.size() - at_) / element) throw ArchiveError("checkpoint holds a length of " + std::to_string(n) + " at byte " + std::to_string(at_) + ", more than the file can hold");
    return n;
  }
  template <Plain T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      take(&byte, 1);
      if (byte > 1) throw ArchiveError("checkpoint holds neither true nor false at byte " + std::to_string(at_ - 1));
      value = byte == 1;
    } else {
      take(&value, sizeof value);
    }
  }
  template <HasFields T>
  void get(T& value) { value.fields(*this); }
  template <class T>
  void get(std::vector<T>& values) {
    if constexpr (Plain<T>) {
      values.resize(count(sizeof(T)));
      take(values.data(), values.size() * sizeof(T));
    } else {
      // One by one: a length that lies runs into the end of the bytes before it can claim memory.
      const std::uint64_t n = count(1);
      values.clear();
      for (std::uint64_t i = 0; i < n; ++i) get(values.emplace_back());
    }
  }
  void get(std::string& text) {
    text.resize(count(1));
    take(text.data(), text.size());
  }
  template <HasFields T, std::size_t N>
  void get(std::array<T, N>& values) { for (auto& value : values) get(value); }

  const std::string& bytes_;
  std::size_t at_ = 0;
};

}  // namespace haven::base
