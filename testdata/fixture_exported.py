"""Modules for archives of torch.export: what programs have that TorchScript has not."""

import fixture_blocks
import fixture_cut
import fixture_detections
import torch
from torch import nn
from torch.nn import functional as F


class Batchnorm(nn.Module):
    """In training: it moves its statistics, which the next call reads in evaluation."""

    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm1d(3)
        self.norm = nn.InstanceNorm1d(3, affine=True, track_running_stats=True)

    def forward(self, x):
        before = F.batch_norm(x, self.bn.running_mean, self.bn.running_var)
        other = F.instance_norm(x, self.norm.running_mean, self.norm.running_var, use_input_stats=False)
        return self.norm(self.bn(x)), before, other


class Cache(nn.Module):
    """Writes to a buffer through views, at a position that is another buffer."""

    def __init__(self):
        super().__init__()
        self.register_buffer("keys", torch.zeros(1, 6, 4))
        self.register_buffer("position", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        self.keys.index_copy_(1, self.position.reshape(1), x)
        self.keys[:, :, :1] *= 0.5
        self.position += 1
        return (x @ self.keys.transpose(1, 2)).softmax(-1) @ self.keys


class MutatedInput(nn.Module):
    """Writes to its input, also through a view that was made before."""

    def forward(self, x, step):
        row = x[1]
        x.add_(step)
        row.mul_(2)
        return row.sum() + x[0]


class CondSizes(nn.Module):
    """Branches on sizes, within another on values."""

    def forward(self, x):
        def large(x):
            return torch.cond(x.shape[0] > 4, lambda x: x * 2, lambda x: x - 1, (x,))

        return torch.cond(x.sum() > 0, large, lambda x: -x, (x,))


class WhileLoop(nn.Module):
    """A loop that counts, and halves what it carries."""

    def forward(self, x):
        from torch._higher_order_ops import while_loop

        n = torch.zeros((), dtype=torch.int64)
        n, x = while_loop(lambda n, x: n < 4, lambda n, x: (n + 1, x * 0.5 + n), (n, x))
        return x * n


class Scan(nn.Module):
    """A recurrent cell over an open axis, from the end too."""

    def __init__(self):
        super().__init__()
        self.cell = nn.Linear(5, 3)

    def forward(self, x):
        from torch._higher_order_ops.scan import scan

        def step(h, row):
            h = torch.tanh(self.cell(torch.cat([h, row], -1)))
            return h, h * 2

        return scan(step, torch.zeros(2, 3), x, dim=0), scan(step, torch.ones(2, 3), x, reverse=True)


class Map(nn.Module):
    """One row of several tensors at a time, with a tensor for all."""

    def forward(self, x, y):
        from torch._higher_order_ops.map import map as rows

        return rows(lambda pair, w: (pair[0] @ w, pair[1].cumsum(0)), (x, x * 2), y)


class Vmap(nn.Module):
    """Nested, along other axes than the first, with tensors for all rows."""

    def forward(self, x, y):
        pairwise = torch.vmap(lambda b: torch.vmap(lambda a: (a * b).sum())(x))
        rows = torch.vmap(lambda a, b: a.softmax(0) - b.cumsum(0), in_dims=(1, None))
        return pairwise(y), rows(x, x.sum(1))


class Autocast(nn.Module):
    """A region of bfloat16; and one without gradients."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            y = self.a(x).relu() + x
        with torch.no_grad():
            z = self.b(x)
        return y.float() + z


class Sizes(nn.Module):
    """Arithmetic on sizes that several inputs share."""

    def forward(self, x, y):
        n, m = x.shape[0], y.shape[0]
        z = torch.cat([x, y]).reshape(n + m, 2, -1)
        w = torch.arange(n // 2 + 3 * m).float().mean()
        return z[: max(n, m)], w * n, F.pad(x, (0, 0, 0, n // 2))


class Derived(nn.Module):
    """A size that is a multiple of another, and one of three more."""

    def forward(self, x, y):
        return x.reshape(-1, 4).mean(1) + y[: x.shape[0] // 4, 0], y.sum(0)


class Arguments(nn.Module):
    """Nested arguments by keyword, numbers, None, strings."""

    def forward(self, x, pair, *rest, d, scale=2.0, mode="sum", opt=None, n=3):
        y = x * scale + sum(pair) + d["k"] * d["l"][0]
        return {"out": getattr(y, mode)(0), "rest": [r * n for r in rest], "none": opt}


class Weights(nn.Module):
    """Tied weights, a transposed one, of 8 and 16 bits."""

    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Embedding(7, 4), nn.Linear(4, 7, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("turned", torch.randn(4, 3).t())
        self.halved = nn.Parameter(torch.randn(4).half())
        self.brain = nn.Parameter(torch.randn(4).bfloat16())
        self.register_buffer("eighth", torch.randn(2, 4).to(torch.float8_e4m3fn)[1])
        self.register_buffer("coarse", torch.randn(4).to(torch.float8_e5m2))

    def forward(self, ids):
        x = self.embed(ids) + self.halved.float() * self.brain.float()
        x = x * self.eighth.float() + self.coarse.to(torch.float16)
        return self.head(x), x @ self.turned.t()


class Unbounded(nn.Module):
    """A loop that only the values of its input end."""

    def forward(self, n, x):
        from torch._higher_order_ops import while_loop

        return while_loop(lambda n, x: n < 4, lambda n, x: (n + 1, x * 2), (n, x))


class Inverse(nn.Module):
    """What raises where a matrix has none, decomposed with an effect."""

    def forward(self, x):
        return torch.linalg.inv(x @ x.mT + torch.eye(3)), torch.linalg.solve(x @ x.mT, x)


class Bins(nn.Module):
    """Points counted in bins over a range, over their own and by edges."""

    def forward(self, x, edges):
        ranged = torch.histogramdd(x, [3, 2], range=[-1.0, 1.0, -2.0, 2.0], density=True)
        return ranged, torch.histogramdd(x, [2, 4]), torch.histogramdd(x, [edges, edges])


class ChunkedLoss(nn.Module):
    """The loss of a linear layer that is computed piece by piece."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 5)
        self.register_buffer("weight", torch.rand(5))

    def forward(self, x, target):
        import torch.nn.modules.linear_cross_entropy  # registers the operators

        op, layer = torch.ops.torch_nn, self.layer
        each = op._linear_cross_entropy_batch_chunked_no_reduction(
            x, layer.weight, target, layer.bias, None, 1, 2, "compact", torch.float32
        )
        for reduction in ("mean", "sum"):
            each = each + op._linear_cross_entropy_batch_chunked(
                x, layer.weight, target, None, self.weight, reduction, -100, 0.0, 2, "compact",
                torch.float32, True, False, False, False,
            )[0]  # fmt: skip
        return each


class Search(nn.Module):
    """Writes a row a pass until there are `length` or their sum is large. Behind its end its index
    would be out of range."""

    def forward(self, x, length):
        from torch._higher_order_ops import while_loop

        def goes_on(i, rows):
            return (i < length) & (rows.sum() < 3)

        def step(i, rows):
            at = i.reshape(1)
            return i + 1, rows.index_copy(0, at, x.index_select(0, at).cumsum(1) + i)

        i, rows = while_loop(goes_on, step, (torch.zeros((), dtype=torch.int64), x * 0))
        return i, rows


class Chosen(nn.Module):
    """As many results as a mask has true elements."""

    def forward(self, x):
        return x[x > 0]


class Network(nn.Module):
    """Layers that decomposition takes apart."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.GELU(), nn.MaxPool2d(2),
            nn.ConvTranspose2d(4, 4, 2, stride=2, groups=2), nn.GroupNorm(2, 4), nn.Hardswish(),
        )  # fmt: skip
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.lstm = nn.LSTM(8, 3, bidirectional=True, batch_first=True)

    def forward(self, x):
        y = self.conv(x).mean(1)
        y, _ = self.attention(y, y, y, need_weights=False)
        out, (h, _) = self.lstm(self.norm(y[:, :3]))
        up = F.interpolate(out.unsqueeze(1), scale_factor=2.0, mode="bilinear")
        return F.log_softmax(up, -1), h, F.scaled_dot_product_attention(y, y, y, is_causal=True)


def r(*shape):
    return torch.randn(*shape)


def torchao_fixtures():
    """Weights and activations quantized by torchao, where that is installed: tensors of its classes."""
    try:
        import torchao.quantization as ao
    except ImportError:
        return {}
    configs = {
        "ao_int8": ao.Int8DynamicActivationInt8WeightConfig(),
        "ao_affine": ao.Int8DynamicActivationIntxWeightConfig(),
        "ao_float8": ao.Float8WeightOnlyConfig(),
    }
    made = {}
    for name, config in configs.items():
        module = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8)).eval()
        ao.quantize_(module, config)
        # The element of the largest magnitude lies half a step from two integers: a positive one is
        # cut to the same whichever way it is rounded.
        made[name] = (module, [((r(3, 64).clamp(min=-1),), {})], {})
    return made


class Experts(nn.Module):
    """Rows by their group's matrix, by the operator that transformers defines; some have no group."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 4, 5))
        _define_grouped_mm()

    def forward(self, x, offs):
        return torch.ops.transformers.grouped_mm_fallback(x, self.weight, offs)


def _define_grouped_mm():
    if hasattr(torch.ops.transformers, "grouped_mm_fallback"):
        return

    def grouped(input: torch.Tensor, weight: torch.Tensor, offs: torch.Tensor) -> torch.Tensor:
        out, start = input.new_zeros(input.shape[0], weight.shape[2]), 0
        for matrix, end in zip(weight, offs.tolist()):
            out[start:end] = input[start:end] @ matrix
            start = end
        return out

    op = torch.library.custom_op("transformers::grouped_mm_fallback", grouped, mutates_args=())
    op.register_fake(lambda input, weight, offs: input.new_empty(input.shape[0], weight.shape[2]))


def residual():
    """README's model, by the other way to save it."""
    model, _ = fixture_blocks.residual()
    fixture_blocks.randomise_statistics(model)
    return model


def fixtures():
    """name: (module, [(args, kwargs) of each call], options). Options: train, core (decomposed too),
    refused (with what), flags (of the conversion), recorded (what a cut gives), and arguments of torch.export.export."""
    auto = torch.export.Dim.AUTO
    one, two = torch.export.Dim("one", min=2, max=8), torch.export.Dim("two", min=2)
    made = torchao_fixtures()
    keywords = {"d": {"k": r(2, 3), "l": [r(3)]}, "scale": 0.5, "opt": None, "n": 4}
    return made | {
        "batchnorm": (Batchnorm(), [((r(2, 3, 5),), {}) for _ in range(3)], {"train": True, "core": True}),
        "cache": (Cache(), [((r(1, 1, 4),), {}) for _ in range(4)], {"core": True}),
        "mutated_input": (MutatedInput(), [((r(2, 3), r(3)), {})], {"core": True}),
        "cond_sizes": (CondSizes(), [((r(3, 2).abs(),), {}), ((r(5, 2).abs(),), {}), ((-r(6, 2).abs(),), {})],
                       {"dynamic_shapes": ({0: one},)}),
        "while_loop": (WhileLoop(), [((r(3),), {})], {}),
        "scan": (Scan(), [((r(4, 2, 2),), {}), ((r(6, 2, 2),), {})], {"dynamic_shapes": ({0: one},)}),
        "map": (Map(), [((r(3, 2, 4), r(4, 5)), {})], {}),
        "vmap": (Vmap(), [((r(3, 4), r(2, 4)), {})], {"core": True}),
        "autocast": (Autocast(), [((r(2, 4),), {})], {"core": True}),
        "sizes": (Sizes(), [((r(4, 6), r(3, 6)), {}), ((r(5, 6), r(7, 6)), {})],
                  {"dynamic_shapes": ({0: one}, {0: two}), "core": True}),
        "derived": (Derived(), [((r(8), r(5, 2)), {}), ((r(12), r(6, 2)), {})],
                    {"dynamic_shapes": ({0: 4 * one}, {0: one + 3})}),
        "arguments": (Arguments(), [((r(2, 3), (r(3), r(2, 1)), r(2), r(1)), keywords)], {}),
        "weights": (Weights(), [((torch.tensor([[1, 6, 0], [5, 2, 2]]),), {}), ((torch.tensor([[2, 2], [3, 4], [0, 1]]),), {})],
                    {"dynamic_shapes": ({0: auto, 1: auto},)}),
        "experts": (Experts(), [((r(7, 4), torch.tensor([2, 2, 6])), {}), ((r(2, 4), torch.tensor([0, 1, 1])), {})],
                    {"dynamic_shapes": ({0: two}, None)}),
        "unbounded": (Unbounded(), [((torch.tensor(n), r(2)), {}) for n in (0, 5, -60)], {}),
        "inverse": (Inverse(), [((r(3, 3),), {})], {"core": True}),
        "bins": (Bins(), [((r(9, 2), torch.tensor([-1.0, 0.0, 0.5, 2.0])), {})], {"core": True}),
        "chunked_loss": (ChunkedLoss(), [((r(5, 4), torch.tensor([1, 4, 0, 2, 1])), {})], {}),
        "search": (Search(), [((r(4, 3), torch.tensor(n)), {}) for n in (4, 2, 0, 3, 4)],
                   {"flags": "--max_iterations 6"}),
        "chosen": (Chosen(), [((r(5),), {})],
                   {"refused": "the size of the result depends on the inputs' values"}),
        "dropout": (nn.Dropout(0.5), [((r(5),), {})],
                    {"train": True, "refused": "call eval() on the model before saving it"}),
        "residual": (residual(), [((r(n, 3, 16, 16),), {}) for n in (2, 1, 3)],
                     {"dynamic_shapes": ({0: torch.export.Dim("batch")},)}),
        "one_of_many": (nn.Sequential(nn.Conv1d(2, 3, 3), nn.Flatten()), [((r(1, 2, 6),), {})],
                        {"example": ((r(2, 2, 6),), {}), "dynamic_shapes": ({0: torch.export.Dim("batch")},),
                         "flags": "--inputs input=f32[1,2,6]"}),
        "network": (Network(), [((r(1, 2, 8, 8),), {})], {"core": True}),
        "cut_detector": (fixture_cut.Detector(), [((r(n, 3, 8, 6),), {}) for n in (2, 3)],
                         {"dynamic_shapes": ({0: one},), "recorded": fixture_cut.inside_exported,
                          "flags": "--cut backbone.first.norm,mul,head,backbone.second"}),
        "cut_state": (fixture_cut.Repeated(), [((r(3, 4),), {}) for _ in range(3)],
                      {"recorded": fixture_cut.repeated, "flags": "--cut tanh,layer_2"}),
        "detections": (fixture_detections.Exported(),
                       [((fixture_detections.some_boxes(24), r(24), torch.arange(24) % n), {}) for n in (1, 3)],
                       {"recorded": fixture_detections.exported, "flags": "--max_detections 24"}),
    }
