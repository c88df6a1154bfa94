"""Modules that keep tensors between calls. Each make gives the inputs of several calls in a row."""

from typing import List, Optional, Tuple

import fixture
import torch
from torch import nn
from torch.nn import functional as F

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)
stateful = fixture_of("scripted")


def calls(n, *shape):
    return [(torch.randn(*shape),) for _ in range(n)]


@stateful
def state_buffer_in_place():
    """A ring of the last samples, shifted in place, and a counter that nothing depends on."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("ring", torch.ones(2, 6))
            self.calls = 0
            self.seen = torch.zeros(0)

        def forward(self, x):
            self.ring[:, :3] = self.ring[:, 3:].clone()
            self.ring[:, 3:] = x
            self.calls += 1
            self.seen = x * 2
            return self.ring.mean(1), x

    return Model(), calls(4, 2, 3)


@stateful
def state_hidden_none_at_first():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(3, 4)
            self.hidden = torch.jit.Attribute(None, Optional[torch.Tensor])

        def forward(self, x):
            hidden = self.hidden
            if hidden is None:
                hidden = torch.zeros(x.size(0), 4)
            hidden = self.cell(x, hidden)
            self.hidden = hidden
            return hidden * 2

    return Model(), calls(4, 2, 3)


@stateful
def state_in_tuples_and_submodules():
    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.LSTMCell(4, 4)
            self.state = torch.jit.Attribute(None, Optional[Tuple[torch.Tensor, torch.Tensor]])

        def forward(self, x):
            state = self.cell(x, self.state)
            self.state = state
            return state[0]

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([Layer(), Layer()])
            self.count = torch.tensor(0)

        def forward(self, x):
            for layer in self.layers:
                x = x + layer(x)
            self.count = self.count + 1
            return x / self.count

    return Model(), calls(4, 2, 4)


class Spectrogram(nn.Module):
    """Magnitudes of a short-time Fourier transform, as a convolution with its basis."""

    def __init__(self, size: int):
        super().__init__()
        angle = torch.arange(size) * torch.arange(size // 2 + 1)[:, None] * (2 * torch.pi / size)
        basis = torch.cat([angle.cos(), -angle.sin()]) * torch.hann_window(size)
        self.register_buffer("basis", basis[:, None])
        self.size = size

    def forward(self, x):
        x = F.pad(x, (0, self.size // 2), "reflect")
        y = F.conv1d(x[:, None], self.basis, stride=self.size // 2)
        bins = self.size // 2 + 1
        return (y[:, :bins].square() + y[:, bins:].square()).sqrt()


class Detector(nn.Module):
    def __init__(self, size: int, width: int):
        super().__init__()
        self.spectrogram = Spectrogram(size)
        self.encoder = nn.Sequential(
            nn.Conv1d(size // 2 + 1, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(width, width, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.cell = nn.LSTMCell(width, width)
        self.head = nn.Sequential(nn.Dropout(0.1), nn.ReLU(), nn.Conv1d(width, 1, 1), nn.Sigmoid())

    def forward(self, x, state):
        y = self.encoder(self.spectrogram(x)).mean(-1)
        if len(state) > 0:
            h, c = self.cell(y, (state[0], state[1]))
        else:
            h, c = self.cell(y)
        return self.head(h[:, :, None]).squeeze(1), torch.stack([h, c])


class VoiceActivity(nn.Module):
    """A probability of speech a chunk; two sample rates with weights of their own."""

    def __init__(self):
        super().__init__()
        self.wide = Detector(64, 16)
        self.narrow = Detector(32, 12)
        self._state = torch.zeros(0)
        self._context = torch.zeros(0)
        self._last_sr = 0
        self._last_batch_size = 0

    @torch.jit.export
    def reset_states(self, batch_size: int = 1):
        self._state = torch.zeros([0])
        self._context = torch.zeros([0])
        self._last_sr = 0
        self._last_batch_size = 0

    def forward(self, x, sr: int):
        if x.dim() != 2:
            raise ValueError(f"expected two axes, got {x.dim()}")
        if sr not in [8000, 16000]:
            raise ValueError("supported sample rates: 8000, 16000")
        samples = 256 if sr == 16000 else 128
        if x.shape[-1] != samples:
            raise ValueError(f"provided {x.shape[-1]} samples, expected {samples}")
        batch_size = x.shape[0]
        context_size = 32 if sr == 16000 else 16
        if not self._last_batch_size:
            self.reset_states(batch_size)
        if self._last_sr and self._last_sr != sr:
            self.reset_states(batch_size)
        if self._last_batch_size and self._last_batch_size != batch_size:
            self.reset_states(batch_size)
        if not len(self._context):
            self._context = torch.zeros(batch_size, context_size)
        x = torch.cat([self._context, x], dim=1)
        if sr == 16000:
            out, self._state = self.wide(x, self._state)
        else:
            out, self._state = self.narrow(x, self._state)
        self._context = x[..., -context_size:]
        self._last_sr = sr
        self._last_batch_size = batch_size
        return out


@fixture_of("scripted", flags="--args sr=16000")
def streaming_voice_activity():
    return VoiceActivity(), [(torch.randn(1, 256) * 0.5, 16000) for _ in range(50)]


@fixture_of("scripted", flags="--args sr=8000")
def streaming_voice_activity_narrow():
    return VoiceActivity(), [(torch.randn(1, 128) * 0.5, 8000) for _ in range(4)]


@fixture_of("scripted", flags="--state drop")
def state_dropped():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = torch.zeros(3)

        def forward(self, x):
            self.mean = self.mean * 0.9 + x.mean(0) * 0.1
            return x - self.mean

    return Model(), calls(1, 2, 3)


@fixture_of("scripted", refused="no initial value of state 'total' is found")
def refused_other_first_call():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.total = torch.zeros(0)

        def forward(self, x):
            if self.total.numel() == 0:
                self.total = x * 3
            else:
                self.total = self.total * 0.5 + x
            return self.total

    return Model(), calls(1, 2, 3)


@fixture_of("scripted")
def first_call_another_for_negative_integers():
    """The calls differ nowhere for integers from 0 on: their number is state."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("seen", torch.zeros(()))
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            self.seen += 1
            if self.calls > 1:
                return (x + self.seen).clamp(max=0)
            return (x * self.seen).clamp(max=0)

    return Model(), [(torch.tensor([1, -1, 0]),), (torch.tensor([1, -3, -2]),)]
