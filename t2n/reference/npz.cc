#include "t2n/reference/npz.h"

#include <zip.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "t2n/base/limits.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

constexpr absl::string_view kMagic("\x93NUMPY", 6);

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("not an array of numpy: ", what));
}

struct Descr {
  absl::string_view name;
  DType dtype;
};
constexpr Descr kDescrs[] = {
    {"b1", DType::kBool}, {"u1", DType::kU8},    {"u2", DType::kU16}, {"u4", DType::kU32},
    {"u8", DType::kU64},  {"i1", DType::kI8},    {"i2", DType::kI16}, {"i4", DType::kI32},
    {"i8", DType::kI64},  {"f2", DType::kF16},   {"f4", DType::kF32}, {"f8", DType::kF64},
    {"c8", DType::kC64},  {"c16", DType::kC128},
};

absl::StatusOr<DType> ParseDescr(absl::string_view descr) {
  for (const Descr& d : kDescrs) {
    if (descr.size() > 1 && descr[0] != '>' && descr.substr(1) == d.name) return d.dtype;
  }
  return Bad(absl::StrCat("dtype '", descr, "' is not supported"));
}

absl::StatusOr<std::vector<int64_t>> ParseShape(absl::string_view text) {
  std::vector<int64_t> shape;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    int64_t size;
    if (!absl::SimpleAtoi(part, &size) || size < 0) return Bad("shape");
    shape.push_back(size);
  }
  if (shape.size() > limits::kMaxTensorRank) return Bad("too many axes");
  return shape;
}

// Splits off the header's text; leaves the elements.
absl::StatusOr<absl::string_view> TakeHeader(absl::string_view* bytes) {
  if (!absl::StartsWith(*bytes, kMagic) || bytes->size() < 10) return Bad("no header");
  const int version = (*bytes)[6], width = version == 1 ? 2 : 4;
  if (version < 1 || version > 3 || bytes->size() < 8 + width) return Bad("format version");
  uint32_t length = 0;
  std::memcpy(&length, bytes->data() + 8, width);
  bytes->remove_prefix(8 + width);
  if (length > bytes->size()) return Bad("header past the end");
  absl::string_view header = bytes->substr(0, length);
  bytes->remove_prefix(length);
  return header;
}

struct ZipCloser {
  void operator()(zip_t* z) const { zip_discard(z); }
  void operator()(zip_file_t* f) const { zip_fclose(f); }
};

absl::StatusOr<std::string> ReadEntry(zip_t* zip, uint64_t index, std::string* name) {
  zip_stat_t stat;
  if (zip_stat_index(zip, index, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) ||
      !(stat.valid & ZIP_STAT_NAME)) {
    return Bad("zip index");
  }
  *name = stat.name;
  if (stat.size > limits::kMaxInflatedBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        *name, ": ", stat.size, " bytes are more than the limit of ", limits::kMaxInflatedBytes));
  }
  std::unique_ptr<zip_file_t, ZipCloser> file(zip_fopen_index(zip, index, 0));
  if (!file) return Bad(absl::StrCat(*name, ": ", zip_strerror(zip)));
  std::string bytes;
  // Grows with what is really there, whatever the index claims.
  constexpr uint64_t kChunk = 1 << 20;
  while (bytes.size() < stat.size) {
    const size_t at = bytes.size();
    bytes.resize(std::min<uint64_t>(stat.size, at + std::max<uint64_t>(at, kChunk)));
    if (zip_fread(file.get(), &bytes[at], bytes.size() - at) !=
        static_cast<int64_t>(bytes.size() - at)) {
      return Bad(absl::StrCat(*name, ": damaged"));
    }
  }
  // The checksum is looked at when the end is met.
  char beyond;
  if (zip_fread(file.get(), &beyond, 1) != 0) return Bad(absl::StrCat(*name, ": damaged"));
  return bytes;
}

absl::Status Named(absl::string_view name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
}

absl::StatusOr<std::vector<NamedTensor>> ReadZip(const std::string& path) {
  std::unique_ptr<zip_t, ZipCloser> zip(zip_open(path.c_str(), ZIP_RDONLY, nullptr));
  if (!zip) return Named(path, Bad("neither .npz nor .npy"));
  const int64_t count = zip_get_num_entries(zip.get(), 0);
  if (count > static_cast<int64_t>(limits::kMaxEntries)) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": ", count, " entries"));
  }
  std::vector<NamedTensor> arrays;
  for (int64_t i = 0; i < count; ++i) {
    std::string name;
    auto bytes = ReadEntry(zip.get(), i, &name);
    if (!bytes.ok()) return Named(path, bytes.status());
    auto tensor = ParseNpy(*bytes);
    if (!tensor.ok()) return Named(absl::StrCat(path, ": ", name), tensor.status());
    arrays.emplace_back(absl::StripSuffix(name, ".npy"), *std::move(tensor));
  }
  return arrays;
}

// An array as numpy.save writes it, with a header of version 1.
absl::StatusOr<std::string> NpyBytes(const Tensor& tensor) {
  Tensor t = tensor;
  if (t.dtype == DType::kBF16) {
    T2N_ASSIGN_OR_RETURN(const std::vector<double> values, ReadDoubles(t));
    uint8_t* to;
    t = Tensor::Allocate(DType::kF32, t.sizes, &to);
    const std::vector<float> floats(values.begin(), values.end());
    std::memcpy(to, floats.data(), t.nbytes());
  }
  t.dtype = StorageType(t.dtype);
  T2N_ASSIGN_OR_RETURN(t, MakeContiguous(t));
  const Descr* found = std::find_if(std::begin(kDescrs), std::end(kDescrs),
                                    [&](const Descr& d) { return d.dtype == t.dtype; });
  if (found == std::end(kDescrs)) return Bad(absl::StrCat("no type ", DTypeName(t.dtype)));
  std::string header =
      absl::StrCat("{'descr': '", ItemSize(t.dtype) == 1 ? "|" : "<", found->name,
                   "', 'fortran_order': False, 'shape': (", absl::StrJoin(t.sizes, ","),
                   t.sizes.empty() ? "" : ",", "), }");
  const size_t begin = kMagic.size() + 4;
  header.resize((begin + header.size() + 64) / 64 * 64 - begin, ' ');
  header.back() = '\n';
  std::string bytes(kMagic);
  bytes += {1, 0, static_cast<char>(header.size()), static_cast<char>(header.size() >> 8)};
  bytes += header;
  T2N_ASSIGN_OR_RETURN(const uint8_t* data, ContiguousData(t));
  bytes.append(reinterpret_cast<const char*>(data), t.nbytes());
  return bytes;
}

}  // namespace

absl::Status WriteNpz(const std::string& path, const std::vector<NamedTensor>& arrays) {
  std::vector<std::string> files;
  for (const NamedTensor& array : arrays) {
    T2N_ASSIGN_OR_RETURN(std::string bytes, NpyBytes(array.second));
    files.push_back(std::move(bytes));
  }
  const auto fail = [&] {
    return absl::FailedPreconditionError(absl::StrCat(path, ": cannot be written"));
  };
  std::unique_ptr<zip_t, ZipCloser> zip(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr));
  if (!zip) return fail();
  for (size_t i = 0; i < files.size(); ++i) {
    zip_source_t* source = zip_source_buffer(zip.get(), files[i].data(), files[i].size(), 0);
    const int64_t at = zip_file_add(zip.get(), (arrays[i].first + ".npy").c_str(), source, 0);
    if (at < 0) {
      zip_source_free(source);
      return fail();
    }
    zip_set_file_compression(zip.get(), at, ZIP_CM_STORE, 0);
    zip_file_set_mtime(zip.get(), at, 0, 0);
  }
  if (zip_close(zip.get()) != 0) return fail();
  zip.release();
  return absl::OkStatus();
}

absl::StatusOr<Tensor> ParseNpy(absl::string_view bytes) {
  T2N_ASSIGN_OR_RETURN(absl::string_view header, TakeHeader(&bytes));
  static const RE2* const kDescr = new RE2(R"('descr':\s*'([^']*)')");
  static const RE2* const kOrder = new RE2(R"('fortran_order':\s*(True|False))");
  static const RE2* const kShape = new RE2(R"('shape':\s*\(([^()]*)\))");
  const re2::StringPiece text(header.data(), header.size());
  std::string descr, order, shape;
  if (!RE2::PartialMatch(text, *kDescr, &descr) || !RE2::PartialMatch(text, *kOrder, &order) ||
      !RE2::PartialMatch(text, *kShape, &shape)) {
    return Bad("header without descr, fortran_order and shape (arrays of records are not read)");
  }
  T2N_ASSIGN_OR_RETURN(DType dtype, ParseDescr(descr));
  T2N_ASSIGN_OR_RETURN(std::vector<int64_t> sizes, ParseShape(shape));
  int64_t extent = ItemSize(dtype);
  bool empty = false;
  for (int64_t s : sizes) {
    empty |= s == 0;
    if (__builtin_mul_overflow(extent, std::max<int64_t>(s, 1), &extent)) return Bad("shape");
  }
  if (static_cast<int64_t>(bytes.size()) != (empty ? 0 : extent)) {
    return Bad("the elements do not fill the shape");
  }
  Tensor t = Tensor::Dense(dtype, sizes, std::vector<uint8_t>(bytes.begin(), bytes.end()));
  if (order == "True") {
    std::reverse(sizes.begin(), sizes.end());
    t.strides = ContiguousStrides(sizes);
    std::reverse(t.strides.begin(), t.strides.end());
  }
  return t;
}

absl::StatusOr<std::vector<NamedTensor>> ReadNpz(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  const uint64_t size = file.tellg();
  std::string magic(kMagic.size(), '\0');
  file.seekg(0);
  if (!file.read(&magic[0], magic.size()) || magic != kMagic) return ReadZip(path);
  if (size > limits::kMaxInflatedBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": ", size, " bytes"));
  }
  std::string bytes(size, '\0');
  file.seekg(0);
  if (!file.read(&bytes[0], size)) return absl::DataLossError(absl::StrCat(path, ": read error"));
  auto tensor = ParseNpy(bytes);
  if (!tensor.ok()) return Named(path, tensor.status());
  return std::vector<NamedTensor>{{"", *std::move(tensor)}};
}

}  // namespace t2n
