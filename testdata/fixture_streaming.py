"""Models over one open axis of time, which tract can run pulse by pulse."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


class CausalConv(nn.Conv1d):
    def forward(self, x):
        behind = (self.kernel_size[0] - 1) * self.dilation[0] + 1 - self.stride[0]
        return super().forward(F.pad(x, (behind, 0)))


class Separable(nn.Module):
    """A depthwise and a pointwise convolution, and the input added."""

    def __init__(self, channels, dilation):
        super().__init__()
        self.layers = nn.Sequential(
            CausalConv(channels, channels, 3, dilation=dilation, groups=channels, bias=False),
            nn.BatchNorm1d(channels),
            nn.ReLU(),
            CausalConv(channels, channels, 1, bias=False),
            nn.BatchNorm1d(channels),
        )

    def forward(self, x):
        return F.relu(x + self.layers(x))


@fixture_of(flags="--inputs 'f32[1,6,S]'", pulse="S 4")
def streaming_separable():
    blocks = [Separable(6, dilation) for dilation in (1, 2, 4)]
    return nn.Sequential(*blocks, CausalConv(6, 3, 1)), (torch.randn(1, 6, 18),)


@fixture_of("scripted", flags="--inputs 'f32[B,6,S]'", pulse="S 3")
def streaming_conv_gru():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(6, 5, 3)
            self.gru = nn.GRU(5, 4, num_layers=2, batch_first=True)
            self.linear = nn.Linear(4, 3)

        def forward(self, x):
            y = F.relu(self.conv(x)).transpose(1, 2)
            y, _ = self.gru(y)
            return F.log_softmax(self.linear(y), dim=-1)

    return Model(), (torch.randn(2, 6, 14),)


@fixture_of(flags="--inputs 'f32[1,S,6]'", pulse="S 4")
def streaming_conv_lstm():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = CausalConv(6, 4, 4, stride=2)
            self.lstm = nn.LSTM(4, 4, batch_first=True)
            self.norm = nn.LayerNorm(4)
            self.linear = nn.Linear(4, 3)

        def forward(self, x):
            y = F.silu(self.conv(x.transpose(1, 2))).transpose(1, 2)
            y = self.norm(y + self.lstm(y)[0])
            batch, time, channels = y.shape
            return self.linear(y.reshape(-1, channels)).view(batch, time, -1)

    return Model(), (torch.randn(1, 16, 6),)


@fixture_of(flags="--inputs 'f32[1,S,3]' --output_names y,_", pulse="S 2")
def streaming_state_left_out():
    """The last state of the layer, which a pulse cannot give, is no output."""
    return nn.GRU(3, 4, batch_first=True), (torch.randn(1, 9, 3),)


@fixture_of(flags="--inputs 'f32[1,S,10]'", pulse="S 4")
def streaming_keyword():
    """A strided front end over time and frequency, residual blocks, posteriors averaged."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.front = nn.Conv2d(1, 4, (4, 3), stride=(2, 2), bias=False)
            self.norm = nn.BatchNorm2d(4)
            self.wide = CausalConv(16, 6, 5, bias=False)
            self.skip = CausalConv(16, 6, 1, bias=False)
            self.norms = nn.ModuleList([nn.BatchNorm1d(6), nn.BatchNorm1d(6)])
            self.block = Separable(6, 1)
            self.linear = nn.Linear(6, 3)

        def forward(self, x):
            y = F.relu(self.norm(self.front(F.pad(x.unsqueeze(1), (0, 0, 2, 0)))))
            y = y.permute(0, 1, 3, 2).flatten(1, 2)
            y = F.relu(self.norms[0](self.wide(y)) + F.relu(self.norms[1](self.skip(y))))
            y = self.linear(self.block(y).transpose(1, 2)).softmax(-1)
            return F.avg_pool1d(F.pad(y.transpose(1, 2), (3, 0)), 4, 1)

    return Model(), (torch.randn(1, 20, 10),)


@fixture_of(flags="--inputs 'f32[1,4,S]' --assert 'S<=40'", pulse="S 4")
def streaming_forms():
    """Operators along the axis of time in the forms that can stream."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("table", torch.randn(1, 4, 40))
            self.linear = nn.Linear(12, 2)
            self.finer = nn.ConvTranspose1d(4, 2, 4, stride=2)

        def forward(self, x):
            time = torch.arange(1, x.size(2) + 1, dtype=torch.float32)
            placed = x + self.table[:, :, : x.size(2)] + torch.sin(time)
            mean = x.sum(1, keepdim=True).cumsum(2) / (4 * time)
            previous = torch.cat([torch.zeros_like(x[:, :, :1]), x[:, :, :-1]], 2)
            windows = F.pad(x, (2, 0)).unfold(2, 3, 1).permute(0, 2, 1, 3).flatten(2)
            above, below = x.chunk(2, 1)
            gated = torch.cat([above * torch.sigmoid(below), F.pad(x, (1, 0))[:, :, 1:]], 1)
            edge = F.pad(x, (2, 0), mode="replicate")[:, :, :-2]
            largest = F.max_pool1d(F.pad(x, (2, 0)), 3, 1) + x[:, :1]
            finer = self.finer(x)[:, :, :-2]
            return placed, mean, x - previous, self.linear(windows), gated, edge, largest, finer

    return Model(), (torch.randn(1, 4, 13),)


@fixture_of(flags="--inputs 'f32[1,S]'", pulse="S 8")
def streaming_spectrum():
    """Sound: frames of a Fourier transform, filters, a convolution."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("window", torch.hann_window(8))
            self.register_buffer("filters", torch.rand(5, 3))
            self.conv = CausalConv(3, 3, 3)

        def forward(self, x):
            x = F.pad(x, (4, 0))
            spectrum = torch.stft(x, 8, 4, 8, self.window, center=False, return_complex=True)
            power = spectrum.abs().pow(2).transpose(1, 2)
            mel = torch.log(torch.matmul(power, self.filters) + 1e-5).transpose(1, 2)
            return torch.sigmoid(self.conv(mel)) * mel

    return Model(), (torch.randn(1, 48),)


@fixture_of(flags="--inputs 'f32[1,1,S,7]'", pulse="S 3")
def streaming_encoder_decoder():
    """Convolutions over time and frequency around an LSTM, and back; the skipped one joined."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Conv2d(1, 2, (2, 3), stride=(1, 2))
            self.lstm = nn.LSTM(6, 6, batch_first=True)
            self.decoder = nn.ConvTranspose2d(4, 1, (2, 2), stride=(1, 2), output_padding=(0, 1))

        def forward(self, x):
            e = F.elu(self.encoder(F.pad(x, (0, 0, 1, 0))))
            batch, channels, time, bands = e.shape
            y, _ = self.lstm(e.permute(0, 2, 1, 3).reshape(batch, time, channels * bands))
            y = y.reshape(batch, time, channels, bands).permute(0, 2, 1, 3)
            return torch.sigmoid(self.decoder(torch.cat([e, y], 1))[:, :, :-1])

    return Model(), (torch.randn(1, 1, 12, 7),)


@fixture_of(flags="--inputs 'f32[1,4,S]'", pulse="S 1")
def streaming_cropped_skips():
    """Convolutions without padding, and what they skip cut to fit: also for pulses shorter than the
    cuts, without a word on how long a signal is."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.narrow = nn.Conv1d(4, 4, 3)
            self.wide = nn.Conv1d(4, 4, 2, dilation=4)

        def forward(self, x):
            y = F.relu(self.narrow(x)) + x[:, :, 2:]
            return torch.tanh(self.wide(y)) + y[:, :, 4:], x[:, :, 3:] * 2

    return Model(), (torch.randn(1, 4, 13),)


@fixture_of(flags="--inputs 'f32[1,4,S]'", pulse="S 2")
def streaming_aligned_skips():
    """Convolutions without padding: what they skip is cut to their length from the end, as the skips
    of all layers are in the sum."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Conv1d(4, 4, 3, dilation=2**i) for i in range(3)])

        def forward(self, x):
            total = x[:, :1]
            for layer in self.layers:
                y = F.relu(layer(x))
                x = x[..., -y.size(-1) :] + y
                total = total[..., -x.size(-1) :] + x
            return total

    return Model(), (torch.randn(1, 4, 19),)


@fixture_of(flags="--inputs 'f32[1,S]'", pulse="S 8")
def streaming_frames():
    """Frames of a signal that overlap by whole blocks, one by one and every second block."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(12, 3)

        def forward(self, x):
            return self.linear(F.pad(x, (8, 0)).unfold(1, 12, 4)), F.pad(x, (4, 0)).unfold(1, 12, 8)

    return Model(), (torch.randn(1, 32),)


@fixture_of(flags="--inputs 'f32[1,2*S,6]'", pulse="S 3")
def streaming_halved_time():
    """A pyramid: pairs of steps are stacked between two recurrent layers."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.fast = nn.GRU(6, 3, batch_first=True)
            self.slow = nn.LSTM(6, 3, batch_first=True)

        def forward(self, x):
            y, _ = self.fast(x)
            batch, time, channels = y.shape
            return self.slow(y.reshape(batch, time // 2, 2 * channels))[0]

    return Model(), (torch.randn(1, 18, 6),)
