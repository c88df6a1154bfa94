// Operators with any arguments their schemas allow; bytes say which operator and which arguments.
#ifndef T2N_ATEN_ANY_CALLS_H_
#define T2N_ATEN_ANY_CALLS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "t2n/aten/registry.h"

namespace t2n {

// Calls, one after another, in a graph of their own; what one gave may be an argument of the next.
class AnyCalls {
 public:
  AnyCalls(const uint8_t* data, size_t size);

  // False when the bytes are used up.
  bool Next();

  // The results of calls that succeeded become the graph's outputs.
  const Graph& Finish();

 private:
  // Takes decisions from bytes; zeros when they are used up.
  class Choices {
   public:
    Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}
    size_t Below(size_t n);
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

  void Keep(const Arg& result);
  Dim Size();
  DType AnyType();
  int64_t Integer();
  double Real();
  Val AnyTensor();
  Arg AnyArg(const SchemaType& type);
  Arg Item(const SchemaType& type);

  Choices c_;
  Graph graph_;
  Builder b_{&graph_};
  Shape shape_;
  DType dtype_;
  std::vector<Val> results_;
};

}  // namespace t2n

#endif  // T2N_ATEN_ANY_CALLS_H_
