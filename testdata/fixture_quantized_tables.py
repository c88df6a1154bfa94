"""Tables whose rows are packed from floats, and bags of their rows."""

import fixture
import torch
from torch import nn

FIXTURES = []

fixture_of = fixture.collector(FIXTURES)

ops = torch.ops.quantized


@fixture_of()
def quantized_packed_rows():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            table = torch.randn(6, 8)
            table[2] = 0.5
            self.register_buffer("table", table)

        def forward(self, indices, offsets, weights):
            byte = ops.embedding_bag_byte_prepack(self.table)
            nibbles = ops.embedding_bag_4bit_prepack(self.table)
            pairs = ops.embedding_bag_2bit_prepack(self.table)
            bags = (indices, offsets, False, 0, False, weights, None)
            return (
                ops.embedding_bag_byte_unpack(byte),
                ops.embedding_bag_4bit_unpack(nibbles),
                ops.embedding_bag_2bit_unpack(pairs),
                ops.embedding_bag_byte_rowwise_offsets(byte, *bags, False),
                ops.embedding_bag_4bit_rowwise_offsets(nibbles, *bags, True),
                ops.embedding_bag_2bit_rowwise_offsets(pairs, *bags, False),
            )

    return Model(), (torch.tensor([0, 2, 5, 1, 1]), torch.tensor([0, 2, 5]), torch.rand(5))
