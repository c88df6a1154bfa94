#!/usr/bin/env bash
# A wheel in a new environment, without PyTorch and without a network:
# wheel_test.sh WHEEL.py MODEL.pt FILES...
set -euo pipefail
wheel=$1 model=$PWD/$2
shift 2
work=${TEST_TMPDIR:-$(mktemp -d)}
unset PYTHONPATH PYTHONHOME
/usr/bin/python3 "$wheel" "$@" "$work/wheels"
/usr/bin/python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-index --disable-pip-version-check "$work"/wheels/pt2nnef-*.whl
cd "$work"
"$work/venv/bin/python" - "$model" <<'EOF'
import concurrent.futures, io, pathlib, sys, tarfile
import pt2nnef

model = sys.argv[1]
assert pt2nnef.__version__ == pt2nnef.version() != ""
report = pt2nnef.convert(model, "folder", output_names=["scores"], state=None)
assert report["outputs"][0]["name"] == "scores", report
assert "-> (scores)" in pathlib.Path("folder/graph.nnef").read_text()
archive = pathlib.Path(model).read_bytes()
data, report = pt2nnef.convert_to_bytes(archive)
assert "graph.nnef" in tarfile.open(fileobj=io.BytesIO(data)).getnames()
assert int(report["operations"]) > 0
assert pt2nnef.convert_to_bytes(io.BytesIO(archive), compression_level=3)[0][:2] == b"\x1f\x8b"
axes = {"input": {0: "B"}}
assert pt2nnef.convert_to_bytes(model, dynamic_axes=axes)[1]["symbols"][0]["name"] == "B"
try:
    pt2nnef.convert(b"nonsense", "other")
    raise AssertionError("nonsense was converted")
except pt2nnef.ConversionError as error:
    assert error.causes == error.report["refusals"] and len(error.causes) == 1
try:
    pt2nnef.convert(model, "other", input="f32[1]")
    raise AssertionError("an unknown option was taken")
except ValueError as error:
    assert "inputs" in str(error)
assert not pathlib.Path("other").exists()
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    assert len({pool.submit(pt2nnef.convert_to_bytes, model).result()[0] for _ in range(4)}) == 1
EOF
"$work/venv/bin/pt2nnef" -q "$model" command.nnef.tar
tar -tf command.nnef.tar graph.nnef >/dev/null
