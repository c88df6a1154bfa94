"""Writes networks as users save them, and what other converters make of them, for //tools:speed.

    python make_peers.py OUT [NAME ...]     (torch, torchvision, transformers, timm;
                                             for the peers torch-to-nnef, onnx, onnxscript)

OUT/exported/NAME.pt2, OUT/traced/NAME.pt, each with NAME.npz; OUT/torch_to_nnef/NAME.nnef.tgz;
OUT/onnx/NAME.onnx. Weights are random. What a converter refuses is printed and left out, what is
there already is not made again. Then, for example:

    bazel run //tools:speed -- OUT/exported OUT/torch_to_nnef OUT/onnx --table docs/speed.md
"""

import copy
import pathlib
import stat
import sys
import tempfile
import warnings

import fixture_blocks
import numpy as np
import torch
from make_models import flat
from torch import nn

_TRACT = "0.23.8"  # the newest that torch-to-nnef 0.24 writes for


def image(size=224):
    return (torch.rand(1, 3, size, size),)


def torchvision_networks():
    """{name: (make, inputs)}"""
    from torchvision import models

    names = (
        "alexnet vgg11 resnet18 resnet50 resnext50_32x4d mobilenet_v2 mobilenet_v3_small "
        "efficientnet_b0 densenet121 squeezenet1_1 shufflenet_v2_x1_0 mnasnet0_5 regnet_y_400mf "
        "convnext_tiny vit_b_16 swin_t"
    )
    made = {name: (getattr(models, name), image()) for name in names.split()}
    small = {"weights_backbone": None, "num_classes": 21}
    segmentation = models.segmentation
    return made | {
        "googlenet": (lambda: models.googlenet(init_weights=False), image()),
        "inception_v3": (lambda: models.inception_v3(init_weights=False), image(299)),
        "fcn_resnet50": (lambda: segmentation.fcn_resnet50(**small), image(64)),
        "deeplabv3": (lambda: segmentation.deeplabv3_mobilenet_v3_large(**small), image(65)),
        "r2plus1d_18": (models.video.r2plus1d_18, (torch.rand(1, 3, 8, 56, 56),)),
    }


def timm_networks():
    import timm

    names = (
        "ghostnet_100 mobilevit_xxs levit_128s poolformer_s12 mixer_s32_224 deit_tiny_patch16_224 "
        "resnet18d hrnet_w18_small repvgg_a0 edgenext_xx_small"
    )
    return {
        name: (lambda name=name: timm.create_model(name, pretrained=False), image(s))
        for name in names.split()
        for s in [256 if "mobilevit" in name or "edgenext" in name else 224]
    }


class Logits(nn.Module):
    """A language model of token ids alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return self.model(input_ids=ids, use_cache=False)[0]


def transformers_networks():
    import transformers

    tokens = (torch.randint(0, 999, (1, 64)),)

    def made(model, config, **sizes):
        attention = {} if "Mamba" in model else {"attn_implementation": "sdpa"}
        sizes = {"vocab_size": 1000, "num_hidden_layers": 4} | sizes
        config = getattr(transformers, config)(**sizes, **attention)
        return lambda: Logits(getattr(transformers, model)(config)), tokens

    heads = {"hidden_size": 256, "num_attention_heads": 4, "intermediate_size": 512}
    return {
        "bert": made("BertModel", "BertConfig", **heads),
        "gpt2": made("GPT2LMHeadModel", "GPT2Config", n_embd=256, n_layer=4, n_head=4),
        "llama": made("LlamaForCausalLM", "LlamaConfig", num_key_value_heads=2, **heads),
        "qwen2": made("Qwen2ForCausalLM", "Qwen2Config", num_key_value_heads=2, **heads),
        "mamba": made("MambaForCausalLM", "MambaConfig", hidden_size=256),
    }


class Recurrent(nn.Module):
    """Layers of every kind, in both directions."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128, 2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(256, 64, 2, batch_first=True)
        self.rnn = nn.RNN(64, 32, batch_first=True, nonlinearity="relu")

    def forward(self, x):
        return self.rnn(self.gru(self.lstm(x)[0])[0])[0]


def torch_networks():
    def encoder():
        layer = nn.TransformerEncoderLayer(128, 4, 256, batch_first=True)
        return nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)

    return {
        "recurrent": (Recurrent, (torch.rand(1, 50, 64),)),
        "transformer": (encoder, (torch.rand(1, 50, 128),)),
    }


def export(model, inputs, path):
    torch.export.save(torch.export.export(model, inputs, strict=False), path)


def trace(model, inputs, path):
    torch.jit.trace(model, inputs, strict=False, check_trace=False).save(path)


def torch_to_nnef(model, inputs, path):
    from torch_to_nnef import TractNNEF, export_model_to_nnef

    with tempfile.TemporaryDirectory() as folder:
        # It fetches a command of tract unless it is given one, and asks that for its version alone.
        command = pathlib.Path(folder, "tract")
        command.write_text(f"#!/bin/sh\necho tract {_TRACT}\n")
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
        target = TractNNEF(_TRACT, check_io=False, specific_tract_binary_path=command)
        outputs = flat(model(*inputs))
        export_model_to_nnef(
            model, inputs, path, inference_target=target,
            compression_level=1, input_names=[f"in{i}" for i in range(len(inputs))],
            output_names=[f"out{i}" for i in range(len(outputs))],
        )  # fmt: skip


def onnx(model, inputs, path):
    torch.onnx.export(model, inputs, path, dynamo=True, external_data=False, verbose=False)


ROADS = {
    "exported": (export, ".pt2"),
    "traced": (trace, ".pt"),
    "torch_to_nnef": (torch_to_nnef, ".nnef.tgz"),
    "onnx": (onnx, ".onnx"),
}


def write(out, name, make, inputs):
    torch.manual_seed(0)
    model = make().eval().requires_grad_(False)
    fixture_blocks.randomise_statistics(model)
    with torch.no_grad():
        outputs = flat(model(*inputs))
        recorded = {f"in{i}": x.numpy() for i, x in enumerate(inputs)}
        recorded |= {f"out{i}": x.numpy() for i, x in enumerate(outputs)}
        for road, (convert, ending) in ROADS.items():
            path = out / road / f"{name}{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                continue
            try:
                convert(copy.deepcopy(model), inputs, path)  # some leave it without its weights
            except Exception as error:
                print(f"{name}: {road}: {type(error).__name__}: {str(error)[:200]}", flush=True)
                path.unlink(missing_ok=True)
            np.savez(path.with_name(f"{name}.npz"), **recorded)


def main():
    warnings.filterwarnings("ignore")
    out = pathlib.Path(sys.argv[1])
    for family in (torch_networks, torchvision_networks, timm_networks, transformers_networks):
        try:
            networks = family()
        except ImportError as error:
            print(f"{family.__name__}: not made: {error}", file=sys.stderr)
            continue
        for name, (make, inputs) in networks.items():
            if not sys.argv[2:] or name in sys.argv[2:]:
                write(out, name, make, inputs)
                print(f"{name}: made", flush=True)


if __name__ == "__main__":
    main()
