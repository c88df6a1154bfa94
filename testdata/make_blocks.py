"""Writes emit/testdata/q4.npz: weights and what torch-to-nnef makes of them at Q4_0.

    python make_blocks.py OUT.npz      in an environment that has torch and torch-to-nnef

x_f32, x_f16, x_bf16 (its bits): weights [rows, 32 n]; dat_...: the bytes of the tensor file.
"""

import sys

import numpy as np
import torch
from torch_to_nnef.tensor.quant import fp_to_tract_q4_0_with_min_max_calibration


def _weights():
    """Usual numbers, blocks of zeros, of equal numbers, of both signs alike, small and large."""
    torch.manual_seed(1)
    normal = torch.randn(24, 64) * torch.logspace(-3, 2, 24)[:, None]
    uniform = torch.rand(8, 64) - 0.5
    special = torch.zeros(8, 64)
    special[1] = 1
    special[2] = -1
    special[3, ::2], special[3, 1::2] = 1, -1
    special[4] = torch.arange(64) - 31.5
    special[5] = torch.arange(64) / 8
    special[6, 5] = -0.25
    special[7] = torch.linspace(-8, 8, 64) / 8
    return torch.cat([normal, uniform, special])


def _file(weight):
    """As tract reads it since 0.21.11. (write_in_file would ask the network for a tract.)"""
    blocks = fp_to_tract_q4_0_with_min_max_calibration(weight)
    new = {"post_tract_21_11": True}
    data = blocks._build_binary_dat_header(**new) + blocks._build_binary_dat_content(**new)
    return np.frombuffer(data, np.uint8)


def main():
    arrays = {}
    for name, dtype in (("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16)):
        weight = _weights().to(dtype)
        bits = weight.view(torch.int16) if dtype == torch.bfloat16 else weight
        arrays[f"x_{name}"] = bits.numpy()
        arrays[f"dat_{name}"] = _file(weight)
    np.savez_compressed(sys.argv[1], **arrays)


if __name__ == "__main__":
    main()
