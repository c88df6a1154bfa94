// The methods of Builder that primitives have by their kind: Neg(x), Add(a, b), Add(a, 1.5).
#ifndef T2N_BUILDER_ELEMENTWISE_METHODS_H_
#define T2N_BUILDER_ELEMENTWISE_METHODS_H_

#include "t2n/ir/primitives.h"

// clang-format off
#define T2N_METHOD_OF_ONE(Name) \
  Val Name(const Val& x) { return Unary(Op::k##Name, x); }
#define T2N_METHODS_OF_TWO(Name) \
  Val Name(const Val& a, const Val& b) { return Binary(Op::k##Name, a, b); } \
  Val Name(const Val& a, double b) { return Binary(Op::k##Name, a, b); }

#define T2N_METHODS_Unary(Name) T2N_METHOD_OF_ONE(Name)
#define T2N_METHODS_Predicate(Name) T2N_METHOD_OF_ONE(Name)
#define T2N_METHODS_Binary(Name) T2N_METHODS_OF_TWO(Name)
#define T2N_METHODS_Comparison(Name) T2N_METHODS_OF_TWO(Name)
// The others take attributes.
#define T2N_METHODS_Source(Name)
#define T2N_METHODS_Cast(Name)
#define T2N_METHODS_Select(Name)
#define T2N_METHODS_Reduction(Name)
#define T2N_METHODS_AxisWise(Name)
#define T2N_METHODS_Layout(Name)
#define T2N_METHODS_Gather(Name)
#define T2N_METHODS_Scatter(Name)
#define T2N_METHODS_Product(Name)
#define T2N_METHODS_Window(Name)
#define T2N_METHODS_Resize(Name)
#define T2N_METHODS_Complex(Name)
#define T2N_METHODS_Quantized(Name)
#define T2N_METHODS_Body(Name)

// Of a row of T2N_PRIMITIVES.
#define T2N_ELEMENTWISE_METHODS(Name, arity, kind, traits) T2N_METHODS_##kind(Name)
// clang-format on

#endif  // T2N_BUILDER_ELEMENTWISE_METHODS_H_
