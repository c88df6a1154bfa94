"""Small programs of users that once failed: each the general case of what was wrong."""

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)


class _Filtered(nn.Module):
    """A complex spectrum times a real gain."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(8))
        self.gain = nn.Linear(5, 5)

    def forward(self, x):
        spectrum = torch.stft(x, 8, 4, 8, self.window, return_complex=True)
        gain = torch.sigmoid(self.gain(spectrum.abs().transpose(1, 2))).transpose(1, 2)
        return torch.istft(spectrum * gain, 8, 4, 8, self.window, length=x.size(-1))


@collect()
def spectral_gain():
    return _Filtered(), (torch.randn(2, 32),)


class _Doubled(nn.Module):
    """Spectra of f64 there and back, one given by its parts."""

    def forward(self, x, re, im):
        window = torch.hann_window(8, dtype=torch.float64)
        spectrum = torch.stft(x, 8, 4, 8, window, return_complex=True)
        return spectrum.abs(), torch.istft(torch.complex(re, im), 8, 2, 8, window)


@collect()
def spectra_of_doubles():
    shapes = ((2, 32), (5, 7), (5, 7))
    return _Doubled(), tuple(torch.randn(*shape, dtype=torch.float64) for shape in shapes)


class _Beam(nn.Module):
    """A beam search, whose sequences begin empty."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 4)
        self.cell = nn.GRUCell(4, 4)
        self.head = nn.Linear(4, 5)

    def forward(self, state):
        n, k = state.size(0), 2
        state = state.unsqueeze(1).expand(n, k, 4).reshape(n * k, 4)
        scores = torch.full((n, k), -1e9)
        scores[:, 0] = 0.0
        token = torch.zeros(n * k, dtype=torch.long)
        sequences = torch.zeros(n, k, 0, dtype=torch.long)
        for _ in range(3):
            state = self.cell(self.embedding(token), state)
            ahead = torch.log_softmax(self.head(state), -1).view(n, k, 5)
            scores, at = (scores.unsqueeze(2) + ahead).view(n, k * 5).topk(k, dim=1)
            beam, token = at // 5, (at % 5).view(-1)
            past = sequences.gather(1, beam.unsqueeze(2).expand(n, k, sequences.size(2)))
            sequences = torch.cat([past, token.view(n, k, 1)], 2)
            state = state[(beam + torch.arange(n).unsqueeze(1) * k).view(-1)]
        return sequences, scores


@collect("traced", "scripted")
def beam_search():
    return _Beam(), (torch.randn(2, 4),)


class _Grouped(nn.Module):
    """Rows by their group's matrix, more and fewer than there are matrices; columns; sums."""

    def forward(self, rows, few, matrices, wide, ends):
        grouped = torch._grouped_mm
        ends = ends.to(torch.int32)
        some = (ends // 4).to(torch.int32)
        return (grouped(rows, matrices, ends), grouped(few, matrices, some),
                grouped(matrices, wide, ends), grouped(rows, wide, ends),
                grouped(matrices, matrices))  # fmt: skip


@collect()
def grouped_products():
    inputs = (torch.randn(8, 8), torch.randn(2, 8), torch.randn(3, 8, 8), torch.randn(8, 8))
    return _Grouped(), (*inputs, torch.tensor([2, 2, 8]))


def _define_lfilter():
    """torchaudio's operator, where there is no torchaudio."""
    library = torch.library.Library("torchaudio", "FRAGMENT")
    library.define("_lfilter(Tensor waveform, Tensor a_coeffs, Tensor b_coeffs) -> Tensor")

    def lfilter(x, a, b):
        a, b, order = a / a[:, :1], b / a[:, :1], a.shape[1] - 1
        x = nn.functional.pad(x, (order, 0))
        y = torch.zeros_like(x)
        for t in range(order, x.shape[2]):
            for k in range(order + 1):
                y[:, :, t] += b[:, k] * x[:, :, t - k] - (a[:, k] * y[:, :, t - k] if k else 0)
        return y[:, :, order:]

    library.impl("_lfilter", lfilter, "CPU")
    return library


class _Filters(nn.Module):
    def forward(self, x, a, b):
        first = torch.ops.torchaudio._lfilter(x, a, b)
        return first, torch.ops.torchaudio._lfilter(x, a[:, :1], b[:, :1])


@collect()
def recursive_filter():
    _define_lfilter.kept = _define_lfilter()
    a = torch.tensor([[1.0, -0.6, 0.2], [2.0, 0.3, -0.1]])
    return _Filters(), (torch.randn(2, 2, 12), a, torch.randn(2, 3))


class _Chosen(nn.Module):
    """Elements by numbers that the inputs decide, read and written; counts of bytes."""

    def forward(self, x, levels):
        best = int(x.sum(1).argmax())
        y = x.clone()
        y[best] = 0.5
        return x[best], y, x[:, -best], torch.bincount(levels.flatten(), minlength=256)


@collect("scripted", flags="--inputs 'f32[3,4];u8[2,5]'")
def chosen_by_number():
    return _Chosen(), (torch.randn(3, 4), torch.randint(0, 9, (2, 5), dtype=torch.uint8) * 31)


class _Triangle(nn.Module):
    def forward(self, a, b):
        return torch.linalg.solve_triangular(a, b, upper=False, unitriangular=True)


@collect()
def triangle_of_40():
    return _Triangle(), (torch.randn(40, 40) / 40, torch.randn(40, 1))


class _Products(nn.Module):
    """Products of expanded operands, joined with others or not, and behind reshapes that join axes."""

    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 3)
        self.two = nn.Linear(8, 3)
        self.pixel = nn.Conv2d(8, 3, 1)

    def forward(self, x, y, w):
        n, t, c = y.shape
        wide = x[:, None].expand(-1, t, -1)
        joined = torch.cat([wide, y], -1)
        image = torch.cat([y[:, :, None].repeat(1, 1, 2, 1), wide[:, :, None].expand(n, t, 2, c)], 3)
        windows = y.reshape(n, 3, 2, 1, c).permute(0, 3, 1, 2, 4).reshape(-1, 3, 2, c)
        rows = y.reshape(n * t, 1, c)
        return (self.one(wide), self.two(joined), self.pixel(image.permute(0, 3, 1, 2)),
                self.one(windows), self.one(rows), torch.matmul(rows, w),
                wide @ w.expand(n, -1, -1), self.one(y.transpose(0, 1).reshape(-1, 2, c)))  # fmt: skip


@collect()
def products_of_views():
    return _Products(), (torch.randn(2, 4), torch.randn(2, 6, 4), torch.randn(1, 4, 3))


class _Strided(nn.Module):
    """Strided readings of views: heads whose axes lie across one another, a part, overlapping
    chunks; and a reshape that is a view, through which one writes."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(8, 8)

    def forward(self, x):
        n, t, c = x.shape
        query = self.query(x)
        heads = query.view(n, t, 2, 4).transpose(1, 2).reshape(n * 2, t // 2, 2, 4)
        size, stride = list(heads.size()), list(heads.stride())
        size[1], stride[1] = size[1] * 2 - 1, stride[1] // 2
        chunks = heads.as_strided(size, stride)
        part = query[:, 2:].as_strided((3, 4), (8, 2))
        y = query.clone()
        y.view(n, t, 2, 4).transpose(1, 2).reshape(2, t, 4)[0] = 1.5
        z = query.clone()
        z.transpose(1, 2).reshape(8 * t)[:3] = 2.5
        filled = torch.ones(n, t, 1, 1).transpose(1, 2).reshape(n, t // 2, 2, 1)
        return chunks, part, y, z, filled.as_strided((n, t - 1, 2, 1), (t, 1, 1, 1)) * part.sum()


@collect()
def strided_views():
    return _Strided(), (torch.randn(1, 6, 8),)
