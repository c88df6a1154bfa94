// pt2nnef: converts TorchScript archives to NNEF. Option parsing and calls; the work is in t2n.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/commands.h"

namespace {

constexpr char kUsage[] =
    R"(pt2nnef: TorchScript archives (torch.jit.save) to NNEF models, without PyTorch

  pt2nnef [convert] [flags] MODEL OUT   OUT: a folder, NAME.nnef.tar or NAME.nnef.tgz
  pt2nnef check [flags] MODEL OUT       run MODEL's graph on --io and compare with what torch gave
  pt2nnef inspect [flags] MODEL         modules, methods, operators and weights of the archive

Flags (--name=value or --name value):
  --inputs "x=f32[1,3,224,224];ids=i64[1,S]"
                           types of the tensor arguments, by name or in order; a letter is a size
                           that stays open. Needed if the archive holds no example sizes.
  --args "sr=16000;full=True;lengths=[20,15]"
                           values of arguments; one that is a tensor becomes a constant
  --method NAME            the method to convert (default: forward)
  --dynamic_axes "x:0=B,x:2=S"
                           sizes that stay open; or as a dict, {"x": {0: "B", 2: "S"}}
  --assert "S>=1"          facts about open sizes, such as 8<=S<=64, S%4==0, or the largest
                           element of an input: max(lengths)==S (may be repeated)
  --input_names a,b        names in the NNEF graph
  --output_names c,_       an output called _ is left out
  --target tract|tract:0.22.4|khronos
                           what the output must run on (default: tract)
  --strict                 --target khronos: NNEF 1.0.5 and nothing else
  --state input|drop       what modules keep between calls: extra inputs and outputs (default),
                           or the first call alone
  --training eval|keep     of a model saved in training mode: as after eval() (default), or refused
  --compression_level N    of a .nnef.tgz, 1 to 9
  --spec FILE              all of these as a ConversionSpec, in JSON or protobuf's text format;
                           other flags override it
  --io FILE.npz            check: inputs in0, in1, ... and torch's outputs out0, out1, ...
  --rtol R, --atol A       check: tolerances (defaults: 1e-3, 1e-4)
  --help

Examples:
  pt2nnef resnet18.pt resnet18
  pt2nnef --inputs "ids=i64[1,S]" bert.pt bert.nnef.tgz
  pt2nnef inspect model.pt

Exit status: 0 done; 1 refused or failed (the last line of stderr says why); 2 wrong usage;
3 check found a difference.
)";

int Usage(const std::string& message) {
  std::fprintf(stderr, "pt2nnef: %s\nTry 'pt2nnef --help'.\n", message.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  for (const std::string& a : args) {
    if (a == "--help" || a == "-h" || a == "-help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
  }
  // Under `bazel run` paths are relative to where the caller stands.
  if (const char* directory = std::getenv("BUILD_WORKING_DIRECTORY")) {
    if (chdir(directory) != 0) return Usage(absl::StrCat("cannot enter ", directory));
  }
  t2n::CommandLine command;
  absl::Status parsed = t2n::ParseCommandLine(args, &command);
  if (!parsed.ok()) return Usage(std::string(parsed.message()));
  return t2n::RunCommand(command);
}
