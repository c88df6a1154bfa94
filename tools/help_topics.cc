#include "tools/help_topics.h"

namespace t2n {
namespace {

constexpr char kInputs[] = R"(Inputs

A .pt2 and a traced archive of torch 2 know the sizes of their inputs: no flag is needed. Scripted
and older ones do not; a message says what to add, and `pt2nnef inspect MODEL` lists arguments.

  --inputs "f32[1,3,224,224]"            in the order of the arguments
  --inputs "ids=i64[1,S];mask=i64[1,S]"  by name; S is a size that stays open
  --args "sr=16000;full=True"            values that are no tensors, and tensors that are constants
  --args "lengths=[20,S]"                numbers may be open sizes

A tensor inside a tuple, list, NamedTuple or dict is an input of its own (`pair_0`, `d_key`); a path
leads to it, and to values that are no tensors:

  --inputs "pair.0=f32[2];xs[1]=f32[2]"  items of tuples and lists
  --inputs "state.hidden=f32[4]"         fields of NamedTuples, in others too: pair.1.hidden
  --inputs "d.key=f32[2];d['odd key']=f32[2];numbered[3]=f32[2]"
  --args "pair.1=3;state=None"

f32[...] stands for the sizes that the archive has of an example.

Types: f32 f64 f16 bf16 i8 i16 i32 i64 u8 bool c64 c128.
)";

constexpr char kOpenSizes[] = R"(Open sizes

A name in the place of a size is a size that stays open in the NNEF model (extension tract_symbol).

  --inputs "x=f32[B,3,S]"             from the type
  --dynamic_axes "x:0=B,x:2=S"        on top of what the archive knows
  --dynamic_axes '{"x": {0: "B"}}'    as torch.onnx.export has it

Where the program asks about sizes and goes on either way, the model takes one as it runs, if both
are one graph; if not, a remainder that settles it (H%8==0) is taken, and a warning tells it. What
cannot be is refused with the fact that would settle it:

  --assert "S>=8"           a bound             --assert "S%16==0"        a divisor
  --assert "S<=T"           between sizes       --assert "8<=S<=64"       both bounds
  --assert "max(lengths)==S"                    the largest element of an input

Sizes for which the program raises are none of the model's: the model says so (tract_assert S >= 3).
)";

constexpr char kState[] = R"(State

Tensors that modules keep from one call to the next (streaming models, caches) become an input and
an output each: `state` and `state_next`; NAME.initial.dat beside the weights is the value for the
first call. --report lists them under `states`.

  --state input     as said (default)
  --state drop      the first call alone
)";

constexpr char kQuantized[] = R"(Quantized models

Weights stay integers in the model. Which engine ran the layers decides how they round; archives
show it mostly, otherwise a warning says what was taken:

  --quantized_engine fbgemm|x86|onednn|qnnpack     torch.backends.quantized.engine when it was saved
)";

constexpr char kExtend[] = R"(Operators and modules of your own

  --extend my.textproto     (may be repeated)

names a file of NNEF fragments and says which operator or module becomes a call of which:

  fragments: "my.nnef"      # fragment fused_norm(x: tensor<scalar>, ...) -> (y: tensor<scalar>) { ... }
  op {
    schema: "mylib::fused_norm(Tensor x, Tensor weight, float eps=1e-5) -> Tensor"
    fragment: "fused_norm"
    bind { parameter: "axes" value: "[x.ndim - 1]" }     # others by the arguments' names
    result { like: "x" }    # or dtype: "f32" shape: "[x.shape[0], 2 * x.shape[1]]"
    body: "return x * torch.rsqrt(torch.mean(x * x, [-1], True) + eps) * weight"   # for check; optional
  }
  module {
    schema: "pkg.Attention(Tensor x) -> Tensor"          # the class may have * and ?
    fragment: "attention"
    bind { parameter: "weight" value: "self.proj.weight" }
    result { like: "x" }
  }

An argument that no parameter gets is refused by its name if it is not at its default; ignore: "NAME"
says that it has no effect. A refusal of an operator that is not known has the text to begin with.
Traced archives and .pt2 have the tensors that a module uses in the order of their first use: where
there are several, used: "mask" used: "x" says which is which. They have its results in the order
in which they are computed: made: 1 made: 0. A .pt2 that was exported with
preserve_module_call_signature=("path.of.the.module",) has both, and numbers.
)";

constexpr char kTargets[] = R"(Targets

  --target tract            the newest version known (default)
  --target tract:0.22.4     what that version reads, 0.19 to 0.23
  --strict                  --target khronos: NNEF 1.0.5 and nothing else, for any reader

What a target has no form for is refused with its name.
)";

}  // namespace

const std::vector<HelpTopic>& AllTopics() {
  static const auto* const kTopics = new std::vector<HelpTopic>{
      {"inputs", kInputs},       {"open_sizes", kOpenSizes}, {"state", kState},
      {"quantized", kQuantized}, {"extend", kExtend},        {"targets", kTargets}};
  return *kTopics;
}

}  // namespace t2n
