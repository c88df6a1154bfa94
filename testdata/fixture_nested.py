"""torch.nn.TransformerEncoder with a padding mask: where it may, it nests its batch, and what was
padding is zero behind it."""

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)

_SIZES = "--inputs 'x=f32[B,S,8];padding=bool[B,S]'"


class _Encoder(nn.Module):
    def __init__(self, **options):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, **options)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8))

    def forward(self, x: torch.Tensor, padding: torch.Tensor):
        return self.encoder(x, src_key_padding_mask=padding)


def _behind(*lengths):
    return torch.arange(5) >= torch.tensor(lengths)[:, None]


@collect("traced", flags=_SIZES)
def nested_encoder():
    return _Encoder(), (torch.randn(3, 5, 8), _behind(3, 5, 0))


@collect("traced")
def nested_encoder_gelu():
    """Shorter than the batch is long."""
    return _Encoder(activation="gelu"), (torch.randn(2, 5, 8), _behind(3, 2))


@collect("scripted", flags=_SIZES)
def nested_encoder_asks():
    """The program asks whether the mask is left aligned; it is."""
    return _Encoder(), (torch.randn(2, 5, 8), _behind(3, 5))


def _scattered():
    return torch.tensor([[True, False, False, False, True], [False, True, False, True, False]])


@collect("scripted", flags=_SIZES)
def nested_encoder_asks_of_another():
    """It is not: then the program does not nest."""
    return _Encoder(), (torch.randn(2, 5, 8), _scattered())


@collect("scripted", flags=_SIZES)
def nested_encoder_of_another():
    """Traced with an aligned mask, which is not asked about then: first as many elements as the
    mask shows."""
    module = _Encoder().eval().requires_grad_(False)
    with torch.no_grad():
        traced = torch.jit.trace(module, (torch.randn(2, 5, 8), _behind(3, 5)), check_trace=False)
    return traced, (torch.randn(2, 5, 8), _scattered())


@collect("traced", refused="no overload of aten::relu takes (nested tensor)")
def nested_elsewhere():
    class Elsewhere(nn.Module):
        def forward(self, x, visible):
            nested = torch._nested_tensor_from_mask(x, visible)
            return torch.relu(nested).to_padded_tensor(0.0, x.size())

    return Elsewhere(), (torch.randn(2, 5, 8), ~_behind(3, 5))
