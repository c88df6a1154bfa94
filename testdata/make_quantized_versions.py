"""Writes quantized models as an older torch saves them, for testdata/models/versions.

    python make_quantized_versions.py OUT     (torch from 1.4 on; writes OUT/torch-VERSION)

As make_models.py: NAME.pt, NAME.npz with inputs, outputs and steps, NAME.flags.
"""

import pathlib
import sys
import warnings

import numpy as np
import torch
from torch import nn, quantization


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant = quantization.QuantStub()
        self.conv, self.relu = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ReLU()
        self.grouped = nn.Conv2d(4, 4, 3, groups=2)
        self.add = nn.quantized.FloatFunctional()
        self.head = nn.Linear(4, 5)
        self.dequant = quantization.DeQuantStub()

    def forward(self, x):
        y = self.grouped(self.relu(self.conv(self.quant(x))))
        return self.dequant(self.head(self.add.add(y, y).mean([2, 3])))


def static(engine):
    torch.backends.quantized.engine = engine
    model, x = Net().eval(), torch.randn(2, 3, 8, 8)
    model.qconfig = quantization.get_default_qconfig(engine)
    model = quantization.prepare(quantization.fuse_modules(model, [["conv", "relu"]]))
    model(x)
    model = quantization.convert(model)
    return model, x, float(model.head.scale)


def dynamic():
    torch.backends.quantized.engine = "fbgemm"
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 4)).eval()
    x = torch.randn(3, 6)
    model = quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
    y = model(x)
    return model, x, float(y.max() - y.min()) / 255


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.lstm, self.gru = nn.Linear(6, 5), nn.LSTM(5, 4, 2), nn.GRU(4, 4)
        self.lstm_cell, self.gru_cell = nn.LSTMCell(5, 4), nn.GRUCell(5, 4)
        self.cell = nn.RNNCell(5, 4, nonlinearity="relu")

    def forward(self, x):
        x = self.words(x)
        y, (h, c) = self.lstm(x)
        z, n = self.gru(y)
        first, state = x[0], h[0]
        cells = self.lstm_cell(first, (state, c[0])), self.gru_cell(first, state)
        return y, h, c, z, n, cells, self.cell(first, state)


def legacy():
    """Scripted by torch.jit.quantized, which torch 2.1 no longer has."""
    from torch.jit import quantized

    torch.backends.quantized.engine = "fbgemm"
    model = quantized.quantize_rnn_cell_modules(Recurrent())
    model = quantized.quantize_rnn_modules(model)
    model = quantized.quantize_linear_modules(model)
    return torch.jit.script(model), torch.randn(3, 2, 6), None


def flat(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [tensor for item in value for tensor in flat(item)]


def write(stem, model, x, step):
    """`step` of the output; None: what its range has in 8 bits."""
    archive = model if step is None else torch.jit.trace(model, x)
    recorded = {"in0": x.numpy()}
    for i, y in enumerate(flat(archive(x))):
        recorded["out%d" % i] = y.detach().numpy()
        recorded["step%d" % i] = np.float64(step or float(y.max() - y.min()) / 255)
    archive.save(str(stem) + ".pt")
    np.savez(str(stem) + ".npz", **recorded)
    sizes = ",".join(map(str, x.shape))
    pathlib.Path(str(stem) + ".flags").write_text("--inputs 'f32[{}]'\n".format(sizes))


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1]) / ("torch-" + torch.__version__.split("+")[0])
    folder.mkdir(parents=True, exist_ok=True)
    engines = torch.backends.quantized.supported_engines
    for engine in ("fbgemm", "qnnpack"):
        if engine in engines:
            torch.manual_seed(0)
            write(folder / ("quantized_" + engine), *static(engine))
    if "fbgemm" in engines:
        torch.manual_seed(0)
        write(folder / "quantized_dynamic", *dynamic())
        if torch.__version__ < "2":
            torch.manual_seed(0)
            write(folder / "quantized_legacy", *legacy())


if __name__ == "__main__":
    main()
