// Operators with any arguments their schemas allow: each call gives a result or an error. The bytes
// say which operator and which arguments.
#include <cstdlib>
#include <limits>

#include "t2n/aten/registry.h"

namespace t2n {
namespace {

// Takes decisions from bytes; zeros when they are used up.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  size_t Below(size_t n) {
    size_t wide = 0;
    for (size_t span = n; span > 1; span >>= 8) wide = wide << 8 | Byte();
    return n == 0 ? 0 : wide % n;
  }
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <typename T, size_t n>
  T Of(const T (&values)[n]) {
    return values[Below(n)];
  }
  bool empty() const { return at_ >= size_; }

 private:
  uint8_t Byte() { return at_ < size_ ? data_[at_++] : 0; }
  const uint8_t* data_;
  size_t size_, at_ = 0;
};

// Texts that some operator takes.
constexpr const char* kTexts[] = {
    "mean",      "sum",      "none",          "constant", "reflect",  "replicate", "circular",
    "nearest",   "bilinear", "bicubic",       "linear",   "floor",    "trunc",     "tanh",
    "ij,jk->ik", "...i->i",  "amax",          "amin",     "prod",     "fro",       "nuc",
    "ortho",     "forward",  "backward",      "lower",    "midpoint", "ij",        "left",
    "right",     "",         "nearest-exact", "ii->i",    "a,b->ab",  "cpu",
};

class Caller {
 public:
  Caller(const uint8_t* data, size_t size) : c_(data, size) {}

  void Run() {
    static const auto* const names = new std::vector<std::string>(Registry::Get().Names());
    // One size and type for most tensors of a call, so that many calls get through.
    for (size_t rank = c_.Below(6); rank > 0; --rank) shape_.push_back(Size());
    dtype_ = c_.OneIn(3) ? AnyType() : DType::kF32;
    const std::string& name = (*names)[c_.Below(names->size())];
    std::vector<std::string> schemas = Registry::Get().Schemas(name);
    absl::StatusOr<Schema> schema = ParseSchema(schemas[c_.Below(schemas.size())]);
    if (!schema.ok()) std::abort();
    std::vector<Arg> positional;
    std::vector<NamedArg> keywords;
    for (const SchemaArg& arg : schema->args) {
      if (arg.default_value && !c_.OneIn(3)) {
        if (!arg.keyword_only) positional.push_back(*arg.default_value);
        continue;
      }
      if (arg.keyword_only) {
        keywords.push_back({arg.name, AnyArg(arg.type)});
      } else {
        positional.push_back(AnyArg(arg.type));
      }
    }
    OpEnv env;
    env.version = c_.OneIn(4) ? 3 : 10;
    auto choice = Registry::Get().Choose(name, std::nullopt, positional, keywords);
    if (choice.ok()) (void)Registry::Get().Run(*choice, &b_, env);
  }

 private:
  Dim Size() {
    if (c_.OneIn(8)) return Dim::Symbol("S");
    constexpr int64_t kSizes[] = {1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 8, 0};
    return c_.Of(kSizes);
  }

  DType AnyType() {
    constexpr DType kTypes[] = {DType::kF32, DType::kI64, DType::kBool, DType::kF64,
                                DType::kF16, DType::kU8,  DType::kI32,  DType::kC64};
    return c_.Of(kTypes);
  }

  int64_t Integer() {
    constexpr int64_t kEdges[] = {-1,
                                  0,
                                  -2,
                                  1000,
                                  int64_t{1} << 31,
                                  int64_t{1} << 40,
                                  std::numeric_limits<int64_t>::max(),
                                  std::numeric_limits<int64_t>::min()};
    return c_.OneIn(4) ? c_.Of(kEdges) : static_cast<int64_t>(c_.Below(5));
  }

  double Real() {
    constexpr double kReals[] = {0.5,
                                 1.0,
                                 2.0,
                                 0.0,
                                 -1.0,
                                 1e30,
                                 1e-30,
                                 std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()};
    return c_.Of(kReals);
  }

  Val AnyTensor() {
    Shape shape = shape_;
    if (c_.OneIn(4)) {
      shape.clear();
      for (size_t rank = c_.Below(5); rank > 0; --rank) shape.push_back(Size());
    }
    DType dtype = c_.OneIn(4) ? AnyType() : dtype_;
    if (!c_.OneIn(3) || !ConstantShape(shape)) return b_.Input("x", {dtype, shape, nullptr});
    if (c_.OneIn(2)) return b_.Full(shape, dtype, static_cast<double>(Integer()));
    return b_.Reshape(b_.Iota(NumElements(shape), dtype), shape);
  }

  Arg AnyArg(const SchemaType& type) {
    if (type.optional && c_.OneIn(3)) return Arg();
    if (!type.list && !c_.OneIn(30)) return Item(type);
    if (type.broadcasts && c_.OneIn(4)) return Item(type);
    std::vector<Arg> items;
    for (size_t n = c_.Below(5); n > 0; --n) {
      items.push_back(type.optional_items && c_.OneIn(3) ? Arg() : Item(type));
    }
    return Arg::List(std::move(items));
  }

  Arg Item(const SchemaType& type) {
    using Kind = SchemaType::Kind;
    switch (type.kind) {
      case Kind::kTensor:
        return AnyTensor();
      case Kind::kInt:
        return c_.OneIn(16) ? Arg(Dim::Symbol("S")) : Arg(Integer());
      case Kind::kFloat:
        return Real();
      case Kind::kBool:
        return c_.OneIn(2);
      case Kind::kString:
        return c_.Of(kTexts);
      case Kind::kComplex:
        return std::complex<double>(Real(), Real());
      case Kind::kScalar:
        return c_.OneIn(2) ? Arg(Real()) : Arg(Integer());
      case Kind::kAny:
        return Integer();
    }
    return Arg();
  }

  Choices c_;
  Graph graph_;
  Builder b_{&graph_};
  Shape shape_;
  DType dtype_;
};

}  // namespace
}  // namespace t2n

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  t2n::Caller(data, size).Run();
  return 0;
}
