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
