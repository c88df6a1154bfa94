"""Programs that ask about tensors, sizes and dtypes before they calculate, and small operators that
are written in place or of lists."""

import fixture
import torch
from fixture_eigen import Function
from torch import nn

FIXTURES = []

questions = fixture.collector(FIXTURES)


class Answered(nn.Module):
    """Branches whose answers are known."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mask", torch.tensor([1.0, 0.0, 1.0]))

    def forward(self, x):
        y = x.requires_grad_(False)
        if torch.equal(self.mask, torch.ones(3)):
            y = y + 1
        if torch.equal(self.mask, self.mask * 1.0):
            y = y * 2
        if torch.allclose(self.mask, self.mask + 1e-9):
            y = y - 3
        if torch.is_nonzero(self.mask.sum()) and torch.can_cast(torch.int32, x.dtype):
            y = y * self.mask
        if torch.can_cast(x.dtype, torch.int64) or torch.equal(x, self.mask):
            y = y + 100
        sizes = torch.broadcast_shapes([x.size(0), 1], [1, 3])
        return y.expand(sizes)


@questions("scripted", flags="--inputs 'x=f32[S,3]' --assert 'S>=1'")
def questions_answered():
    return Answered(), (torch.randn(2, 3),)


@questions("scripted", refused="aten::equal: the answer depends on the inputs' values")
def questions_open():
    class Open(nn.Module):
        def forward(self, x):
            if torch.equal(x, torch.ones(3)):
                return x + 1
            return x

    return Open(), (torch.randn(3),)


@questions("traced", "scripted")
def padded_sequences():
    class Pad(nn.Module):
        def forward(self, x):
            rows = [x, x[1:], x[:1]]
            left = nn.utils.rnn.pad_sequence(rows, True, 0.5, "left")
            return nn.utils.rnn.pad_sequence(rows), left

    return Pad(), (torch.randn(3, 2),)


@questions()
def filled_diagonals():
    def fill(x):
        tall, wide, cube = x[0].clone(), x[0].mT.clone(), x[:, :2].clone()
        tall_wrapped = tall.clone().fill_diagonal_(2.0, wrap=True)
        return tall.fill_diagonal_(3), tall_wrapped, wide.fill_diagonal_(4), cube.fill_diagonal_(5)

    return Function(fill), (torch.randn(2, 7, 2),)


@questions()
def embedding_of_bounded_norm():
    return nn.Embedding(5, 3, max_norm=1.0), (torch.tensor([[0, 2], [2, 4]]),)


@questions("scripted")
def bits_in_place():
    class Bits(nn.Module):
        def forward(self, x):
            y = (x * 8).to(torch.int32)
            part = y[1:]
            part <<= 3
            y >>= 1
            return y, part

    return Bits(), (torch.randn(2, 3).abs(),)
