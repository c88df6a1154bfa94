#include "t2n/passes/standard_ops.h"

#include <cmath>
#include <functional>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/builder/builder.h"
#include "t2n/kernels/testing.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

using ::t2n::testing::Make;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using BuildFn = std::function<Val(Builder&, const std::vector<Val>&)>;

struct Lowered {
  Graph before, after;
  std::vector<std::string> refusals;
};

void Lower(const std::vector<Tensor>& inputs, const BuildFn& build, Lowered* lowered) {
  Builder b(&lowered->before);
  std::vector<Val> in;
  for (const Tensor& t : inputs) {
    in.push_back(b.Input("x", {t.dtype, Shape(t.sizes.begin(), t.sizes.end()), nullptr}));
  }
  Val out = build(b, in);
  ASSERT_TRUE(b.ok()) << b.status();
  lowered->before.outputs() = {out.get()};
  absl::Status status = LowerToStandardOps(lowered->before, &lowered->after, &lowered->refusals);
  ASSERT_TRUE(status.ok()) << status;
}

std::vector<double> Run(const Graph& graph, const std::vector<Tensor>& inputs) {
  absl::StatusOr<std::vector<Tensor>> out = RunGraph(graph, inputs);
  if (!out.ok()) ADD_FAILURE() << out.status();
  return out.ok() ? *ReadDoubles((*out)[0]) : std::vector<double>();
}

// What is not refused gives the same as before.
void ExpectSame(const std::vector<Tensor>& inputs, const BuildFn& build, double tolerance = 0) {
  Lowered lowered;
  Lower(inputs, build, &lowered);
  EXPECT_THAT(lowered.refusals, IsEmpty());
  std::vector<double> want = Run(lowered.before, inputs), got = Run(lowered.after, inputs);
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(want[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << i << "\n" << lowered.after.ToString();
    } else if (got[i] != want[i]) {
      EXPECT_NEAR(got[i], want[i], tolerance * std::abs(want[i])) << i << "\n"
                                                                  << lowered.after.ToString();
    }
  }
}

void ExpectRefused(const std::vector<Tensor>& inputs, const BuildFn& build, const char* why) {
  Lowered lowered;
  Lower(inputs, build, &lowered);
  ASSERT_EQ(lowered.refusals.size(), 1);
  EXPECT_THAT(lowered.refusals[0], HasSubstr(why));
}

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor Floats(DType dtype) {
  return Make(dtype, {12}, {-kInf, -7, -2.5, -1.5, -0.5, -1e-6, 0, 1e-5, 0.5, 2.5, kInf, kNan});
}

Tensor Bytes(DType dtype = DType::kI8) {
  bool sign = dtype == DType::kI8;
  return Make(dtype, {2, 3}, {sign ? -128.0 : 128, sign ? -7.0 : 7, 0, 3, 8, 127});
}

TEST(StandardOpsTest, FloatsWithoutAWordOfTheirOwn) {
  for (Op op : {Op::kRound, Op::kIsNan, Op::kIsInf}) {
    for (DType dtype : {DType::kF16, DType::kF32, DType::kF64})
      ExpectSame({Floats(dtype)},
                 [&](Builder& b, const std::vector<Val>& in) { return b.Unary(op, in[0]); });
  }
  ExpectSame({Make(DType::kF32, {5}, {-7.25, -1, 0.5, 3, 1e9})},
             [](Builder& b, const std::vector<Val>& in) { return b.Rem(in[0], 4.0); });
}

TEST(StandardOpsTest, ExtremesOfNan) {
  Tensor x = Make(DType::kF32, {3, 3}, {1, kNan, 2, -kInf, -kInf, -kInf, 3, 5, 4});
  for (Op op : {Op::kReduceMax, Op::kReduceMin}) {
    ExpectSame({x}, [&](Builder& b, const std::vector<Val>& in) {
      return b.Reduce(op, in[0], {1}, true);
    });
  }
  for (Op op : {Op::kArgMax, Op::kArgMin}) {
    ExpectSame({x}, [&](Builder& b, const std::vector<Val>& in) {
      return b.ArgReduce(op, in[0], 1, true);
    });
  }
}

TEST(StandardOpsTest, ErrorFunctionInSinglePrecision) {
  std::vector<double> x = {-kInf, kInf, kNan};
  for (int i = -600; i <= 600; ++i) x.push_back(i * 0.01);
  for (int i = 1; i < 20; ++i) x.push_back(std::ldexp(1, -i));
  int64_t count = x.size();
  ExpectSame(
      {Make(DType::kF32, {count}, x)},
      [](Builder& b, const std::vector<Val>& in) { return b.Erf(in[0]); }, 4e-7);
}

TEST(StandardOpsTest, SmallIntegersAreScalars) {
  for (DType dtype : {DType::kI8, DType::kU8}) {
    for (Op op : {Op::kNeg, Op::kAbs, Op::kSign, Op::kSquare, Op::kBitNot, Op::kFloor}) {
      ExpectSame({Bytes(dtype)},
                 [&](Builder& b, const std::vector<Val>& in) { return b.Unary(op, in[0]); });
    }
    Tensor other = Make(dtype, {2, 3}, {1, 2, 3, 5, 7, 100});
    for (Op op : {Op::kAdd, Op::kSub, Op::kMul, Op::kMin, Op::kMax, Op::kEq, Op::kLt, Op::kGe}) {
      ExpectSame({Bytes(dtype), other}, [&](Builder& b, const std::vector<Val>& in) {
        return b.Binary(op, in[0], in[1]);
      });
    }
    for (Op op : {Op::kDiv, Op::kRem, Op::kShl, Op::kShr, Op::kPow}) {
      for (double number : {1, 2, 3}) {
        ExpectSame({Bytes(dtype)}, [&](Builder& b, const std::vector<Val>& in) {
          return b.Binary(op, in[0], number);
        });
      }
    }
  }
}

TEST(StandardOpsTest, QuotientsGoTowardsZero) {
  for (double divisor : {-7, -3, -1, 1, 3, 7}) {
    std::vector<double> x;
    for (int i = -100; i <= 100; ++i) x.push_back(i);
    ExpectSame({Make(DType::kI16, {201}, x)}, [&](Builder& b, const std::vector<Val>& in) {
      return b.Concat({b.Div(in[0], divisor), b.Rem(in[0], divisor)}, 0);
    });
  }
}

TEST(StandardOpsTest, IntegersThatMayBeLargeAreComparedButNotAdded) {
  Tensor x = Make(DType::kI64, {4}, {-3, 5, 16777217, 9e15});
  for (Op op : {Op::kEq, Op::kLt, Op::kMin, Op::kMax}) {
    ExpectSame({x}, [&](Builder& b, const std::vector<Val>& in) { return b.Binary(op, in[0], 5); });
  }
  ExpectRefused(
      {x}, [](Builder& b, const std::vector<Val>& in) { return b.Add(in[0], 1); },
      "integers not known to stay below 2^24");
  ExpectRefused(
      {x}, [](Builder& b, const std::vector<Val>& in) { return b.Eq(in[0], 16777216); },
      "integers not known to stay below 2^24");
  // But as indices from the end they are small.
  ExpectSame({Make(DType::kF32, {3}, {1, 2, 3}), Make(DType::kI64, {4}, {-3, 0, 2, -1})},
             [](Builder& b, const std::vector<Val>& in) {
               Val i = in[1];
               return b.Gather(in[0], 0, b.Select(b.Lt(i, 0), i + 3.0, i));
             });
}

TEST(StandardOpsTest, BoolsAreComparedByLogic) {
  Tensor x = Make(DType::kBool, {4}, {0, 0, 1, 1}), y = Make(DType::kBool, {4}, {0, 1, 0, 1});
  for (Op op : {Op::kXor, Op::kEq, Op::kNe, Op::kLt, Op::kLe, Op::kGt, Op::kGe}) {
    ExpectSame({x, y},
               [&](Builder& b, const std::vector<Val>& in) { return b.Binary(op, in[0], in[1]); });
  }
  ExpectSame({x}, [](Builder& b, const std::vector<Val>& in) {
    return b.ArgReduce(Op::kArgMax, in[0], 0, true);
  });
}

TEST(StandardOpsTest, ReductionsOfIntegers) {
  for (Op op : {Op::kReduceSum, Op::kReduceMax, Op::kReduceMin, Op::kReduceProd}) {
    ExpectSame(
        {Make(DType::kI8, {2, 3}, {-7, 2, 0, 3, 1, 4})},
        [&](Builder& b, const std::vector<Val>& in) { return b.Reduce(op, in[0], {1}, true); });
  }
}

TEST(StandardOpsTest, RunningReductionsAndProducts) {
  Tensor x = Make(DType::kF32, {2, 5}, {1, 2, -3, 4, kInf, 5, -6, 7, kNan, 9});
  for (const char* mode : {"sum", "prod", "max", "min"}) {
    ExpectSame(
        {x}, [&](Builder& b, const std::vector<Val>& in) { return b.Cumulative(in[0], 1, mode); });
  }
  ExpectSame({x}, [](Builder& b, const std::vector<Val>& in) {
    return b.Reduce(Op::kReduceProd, in[0], {0, 1}, true);
  });
}

TEST(StandardOpsTest, GathersByOneIndex) {
  Tensor x = Make(DType::kF32, {2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectSame(
      {x, Make(DType::kI64, {2, 2}, {2, 0, 1, 1})},
      [](Builder& b, const std::vector<Val>& in) { return b.GatherElements(in[0], 1, in[1]); });
  ExpectSame({x, Make(DType::kI64, {3, 2}, {1, 2, 0, 0, 1, 0})},
             [](Builder& b, const std::vector<Val>& in) { return b.GatherNd(in[0], in[1]); });
  ExpectSame({x}, [](Builder& b, const std::vector<Val>& in) { return b.Reverse(in[0], {0, 1}); });
}

TEST(StandardOpsTest, ScatterAtKnownIndicesIsAGather) {
  Tensor x = Make(DType::kF32, {3, 2}, {1, 2, 3, 4, 5, 6});
  Tensor updates = Make(DType::kF32, {3, 2}, {10, 20, 30, 40, 50, 60});
  for (const char* mode : {"set", "add", "mul", "min", "max"}) {
    ExpectSame({x, updates}, [&](Builder& b, const std::vector<Val>& in) {
      Val at = b.Constant(Make(DType::kI64, {3, 1}, {2, 0, 2}));
      return b.ScatterNd(in[0], at, in[1], mode);
    });
    ExpectSame({x, updates}, [&](Builder& b, const std::vector<Val>& in) {
      Val at = b.Constant(Make(DType::kI64, {3, 2}, {2, 0, 2, 0, 1, 1}));
      return b.ScatterElements(in[0], 0, at, in[1], mode);
    });
  }
}

TEST(StandardOpsTest, ScatterAtComputedIndicesComparesPairs) {
  Tensor x = Make(DType::kF32, {2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, kNan, 12});
  Tensor integers = Make(DType::kI64, {2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1 << 25, 11, 12});
  for (const char* mode : {"set", "add", "mul", "min", "max"}) {
    Tensor blocks = Make(DType::kF32, {3, 2}, {10, kInf, -30, 40, 50, 60});
    ExpectSame({x, Make(DType::kI64, {3, 2}, {1, 2, 0, 0, 1, 2}), blocks},
               [&](Builder& b, const std::vector<Val>& in) {
                 return b.ScatterNd(in[0], in[1], in[2], mode);
               });
    // Fewer than the data has along the other axes.
    Tensor elements = Make(DType::kF32, {2, 4, 1}, {10, 20, -30, 40, kInf, 60, 70, 80});
    ExpectSame({x, Make(DType::kI64, {2, 4, 1}, {2, 2, 0, 2, 1, 0, 1, 0}), elements},
               [&](Builder& b, const std::vector<Val>& in) {
                 return b.ScatterElements(in[0], 1, in[1], in[2], mode);
               });
  }
  ExpectSame({integers, Make(DType::kI64, {1, 3, 2}, {1, 1, 0, 1, 1, 0}),
              Make(DType::kI64, {1, 3, 2}, {-1, -2, -3, 1 << 26, -5, -6})},
             [&](Builder& b, const std::vector<Val>& in) {
               return b.ScatterElements(in[0], 0, in[1], in[2]);
             });
  Tensor many = Make(DType::kF32, {2048, 1}, std::vector<double>(2048, 1));
  Tensor at = Make(DType::kI64, {2049, 1}, std::vector<double>(2049, 3));
  ExpectRefused(
      {many, at, Make(DType::kF32, {2049, 1}, std::vector<double>(2049, 1))},
      [](Builder& b, const std::vector<Val>& in) {
        return b.ScatterElements(in[0], 0, in[1], in[2], "add");
      },
      "pairs of elements are compared");
}

TEST(StandardOpsTest, SortsByCounting) {
  Tensor x = Make(DType::kF32, {2, 5}, {3, kNan, -kInf, 3, kNan, kInf, 0, -1, kInf, 2});
  for (bool largest : {true, false}) {
    for (int output : {0, 1}) {
      for (int64_t axis : {0, 1}) {
        for (int64_t k : {1, 2}) {
          ExpectSame({x}, [&](Builder& b, const std::vector<Val>& in) {
            return b.TopK(in[0], k, axis, largest)[output];
          });
          ExpectSame({Bytes()}, [&](Builder& b, const std::vector<Val>& in) {
            return b.TopK(in[0], k, axis, largest)[output];
          });
        }
      }
    }
  }
}

TEST(StandardOpsTest, PadsByInfinity) {
  Tensor x = Make(DType::kF32, {2, 2}, {1, 2, 3, 4});
  ExpectSame({x}, [](Builder& b, const std::vector<Val>& in) {
    return b.Pad(in[0], {1, 0}, {0, 2}, "constant", -kInf);
  });
}

TEST(StandardOpsTest, PadsIntegersByCopies) {
  for (const char* mode : {"constant", "reflect", "replicate", "circular"}) {
    ExpectSame({Bytes()}, [&](Builder& b, const std::vector<Val>& in) {
      return b.Pad(in[0], {0, 2}, {1, 1}, mode, 9);
    });
  }
}

}  // namespace
}  // namespace t2n
