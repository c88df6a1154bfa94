"""Writes twins of library models: each scripted and traced, with one input and the output torch gave.

    python make_twins.py OUT [NAME ...]

OUT/scripted/NAME.pt and OUT/traced/NAME.pt, each with NAME.npz and NAME.flags for //tools:score: a
scripted model must come out as its traced twin does. With torchvision its classification,
segmentation and video models are made, with torchaudio its speech models; weights are random, and
so are the statistics of batch norms, so that no output is nearly constant.
"""

import pathlib
import sys
import warnings

import fixture_blocks
import numpy as np
import torch
from make_models import flat, inputs_flag
from torch import nn


def image(*sizes):
    return (torch.randn(1, 3, *(sizes or (64, 64))),)


def torchvision_models():
    """{name: (make, inputs)}"""
    from torchvision import models
    from torchvision.models import optical_flow, segmentation, video
    from torchvision.models.swin_transformer import SwinTransformer
    from torchvision.models.vision_transformer import VisionTransformer

    plain = (
        "resnet18 resnext50_32x4d mobilenet_v2 mobilenet_v3_small squeezenet1_1 shufflenet_v2_x0_5 "
        "mnasnet0_5 efficientnet_b0 efficientnet_v2_s regnet_y_400mf regnet_x_400mf densenet121 "
        "convnext_tiny"
    )
    made = {name: (getattr(models, name), image()) for name in plain.split()}
    small = {"weights_backbone": None, "num_classes": 5}
    made |= {
        "googlenet": (lambda: models.googlenet(init_weights=False), image()),
        "inception_v3": (lambda: models.inception_v3(init_weights=False), image(128, 128)),
        "vit": (lambda: VisionTransformer(64, 16, 3, 4, 64, 128), image()),
        "swin": (lambda: SwinTransformer([4, 4], 24, [2, 2], [2, 4], [4, 4]), image()),
        "maxvit": (
            lambda: models.maxvit.MaxVit((64, 64), 16, 4, [16, 32], [1, 1], 16, 0.0),
            image(),
        ),
        "deeplabv3": (lambda: segmentation.deeplabv3_mobilenet_v3_large(**small), image()),
        "lraspp": (lambda: segmentation.lraspp_mobilenet_v3_large(**small), image()),
        "fcn": (lambda: segmentation.fcn_resnet50(aux_loss=True, **small), image()),
        "mc3_18": (video.mc3_18, image(4, 32, 32)),
        "r2plus1d_18": (video.r2plus1d_18, image(4, 32, 32)),
        "s3d": (video.s3d, image(16, 224, 224)),
        "swin3d": (
            lambda: video.swin_transformer.SwinTransformer3d(
                [2, 4, 4], 24, [2, 2], [2, 4], [2, 4, 4]
            ),
            image(4, 32, 32),
        ),
        "raft_small": (optical_flow.raft_small, (*image(128, 128), *image(128, 128), 2)),
    }
    return made


def wav2vec2(models):
    convolutions = [(16, 10, 5), (16, 3, 2), (16, 2, 2)]
    return models.wav2vec2_model(
        "layer_norm", convolutions, False, 32, 0.1, 16, 4, 2, 4, 0.1, 64, 0.1, 0.1, True, 0.1, 7
    )


def torchaudio_models():
    from torchaudio import models
    from torchaudio.models import conformer, rnnt, tacotron2

    def lengths(*values):
        return torch.tensor(values)

    wave = torch.randn(1, 1, 4000)
    return {
        "conformer_convolution": (
            lambda: conformer._ConvolutionModule(16, 32, 7),
            (torch.randn(2, 20, 16),),
        ),
        "conv_tasnet": (
            lambda: models.ConvTasNet(2, 16, 32, 3, 16, 32, 3, 2),
            (torch.randn(1, 1, 400),),
        ),
        "wav2letter": (lambda: models.Wav2Letter(10, "waveform", 1), (wave,)),
        "wav2letter_mfcc": (
            lambda: models.Wav2Letter(10, "mfcc", 13),
            (torch.randn(1, 13, 200),),
        ),
        "emformer": (
            lambda: models.Emformer(
                16, 4, 32, 2, 4, left_context_length=4, right_context_length=2
            ),
            (torch.randn(1, 18, 16), lengths(18)),
        ),
        "wav2vec2": (lambda: wav2vec2(models), (torch.randn(2, 1200), lengths(1200, 1000))),
        "tacotron_postnet": (lambda: tacotron2._Postnet(8, 16, 5, 3), (torch.randn(2, 8, 20),)),
        "rnnt_joiner": (
            lambda: rnnt._Joiner(12, 10),
            (torch.randn(2, 5, 12), lengths(5, 5), torch.randn(2, 4, 12), lengths(4, 4)),
        ),
        "rnnt_time_reduction": (
            lambda: rnnt._TimeReduction(4),
            (torch.randn(2, 18, 8), lengths(18, 12)),
        ),
    }


class Fixed(nn.Module):
    """A model with its arguments that are no tensors, for tracing."""

    def __init__(self, model, rest):
        super().__init__()
        self.model = model
        self.rest = rest

    def forward(self, *tensors):
        return self.model(*tensors, *self.rest)


def write(folder, name, make, inputs):
    torch.manual_seed(0)
    model = make().eval().requires_grad_(False)
    fixture_blocks.randomise_statistics(model)
    for weight in model.parameters():
        if weight.numel() and not weight.any():
            weight.normal_(0, 0.1)
    tensors = [x for x in inputs if isinstance(x, torch.Tensor)]
    rest = inputs[len(tensors) :]
    for way in ("scripted", "traced"):
        with torch.no_grad():
            if way == "scripted":
                archive = torch.jit.script(model)
            else:
                archive = torch.jit.trace(
                    Fixed(model, rest), tuple(tensors), strict=False, check_trace=False
                )
            outputs = flat(model(*inputs))
        (folder / way).mkdir(parents=True, exist_ok=True)
        stem = folder / way / name
        archive.save(f"{stem}.pt")
        recorded = {f"in{i}": x.numpy() for i, x in enumerate(tensors)}
        recorded.update({f"out{i}": x.numpy() for i, x in enumerate(outputs)})
        np.savez(f"{stem}.npz", **recorded)
        flags = [inputs_flag(tensors)]
        if rest and way == "scripted":
            flags.append(f"--args num_flow_updates={rest[0]}")
        pathlib.Path(f"{stem}.flags").write_text(" ".join(flags) + "\n")


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    for family in (torchvision_models, torchaudio_models):
        try:
            models = family()
        except ImportError as error:
            print(f"{family.__name__}: not made: {error}", file=sys.stderr)
            continue
        for name, (make, inputs) in models.items():
            if not sys.argv[2:] or name in sys.argv[2:]:
                write(folder, name, make, inputs)


if __name__ == "__main__":
    main()
