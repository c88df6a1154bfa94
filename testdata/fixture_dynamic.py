"""Models with sizes that stay open, each called at several of them. Each make gives the inputs of
the calls; `axes` are the --dynamic_axes of a traced model, `inputs` the --inputs of a scripted one."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import rnn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


def traced(axes, more="", **options):
    return fixture_of("traced", flags=f"--dynamic_axes '{axes}' {more}".strip(), **options)


def scripted(inputs, more="", **options):
    return fixture_of("scripted", flags=f"--inputs '{inputs}' {more}".strip(), **options)


def sequences(*sizes, width=8):
    return [(torch.randn(b, s, width),) for b, s in sizes]


@traced("x:0=B,x:1=S")
def dynamic_causal_attention():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.project = nn.Linear(8, 24)
            self.places = nn.Embedding(16, 8)

        def forward(self, x):
            b, s, c = x.shape
            x = x + self.places(torch.arange(s))
            q, k, v = self.project(x).view(b, s, 3, 2, 4).permute(2, 0, 3, 1, 4)
            mask = torch.ones(s, s).tril() == 0
            scores = (q @ k.transpose(2, 3)).masked_fill(mask, float("-inf"))
            y = (scores.softmax(3) @ v).transpose(1, 2).reshape(b, s, c)
            return y, F.scaled_dot_product_attention(q, k, v, is_causal=True)

    return Model(), sequences((2, 5), (1, 8), (3, 1))


@traced('{"x": {0: "B", 1: "S"}}', "--assert '2<=S<=16'")
def dynamic_orders():
    """Sorts, quantiles and running sums along an open axis."""

    class Model(nn.Module):
        def forward(self, x):
            values, order = x.sort(1, descending=True)
            half = x.topk((x.size(1) + 1) // 2, 1)[0]
            return values, order, half, x.quantile(0.5, dim=1), x.median(1)[0], x.cumsum(1)

    return Model(), [(torch.randn(b, s),) for b, s in ((2, 6), (1, 9), (3, 2))]


@traced("x:2=H,x:3=W")
def dynamic_pad_to_multiple():
    """Sizes computed on tensors go into a list of integers as they are."""

    class Model(nn.Module):
        def forward(self, x):
            h, w = x.shape[2:]
            x = F.pad(x, [0, (4 - w % 4) % 4, 0, (4 - h % 4) % 4])
            y = F.interpolate(F.avg_pool2d(x, 4), scale_factor=2.0, mode="bilinear")
            return y, F.adaptive_avg_pool2d(x, (None, 1)), F.max_pool2d(x, 3, 2, ceil_mode=True)

    return Model(), [(torch.randn(1, 2, h, w),) for h, w in ((8, 10), (7, 5), (13, 6))]


@scripted("f32[1,4,H,W]")
def dynamic_sizes_alike():
    """Sizes that are the same, though runtimes cannot see it; and least sizes, which are found."""

    class Model(nn.Module):
        def forward(self, x):
            h, w = x.size(2), x.size(3)
            a, b = (8 - w) // 2, (8 - h) // 2
            crop = F.pad(x, [a, 8 - w - a, b, 8 - h - b])
            half = F.max_pool2d(x, 2, 2, 0, 1, True)
            even = F.pad(half, [0, half.size(3) % 2, 0, half.size(2) % 2])
            shuffled = F.pixel_shuffle(x[:, :, h // 2 :, : w // 2], 2)
            first, second = x.chunk(2, 3)
            turned = torch.roll(torch.cat([second, first], 3), [3, -2], [2, 3])
            mirrored = F.pad(x, [w % 3, 0, 0, h % 2], mode="reflect")
            return crop + 1.0, even, shuffled, turned, x[:, :, 1:, : w - 2], mirrored

    return Model(), [(torch.randn(1, 4, h, w),) for h, w in ((8, 10), (7, 5), (13, 6))]


@scripted("f32[1,4,H,W]", "--assert 'H%4==0' --assert 'W%4==0'")
def dynamic_windows():
    class Model(nn.Module):
        def forward(self, x):
            b, c, h, w = x.shape
            y = x.view(b, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(-1, 16, c)
            y = y.softmax(1).view(b, h // 4, w // 4, 4, 4, c)
            return y.permute(0, 5, 1, 3, 2, 4).reshape(b, c, h, w)

    return Model(), [(torch.randn(1, 4, h, w),) for h, w in ((8, 4), (4, 4), (12, 8))]


@scripted("f32[1,2,H,W]", "--assert 'H>=4' --assert 'W>=4'")
def dynamic_pyramid():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(2, 2, 3, stride=2, padding=1)
            self.up = nn.ConvTranspose2d(2, 2, 2, stride=2)

        def forward(self, x):
            a = self.down(x)
            b = self.down(a)
            a = a + F.interpolate(b, size=a.shape[2:], mode="nearest")
            u = self.up(a)[:, :, : x.size(2), : x.size(3)]
            rows = torch.linspace(-1.0, 1.0, x.size(2))
            return torch.cat([u, x], 1), rows, F.unfold(x, [3, 3], padding=1)

    return Model(), [(torch.randn(1, 2, h, w),) for h, w in ((8, 4), (7, 9), (4, 6))]


@scripted("f32[1,N]", "--assert 'N>=32'")
def dynamic_spectrum():
    class Model(nn.Module):
        def forward(self, x):
            window = torch.hann_window(16)
            y = torch.stft(x, 16, hop_length=4, window=window, return_complex=True)
            frames = x.unfold(1, 8, 4)
            return torch.view_as_real(y).square().sum(-1), frames * 2.0, x.flip(1), x.roll(3, 1)

    return Model(), [(torch.randn(1, n),) for n in (40, 33, 64)]


@scripted("x=f32[B,S,8];lengths=i64[B]")
def dynamic_lengths():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(8, 4, bidirectional=True, batch_first=True)

        def forward(self, x, lengths):
            y, (h, _) = self.lstm(x)
            keep = torch.arange(x.size(1))[None] < lengths[:, None]
            y = y * keep[:, :, None]
            last = y[torch.arange(x.size(0)), lengths - 1]
            return y.sum(1) / lengths[:, None], h, last, x.size(1)

    calls = [((2, 5), [5, 3]), ((1, 7), [7]), ((3, 1), [1, 1, 1])]
    return Model(), [(torch.randn(*size, 8), torch.tensor(n)) for size, n in calls]


@scripted("x=f32[B,S,4];lengths=i64[B]", '--assert "max(lengths)==S"')
def dynamic_longest_length():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(4, 3, batch_first=True)

        def forward(self, x, lengths):
            places = torch.arange(int(lengths.max()), dtype=lengths.dtype)
            padding = places.expand(x.size(0), -1) >= lengths.unsqueeze(1)
            x = x.masked_fill(padding.unsqueeze(2), 0.0)
            packed = rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            y, given = rnn.pad_packed_sequence(self.gru(packed)[0], batch_first=True)
            return y, given

    calls = [((2, 5), [3, 5]), ((1, 7), [7]), ((3, 2), [2, 1, 2])]
    return Model(), [(torch.randn(*size, 4), torch.tensor(n)) for size, n in calls]


@traced("x:1=S", refused="the 12 in torch.view looks frozen: S was 12 when the program was traced")
def dynamic_frozen_size():
    class Model(nn.Module):
        def forward(self, x):
            return x.view(1, int(x.size(1)), 2, 2)

    return Model(), [(torch.randn(1, 12, 4),)]


@traced("x:2=S")
def dynamic_steps_behind_reshapes():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Conv2d(2, 3, 1, stride=2)

        def forward(self, x):
            y = torch.relu(x.view(1, 2, 2, x.size(2)))
            return self.one(y), y[..., ::3], y[..., 1::2], y.flip(3)

    return Model(), [(torch.randn(1, 4, n),) for n in (8, 9, 13)]


@scripted("f32[B,4,S]")
def dynamic_checked_sizes():
    """Checks that raise: the sizes that they keep out are none of the model's."""

    class Model(nn.Module):
        def forward(self, x):
            if x.size(2) < 4 or x.size(0) * x.size(2) > 1000:
                raise ValueError("too short or too long")
            y = F.group_norm(x, 2)
            if x.size(2) > 3:
                y = y + F.pad(x, [3, 0], mode="reflect")[:, :, 3:]
            return y

    return Model(), [(torch.randn(b, 4, s),) for b, s in ((2, 5), (1, 4), (3, 9))]


@scripted("f32[1,S,4];f32[1,T,4]", "--assert 'S<=T' --assert 'T<=2*S'")
def dynamic_related_sizes():
    class Model(nn.Module):
        def forward(self, x, y):
            s = x.size(1)
            if s > y.size(1):
                y = F.pad(y, [0, 0, 0, s - y.size(1)])
            long = torch.cat([x, x], 1)[:, : y.size(1)]
            return x + y[:, :s], long * y, y[:, s:].sum(1), max(s, y.size(1))

    calls = [(3, 5), (4, 4), (2, 4)]
    return Model(), [(torch.randn(1, s, 4), torch.randn(1, t, 4)) for s, t in calls]


@scripted("f32[1,S,4];f32[1,T,4]", "--assert 'T==S+1'")
def dynamic_equal_sizes():
    class Model(nn.Module):
        def forward(self, x, y):
            if x.size(1) != y.size(1) - 1:
                return x
            return x + y[:, 1:]

    return Model(), [(torch.randn(1, s, 4), torch.randn(1, s + 1, 4)) for s in (3, 1, 6)]


@scripted("f32[1,S,4]", "--args 'lengths=[S]'", constants=(1,))
def dynamic_whole_lengths():
    """The mask of a sequence that is as long as the input, and a recurrent layer over it packed."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(4, 3, batch_first=True, bidirectional=True)

        def forward(self, x, lengths):
            padding = torch.arange(int(lengths.max()))[None] >= lengths[:, None]
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
            y, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
            return y.masked_fill(padding[:, :, None], 0.0), padding.sum(1)

    return Model(), [(torch.randn(1, s, 4), torch.tensor([s])) for s in (5, 1, 8)]


@scripted("f32[1,S]")
def dynamic_undecided_remainder():
    class Model(nn.Module):
        def forward(self, x):
            if x.size(1) % 4 != 0:
                x = F.pad(x, [0, 4 - x.size(1) % 4])
            return x.view(1, -1, 4)

    return Model(), [(torch.randn(1, 8),)]


@traced("x:1=S", refused="the 24 in torch.view looks frozen: 2*S was 24 when the program was traced")
def dynamic_frozen_product():
    class Model(nn.Module):
        def forward(self, x):
            return x.view(int(x.size(0)) * int(x.size(1)), 4)

    return Model(), [(torch.randn(2, 12, 4),)]


@traced("x:1=S", refused="the 12 in torch.reshape looks frozen: S was 12 when the program was traced")
def dynamic_frozen_parts():
    class Model(nn.Module):
        def forward(self, x):
            parts = int(x.size(1)) // 4
            return x.reshape(2, parts, 4, 5).mean(2)

    return Model(), [(torch.randn(2, 12, 5),)]


@traced("x:1=S")
def dynamic_frozen_divisor():
    """A mean that is right for the traced size alone, as a warning says."""

    class Model(nn.Module):
        def forward(self, x):
            return x.sum(1) / torch.tensor(x.size(1)), x.sum(1, keepdim=True) / float(x.size(1))

    return Model(), [(torch.randn(2, 12, 4),)]


@traced("x:2=S")
def dynamic_deconvolutions():
    """Output padding beyond the padding, where the output's size cannot say it; as many channels as
    items in the batch."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.line = nn.ConvTranspose1d(3, 2, 3, stride=2, output_padding=1)
            self.plane = nn.ConvTranspose2d(1, 2, 3, stride=2, padding=(1, 0), output_padding=1)

        def forward(self, x):
            return self.line(x), self.plane(x.unsqueeze(1))

    return Model(), [(torch.randn(2, 3, s),) for s in (4, 1, 7)]


@traced("x:0=C,x:1=S")
def dynamic_channels_pooled():
    """Without a batch the first axis is that of the channels."""

    class Model(nn.Module):
        def forward(self, x):
            y = x.unsqueeze(2).expand(-1, -1, 4)
            pooled, places = F.max_pool2d(y, 2, return_indices=True)
            return F.avg_pool1d(x, 3, 1, 1), F.avg_pool2d(y, 2, count_include_pad=False), pooled, places

    return Model(), [(torch.randn(*size),) for size in ((4, 6), (1, 5), (7, 8))]


@traced("x:1=S")
def dynamic_spectra_of_known_size():
    """What is transformed is cut or padded, as the signal is long or short."""

    class Model(nn.Module):
        def forward(self, x):
            y = torch.fft.rfft(x, 6)
            return torch.view_as_real(y), torch.fft.irfft(y, 5)

    return Model(), [(torch.randn(2, s),) for s in (6, 4, 9)]


@traced("x:1=S", refused="whether a matrix has more rows or columns is not known for every size")
def dynamic_matrix_of_unknown_form():
    class Model(nn.Module):
        def forward(self, x):
            return torch.linalg.svdvals(x)

    return Model(), [(torch.randn(4, 3),)]
