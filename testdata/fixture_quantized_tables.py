"""Tables of quantized rows, packed by modules and by operators, and bags of their rows."""

import fixture
import torch
import torch.ao.nn.quantized as nnq
import torch.ao.quantization as quantization
from torch import nn

FIXTURES = []

fixture_of = fixture.collector(FIXTURES)

ops = torch.ops.quantized


class Tables(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(20, 10)
        self.bags = nn.EmbeddingBag(20, 10, mode="sum", include_last_offset=True)

    def forward(self, indices, offsets, matrix):
        return self.table(matrix), self.bags(indices, offsets)


def tables(qconfig):
    model = Tables().eval()
    model.qconfig = qconfig
    model = quantization.convert(quantization.prepare(model))
    return model, (
        torch.randint(20, (7,)),
        torch.tensor([0, 2, 2, 7]),
        torch.randint(20, (3, 4)),
    )


@fixture_of()
def quantized_embedding_byte():
    return tables(quantization.float_qparams_weight_only_qconfig)


@fixture_of()
def quantized_embedding_4bit():
    model, inputs = tables(quantization.float_qparams_weight_only_qconfig_4bit)
    table = nnq.Embedding(20, 10, dtype=torch.quint4x2)  # the one made by convert() claims 8 bits
    table.set_weight(model.table.weight())
    model.table = table
    return model, inputs


@fixture_of()
def quantized_rows():
    """Tables as torch.ops packs them: every row's integers, then its scale and offset."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            table = torch.randn(12, 6)
            self.register_buffer("bytes", torch.ops.quantized.embedding_bag_byte_prepack(table))
            self.register_buffer("nibbles", torch.ops.quantized.embedding_bag_4bit_prepack(table))

        def forward(self, indices, offsets, weights):
            bag_byte = torch.ops.quantized.embedding_bag_byte_rowwise_offsets
            bag_4bit = torch.ops.quantized.embedding_bag_4bit_rowwise_offsets
            return (
                bag_byte(self.bytes, indices, offsets, False, 0, False, weights, None, False),
                bag_4bit(self.nibbles, indices, offsets, False, 0, False, weights, None, False),
                torch.ops.quantized.embedding_bag_byte_unpack(self.bytes),
            )

    return Model(), (torch.randint(12, (7,)), torch.tensor([0, 2, 5]), torch.rand(7))


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
