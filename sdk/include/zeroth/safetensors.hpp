// safetensors: named tensors in one file.  Needs nlohmann-json.
// Layout: u64 little endian N; N bytes of JSON {name: {dtype, shape, data_offsets}}; data, without
// holes.  Source: https://github.com/huggingface/safetensors, "Format".
#pragma once

#include <zeroth/error.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace zeroth {

/// A parsed file; owns its bytes.
class Safetensors {
 public:
  /// Checks everything but the numbers: header, types, shapes, offsets (inside the file, of the
  /// size of the shape, without overlap or hole).  Memory stays in proportion to the bytes.  Throws
  /// Error that starts with `file` and says what is wrong and what to do.
  Safetensors(std::vector<std::uint8_t> bytes, std::string file);

  /// The values of a tensor, row-major, converted from F64 or F32.  Throws Error if there
  /// is none of this name, shape and type, or if a value is not finite.
  std::vector<double> values(const std::string& name, const std::vector<std::size_t>& shape) const;

  bool contains(const std::string& name) const { return tensors_.count(name) != 0; }

  /// A text of the header's __metadata__, empty if there is none of this name.
  std::string metadata(const std::string& name) const {
    const auto found = metadata_.find(name);
    return found == metadata_.end() ? "" : found->second;
  }

 private:
  struct Tensor {
    std::string dtype;
    std::vector<std::size_t> shape;
    std::size_t begin, end;  // in bytes_
  };
  [[noreturn]] void fail(const std::string& what) const;
  void read_header(std::size_t header_size);
  void check_layout(std::size_t data_begin) const;

  std::vector<std::uint8_t> bytes_;
  std::string file_;
  std::map<std::string, Tensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// A tensor to be written: its values, row-major.
struct NamedTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

/// Writes F64 tensors to a file, over what is there.  note: the value of "note" in the metadata.
/// Throws Error if it cannot be written.
void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::string& note);

namespace detail {

inline constexpr std::size_t largest_header = 100'000'000;  // the limit of the format

/// Bytes of one value, 0 for a type the format does not know.
inline std::size_t dtype_size(const std::string& dtype) {
  static const std::map<std::string, std::size_t> sizes{
      {"F64", 8},     {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"F8_E5M2", 1},
      {"F8_E4M3", 1}, {"I64", 8}, {"I32", 4}, {"I16", 2},  {"I8", 1},
      {"U64", 8},     {"U32", 4}, {"U16", 2}, {"U8", 1},   {"BOOL", 1}};
  const auto found = sizes.find(dtype);
  return found == sizes.end() ? 0 : found->second;
}

template <typename Word>
Word little_endian(const std::uint8_t* bytes) {
  Word word = 0;
  for (std::size_t k = sizeof(Word); k-- > 0;) word = word << 8 | bytes[k];
  return word;
}

inline std::string shape_text(const std::vector<std::size_t>& shape) {
  return nlohmann::json(shape).dump();
}

/// A list of counts, or false.
inline bool counts(const nlohmann::json& entry, const char* key, std::vector<std::size_t>& out) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) return false;
  for (const nlohmann::json& value : *found) {
    if (!value.is_number_unsigned()) return false;
    out.push_back(value.get<std::size_t>());
  }
  return true;
}

}  // namespace detail

inline void Safetensors::fail(const std::string& what) const {
  throw Error(file_ + ": " + what + "; fetch or write the safetensors file again, or name another");
}

inline Safetensors::Safetensors(std::vector<std::uint8_t> bytes, std::string file)
    : bytes_(std::move(bytes)), file_(std::move(file)) {
  if (bytes_.size() < 8) {
    fail("truncated: expected at least the 8 bytes of the header's length, found " +
         std::to_string(bytes_.size()));
  }
  const auto header_size = detail::little_endian<std::uint64_t>(bytes_.data());
  if (header_size > bytes_.size() - 8 || header_size > detail::largest_header) {
    fail("truncated or not safetensors: it announces a header of " + std::to_string(header_size) +
         " bytes, but only " + std::to_string(bytes_.size() - 8) + " bytes follow");
  }
  read_header(header_size);
  check_layout(8 + header_size);
}

inline void Safetensors::read_header(std::size_t header_size) {
  const auto* first = bytes_.data() + 8;
  const nlohmann::json header = nlohmann::json::parse(first, first + header_size, nullptr, false);
  if (!header.is_object()) fail("not safetensors: its header is not a JSON object");
  const std::size_t data_begin = 8 + header_size, data_size = bytes_.size() - data_begin;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      for (const auto& [key, text] : entry.items()) {
        if (text.is_string()) metadata_.emplace(key, text.get<std::string>());
      }
      continue;
    }
    const auto bad = [&, &tensor = name](const std::string& why) {
      std::string what = "tensor ";
      what += tensor;
      what += ": ";
      fail(what + why);
    };
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string()) {
      bad("its header entry has no dtype");
    }
    Tensor tensor{entry["dtype"].get<std::string>(), {}, 0, 0};
    std::vector<std::size_t> offsets;
    if (!detail::counts(entry, "shape", tensor.shape)) bad("its shape is not a list of counts");
    if (!detail::counts(entry, "data_offsets", offsets) || offsets.size() != 2) {
      bad("its data_offsets are not two counts");
    }
    if (offsets[0] > offsets[1] || offsets[1] > data_size) {
      bad("its data_offsets [" + std::to_string(offsets[0]) + "," + std::to_string(offsets[1]) +
          "] reach beyond the " + std::to_string(data_size) + " bytes of data in the file");
    }
    std::size_t size = detail::dtype_size(tensor.dtype);
    if (size == 0) bad("unknown dtype " + tensor.dtype);
    for (const std::size_t d : tensor.shape) {
      // Saturates: more than any file holds.
      const bool overflows = d != 0 && size > std::numeric_limits<std::size_t>::max() / d;
      size = overflows ? std::numeric_limits<std::size_t>::max() : size * d;
    }
    if (size != offsets[1] - offsets[0]) {
      bad("shape " + detail::shape_text(tensor.shape) + " of " + tensor.dtype +
          " does not fit its " + std::to_string(offsets[1] - offsets[0]) + " bytes");
    }
    tensor.begin = data_begin + offsets[0];
    tensor.end = data_begin + offsets[1];
    tensors_.emplace(name, std::move(tensor));
  }
}

inline void Safetensors::check_layout(std::size_t data_begin) const {
  std::vector<std::pair<std::size_t, std::size_t>> parts;
  for (const auto& [name, tensor] : tensors_) parts.emplace_back(tensor.begin, tensor.end);
  std::sort(parts.begin(), parts.end());
  std::size_t covered = data_begin;
  for (const auto& [begin, end] : parts) {
    if (begin != covered) {
      const std::string what =
          begin < covered ? "tensors overlap" : "there is a hole between tensors";
      fail(what + " at byte " + std::to_string(begin) + " of the file");
    }
    covered = end;
  }
  if (covered != bytes_.size()) {
    fail("oversized: " + std::to_string(bytes_.size() - covered) + " bytes follow the last tensor");
  }
}

inline std::vector<double> Safetensors::values(const std::string& name,
                                               const std::vector<std::size_t>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) fail("missing tensor " + name);
  const Tensor& tensor = found->second;
  if (tensor.shape != shape) {
    fail("tensor " + name + " has shape " + detail::shape_text(tensor.shape) + ", expected " +
         detail::shape_text(shape));
  }
  if (tensor.dtype != "F64" && tensor.dtype != "F32") {
    fail("tensor " + name + " has dtype " + tensor.dtype + ", expected F64 or F32");
  }
  const std::size_t size = tensor.dtype == "F64" ? 8 : 4;
  std::vector<double> result;
  result.reserve((tensor.end - tensor.begin) / size);
  for (std::size_t at = tensor.begin; at < tensor.end; at += size) {
    const std::uint8_t* bytes = bytes_.data() + at;
    const double value =
        size == 8 ? std::bit_cast<double>(detail::little_endian<std::uint64_t>(bytes))
                  : static_cast<double>(
                        std::bit_cast<float>(detail::little_endian<std::uint32_t>(bytes)));
    if (!std::isfinite(value)) {
      fail("tensor " + name + " holds a value that is not finite, at position " +
           std::to_string(result.size()));
    }
    result.push_back(value);
  }
  return result;
}

inline void write_safetensors(const std::filesystem::path& path,
                              const std::vector<NamedTensor>& tensors, const std::string& note) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"note", note}};
  std::size_t end = 0;
  for (const NamedTensor& tensor : tensors) {
    const std::size_t begin = end;
    end += 8 * tensor.values.size();
    header[tensor.name] = {
        {"dtype", "F64"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data starts at a multiple of 8
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const auto put = [&out](std::uint64_t word) {
    for (int k = 0; k < 8; ++k) out.put(static_cast<char>(word >> 8 * k));
  };
  put(text.size());
  out << text;
  for (const NamedTensor& tensor : tensors) {
    for (const double value : tensor.values) put(std::bit_cast<std::uint64_t>(value));
  }
  out.close();
  if (!out) {
    throw Error(path.string() + ": cannot be written; see whether the folder is there, may be " +
                "written to, and has space left");
  }
}

}  // namespace zeroth
