// A table with an answer for every primitive: what one place makes of each. A primitive without an
// answer does not compile, and the compiler's message says which one and where.
//
//   constexpr OpTable<Form> kForms({{OpKind::kUnary, Form::kElementwise}, ...},
//                                  {{Form::kPad, {Op::kPad}}, ...});
//   static_assert(IsWhole<kForms.Fault()>());
#ifndef T2N_IR_OP_TABLE_H_
#define T2N_IR_OP_TABLE_H_

#include <initializer_list>

#include "t2n/ir/primitives.h"

namespace t2n {

template <typename T>
class OpTable {
 public:
  struct OfKinds {
    T value;
    std::initializer_list<OpKind> kinds;
  };
  struct OfOps {
    T value;
    std::initializer_list<Op> ops;
  };

  // What follows from the kind, whichever of it a primitive is; and what each primitive needs its
  // own answer for, which goes before its kind's.
  constexpr OpTable(std::initializer_list<OfKinds> by_kind, std::initializer_list<OfOps> by_op) {
    for (const OfOps& row : by_op) {
      for (Op op : row.ops) Add(op, row.value);
    }
    bool own[kNumOps] = {};
    for (int i = 0; i < kNumOps; ++i) own[i] = count_[i] > 0;
    for (const OfKinds& row : by_kind) {
      for (OpKind kind : row.kinds) {
        for (int i = 0; i < kNumOps; ++i) {
          if (KindOf(static_cast<Op>(i)) == kind && !own[i]) Add(static_cast<Op>(i), row.value);
        }
      }
    }
  }
  constexpr explicit OpTable(std::initializer_list<OfOps> by_op) : OpTable({}, by_op) {}

  constexpr const T& operator[](Op op) const { return values_[static_cast<int>(op)]; }

  // A primitive that has no answer or two, kNoOp if there is none.
  constexpr Op Fault() const {
    for (int i = 0; i < kNumOps; ++i) {
      if (count_[i] != 1) return static_cast<Op>(i);
    }
    return kNoOp;
  }

 private:
  constexpr void Add(Op op, const T& value) {
    values_[static_cast<int>(op)] = value;
    ++count_[static_cast<int>(op)];
  }

  T values_[kNumOps] = {};
  int count_[kNumOps] = {};
};

template <Op fault>
constexpr bool IsWhole() {
  static_assert(fault == kNoOp, "a table has no answer, or two, for this primitive");
  return true;
}

}  // namespace t2n

#endif  // T2N_IR_OP_TABLE_H_
