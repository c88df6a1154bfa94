#include "emit/lower/families.h"
#include "t2n/ir/op_table.h"

namespace t2n {
namespace {

constexpr OpTable<LowerFn> kLowerings({{LowerUnary, {OpKind::kUnary, OpKind::kPredicate}},
                                       {LowerCast, {OpKind::kCast}},
                                       {LowerBinary, {OpKind::kBinary, OpKind::kComparison}},
                                       {LowerSelect, {OpKind::kSelect}}},
                                      {// Operands that are written where they are used.
                                       {nullptr, {Op::kInput, Op::kConstant, Op::kDims}},
                                       {LowerIota, {Op::kIota}},
                                       {LowerSumOrMean, {Op::kReduceSum, Op::kReduceMean}},
                                       {LowerProd, {Op::kReduceProd}},
                                       {LowerExtreme, {Op::kReduceMax, Op::kReduceMin}},
                                       {LowerAnyOrAll, {Op::kReduceAny, Op::kReduceAll}},
                                       {LowerArgReduce, {Op::kArgMax, Op::kArgMin}},
                                       {LowerReshape, {Op::kReshape}},
                                       {LowerTranspose, {Op::kTranspose}},
                                       {LowerBroadcast, {Op::kBroadcast}},
                                       {LowerSlice, {Op::kSlice}},
                                       {LowerReverse, {Op::kReverse}},
                                       {LowerConcat, {Op::kConcat}},
                                       {LowerPad, {Op::kPad}},
                                       {LowerGather, {Op::kGather}},
                                       {LowerGatherElements, {Op::kGatherElements}},
                                       {LowerGatherNd, {Op::kGatherNd}},
                                       {LowerScatter, {Op::kScatterElements, Op::kScatterNd}},
                                       {LowerTopK, {Op::kTopK}},
                                       {LowerEinsum, {Op::kEinsum}},
                                       {LowerConv, {Op::kConv}},
                                       {LowerConvTranspose, {Op::kConvTranspose}},
                                       {LowerMaxPool, {Op::kMaxPool}},
                                       {LowerAvgPool, {Op::kAvgPool}},
                                       {LowerResize, {Op::kResize}},
                                       {LowerQuantize, {Op::kQuantize}},
                                       {LowerDequantize, {Op::kDequantize}},
                                       {LowerIntRepr, {Op::kIntRepr, Op::kFromIntRepr}},
                                       {LowerComposite, {Op::kComposite}},
                                       {LowerScan, {Op::kScan}},
                                       // A Scan (t2n/passes/loops.h).
                                       {nullptr, {Op::kCumulative}},
                                       // See LowerToRealTypes.
                                       {nullptr,
                                        {Op::kMakeComplex, Op::kReal, Op::kImag, Op::kFft}}});
static_assert(IsWhole<kLowerings.Fault()>());

}  // namespace

LowerFn FindLowering(Op op) { return kLowerings[op]; }

}  // namespace t2n
