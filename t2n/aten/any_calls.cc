#include "t2n/aten/any_calls.h"

#include <complex>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

// Texts that some operator takes.
constexpr const char* kTexts[] = {
    "mean",      "sum",      "none",          "constant", "reflect",  "replicate", "circular",
    "nearest",   "bilinear", "bicubic",       "linear",   "floor",    "trunc",     "tanh",
    "ij,jk->ik", "...i->i",  "amax",          "amin",     "prod",     "fro",       "nuc",
    "ortho",     "forward",  "backward",      "lower",    "midpoint", "ij",        "left",
    "right",     "",         "nearest-exact", "ii->i",    "a,b->ab",  "cpu",
};

struct NamedSchemas {
  std::string name;
  std::vector<Schema> schemas;
};

// All there are; read once, for that takes longer than most calls.
const std::vector<NamedSchemas>& AllSchemas() {
  static const auto* const named = [] {
    auto* all = new std::vector<NamedSchemas>;
    for (const std::string& name : Registry::Get().Names()) {
      all->push_back({name, {}});
      for (const std::string& text : Registry::Get().Schemas(name)) {
        absl::StatusOr<Schema> schema = ParseSchema(text);
        if (!schema.ok()) std::abort();
        all->back().schemas.push_back(*std::move(schema));
      }
    }
    return all;
  }();
  return *named;
}

}  // namespace

AnyCalls::AnyCalls(const uint8_t* data, size_t size) : c_(data, size) {
  // One size and type for most tensors, so that many calls get through.
  for (size_t rank = c_.Below(6); rank > 0; --rank) shape_.push_back(Size());
  dtype_ = c_.OneIn(3) ? AnyType() : DType::kF32;
}

size_t AnyCalls::Choices::Below(size_t n) {
  size_t wide = 0;
  for (size_t span = n; span > 1; span >>= 8) wide = wide << 8 | Byte();
  return n == 0 ? 0 : wide % n;
}

bool AnyCalls::Next() {
  if (c_.empty()) return false;
  const auto& [name, schemas] = AllSchemas()[c_.Below(AllSchemas().size())];
  const Schema& schema = schemas[c_.Below(schemas.size())];
  std::vector<Arg> positional;
  std::vector<NamedArg> keywords;
  for (const SchemaArg& arg : schema.args) {
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
  if (!choice.ok()) return true;
  const absl::StatusOr<Arg> result = Registry::Get().Run(*choice, &b_, env);
  if (result.ok()) Keep(*result);
  return true;
}

void AnyCalls::Keep(const Arg& result) {
  if (result.is_list() || result.is_tuple()) {
    for (const Arg& item : result.items()) Keep(item);
  } else if (result.is_tensor() && result.tensor()) {
    results_.push_back(result.tensor());
  }
}

const Graph& AnyCalls::Finish() {
  for (const Val& result : results_) {
    graph_.outputs().push_back(result.get());
    graph_.output_names().push_back(absl::StrCat("y", graph_.output_names().size()));
  }
  return graph_;
}

Dim AnyCalls::Size() {
  if (c_.OneIn(8)) return Dim::Symbol("S");
  constexpr int64_t kSizes[] = {1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 8, 0};
  return c_.Of(kSizes);
}

DType AnyCalls::AnyType() {
  constexpr DType kTypes[] = {DType::kF32, DType::kI64, DType::kBool, DType::kF64,
                              DType::kF16, DType::kU8,  DType::kI32,  DType::kC64};
  return c_.Of(kTypes);
}

int64_t AnyCalls::Integer() {
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

double AnyCalls::Real() {
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

Val AnyCalls::AnyTensor() {
  if (!results_.empty() && !c_.OneIn(3)) return results_[c_.Below(results_.size())];
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

Arg AnyCalls::AnyArg(const SchemaType& type) {
  if (type.optional && c_.OneIn(3)) return Arg();
  if (!type.list && !c_.OneIn(30)) return Item(type);
  if (type.broadcasts && c_.OneIn(4)) return Item(type);
  std::vector<Arg> items;
  for (size_t n = c_.Below(5); n > 0; --n) {
    items.push_back(type.optional_items && c_.OneIn(3) ? Arg() : Item(type));
  }
  return Arg::List(std::move(items));
}

Arg AnyCalls::Item(const SchemaType& type) {
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

}  // namespace t2n
