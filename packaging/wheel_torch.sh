#!/usr/bin/env bash
# The wheel in a new environment that sees a PyTorch: traced, scripted and exported, each with an open
# batch; then run in tract, against what PyTorch gave (and in an environment of its own, without one).
#   packaging/wheel_torch.sh PYTHON    (a Python that has torch and numpy)
set -euo pipefail
repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
torch=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$repository"
# shellcheck disable=SC2086
bazel run ${BAZEL_FLAGS:-} //packaging:wheel -- "$work/wheels" >&2
"$torch" -m venv "$work/venv"
packages=$("$work/venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')
"$torch" -c 'import site; print("\n".join(site.getsitepackages()))' > "$packages/torch.pth"
"$work/venv/bin/pip" install --quiet --no-index --no-deps "$work"/wheels/pt2nnef-*.whl
cd "$work"
cat >program.py <<'EOF'
import numpy as np
import pt2nnef
import torch


class Scores(torch.nn.Module):
    """Scores of images [N, 3, 16, 16] and of facts [N, 4] about them: [N, 5], and the features [N, 32]."""

    def __init__(self):
        super().__init__()
        self.features = torch.nn.Sequential(torch.nn.Conv2d(3, 28, 3), torch.nn.ReLU(),
                                            torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
        self.scores = torch.nn.Linear(32, 5)

    def forward(self, x, facts):
        features = torch.cat([self.features(x), facts], 1)
        return self.scores(features), features


torch.manual_seed(0)
module = Scores().eval()
arguments = lambda n: (torch.randn(n, 3, 16, 16), torch.randn(n, 4))
for how in "trace", "script", "export":
    report = pt2nnef.export(module, arguments(2), f"{how}.nnef.tgz", how=how,
                            input_names=["image", "facts"], output_names=["scores", "features"],
                            dynamic_axes={"image": {0: "B"}, "facts": {0: "B"}})
    assert [i["name"] for i in report["inputs"]] == ["image", "facts"], report
    assert [o["name"] for o in report["outputs"]] == ["scores", "features"], report
given = arguments(3)
with torch.no_grad():
    wanted = module(*given)
named = {f"in{i}": x.numpy() for i, x in enumerate(given)}
named |= {f"out{i}": y.numpy() for i, y in enumerate(wanted)}
np.savez("recorded.npz", **named)
programs = {"jit": torch.jit.trace(module, given), "program": torch.export.export(module, given)}
for name, made in programs.items():
    pt2nnef.export(made, given, f"{name}.nnef.tar")
try:
    pt2nnef.export(module, given, "other", how="onnx")
    raise AssertionError("an unknown way was taken")
except ValueError as error:
    assert "trace, script or export" in str(error)
EOF
"$work/venv/bin/python" program.py
for model in trace.nnef.tgz script.nnef.tgz export.nnef.tgz jit.nnef.tar program.nnef.tar; do
  "$repository/.venv/bin/python" "$repository/tools/judge/run_tract.py" "$model" recorded.npz >&2
done
echo "wheel: five models made with torch $("$torch" -c 'import torch; print(torch.__version__)'), as torch in tract"
