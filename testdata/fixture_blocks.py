"""The building blocks of image classifiers, each as small as it can be."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


def randomise_statistics(module):
    """Gives norms statistics and weights that are not the neutral ones they start with."""
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm) and part.running_mean is not None:
            part.running_mean.normal_(0, 0.5)
            part.running_var.uniform_(0.5, 2)
        affine = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm2d)
        if isinstance(part, affine) and getattr(part, "weight", None) is not None:
            part.weight.data.uniform_(0.5, 1.5)
            part.bias.data.normal_(0, 0.5)


def image(*shape):
    return (torch.randn(*shape),)


def conv_bn(inputs, outputs, kernel=3, activation=nn.ReLU, **options):
    """Convolution, batch norm and activation, as most classifiers have it."""
    options.setdefault("padding", kernel // 2)
    layers = [nn.Conv2d(inputs, outputs, kernel, bias=False, **options), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


@fixture_of("traced", "scripted")
def conv_variants():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1),
        nn.Conv2d(4, 4, (3, 2), padding=(2, 1), dilation=(2, 1), bias=False),
        nn.Conv2d(4, 6, 3, groups=2, padding="same"),
        nn.Conv2d(6, 6, 4, padding="same", dilation=2),
        nn.Conv2d(6, 4, 2, padding="valid"),
        nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(4, 4, 3, padding=2, padding_mode="circular"),
        nn.Conv2d(4, 4, 3, padding=1, padding_mode="replicate"),
    ), image(2, 3, 19, 16)


@fixture_of()
def conv_1d_3d():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.line = nn.Conv1d(3, 4, 5, stride=2, padding=2)
            self.volume = nn.Conv3d(1, 2, (1, 3, 3), padding=(0, 1, 1), dilation=(1, 1, 1))

        def forward(self, x):
            y = self.line(x)
            return self.volume(y.unsqueeze(1).unsqueeze(-1).expand(-1, -1, -1, -1, 4))

    return Model(), image(2, 3, 11)


@fixture_of()
def conv_transpose():
    return nn.Sequential(
        nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1),
        nn.ConvTranspose2d(4, 4, (2, 3), groups=2, dilation=(1, 2), bias=False),
    ), image(1, 3, 5, 6)


@fixture_of("traced", "frozen")
def batch_norms():
    return nn.Sequential(
        nn.BatchNorm2d(3),
        nn.Conv2d(3, 4, 1),
        nn.BatchNorm2d(4, eps=0.01, affine=False),
        nn.Flatten(2),
        nn.BatchNorm1d(4),
    ), image(2, 3, 4, 5)


@fixture_of("traced", "scripted")
def pools():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.most = nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)
            self.most_dilated = nn.MaxPool2d((2, 3), stride=1, dilation=(2, 1))
            self.mean = nn.AvgPool2d(3, stride=2, padding=1)
            self.mean_inside = nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)
            self.mean_divided = nn.AvgPool2d(2, divisor_override=3)

        def forward(self, x):
            return (
                self.most(x), self.most_dilated(x), self.mean(x), self.mean_inside(x),
                self.mean_divided(x),
            )  # fmt: skip

    return Model(), image(1, 2, 10, 11)


@fixture_of()
def adaptive_pools():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.AdaptiveAvgPool2d(1)
            self.even = nn.AdaptiveAvgPool2d((6, 5))
            self.uneven = nn.AdaptiveAvgPool2d((5, None))
            self.most = nn.AdaptiveMaxPool2d((7, 4))

        def forward(self, x):
            return self.one(x), self.even(x), self.uneven(x), self.most(x)

    return Model(), image(1, 2, 12, 10)


@fixture_of("traced", "frozen")
def activations_mlp():
    return nn.Sequential(
        nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Linear(8, 8), nn.GELU(),
        nn.Linear(8, 8), nn.GELU(approximate="tanh"), nn.Linear(8, 8), nn.SiLU(inplace=True),
        nn.Linear(8, 8, bias=False), nn.Tanh(), nn.Linear(8, 8), nn.LeakyReLU(0.1),
        nn.Linear(8, 8), nn.ELU(), nn.Linear(8, 4), nn.LogSoftmax(dim=1), nn.Softmax(dim=-1),
    ), image(3, 6)  # fmt: skip


@fixture_of()
def linear_ranks():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(4, 3)

        def forward(self, x, vector):
            return self.linear(x), self.linear(vector), self.linear(x[:, 0])

    return Model(), (torch.randn(2, 3, 4), torch.randn(4))


@fixture_of("traced", "scripted")
def residual():
    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.relu = nn.ReLU(inplace=True)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.downsample = conv_bn(inputs, outputs, 1, None, stride=stride)

        def forward(self, x):
            y = self.relu(self.bn1(self.conv1(x)))
            y = self.bn2(self.conv2(y))
            y += self.downsample(x)
            return self.relu(y)

    head = [nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(8, 5)]
    return nn.Sequential(Block(3, 4, 1), Block(4, 8, 2), *head), image(1, 3, 16, 16)


@fixture_of()
def depthwise_separable():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.expand = conv_bn(4, 8, 1, nn.ReLU6)
            self.depthwise = conv_bn(8, 8, 3, nn.ReLU6, groups=8)
            self.project = conv_bn(8, 4, 1, None)

        def forward(self, x):
            return x + self.project(self.depthwise(self.expand(x)))

    return Block(), image(2, 4, 9, 9)


@fixture_of("traced", "scripted")
def squeeze_excite():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(6, 2, 1)
            self.up = nn.Conv2d(2, 6, 1)

        def forward(self, x):
            scale = F.adaptive_avg_pool2d(x, 1)
            scale = F.relu(self.down(scale), inplace=True)
            hard = F.hardsigmoid(self.up(scale), inplace=True)
            soft = torch.sigmoid(self.up(scale))
            return hard * x, F.hardswish(x * soft)

    return Model(), image(2, 6, 5, 5)


@fixture_of("traced", "scripted")
def channel_shuffle():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.branch = conv_bn(4, 4, 3, groups=4)

        def forward(self, x):
            left, right = x.chunk(2, dim=1)
            y = torch.cat((left, self.branch(right)), dim=1)
            batch, channels, height, width = y.size()
            y = y.view(batch, 2, channels // 2, height, width)
            y = torch.transpose(y, 1, 2).contiguous()
            return y.view(batch, channels, height, width)

    return Model(), image(2, 8, 6, 7)


@fixture_of()
def inception_branches():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.narrow = conv_bn(3, 2, 1)
            self.wide = nn.Sequential(conv_bn(3, 2, (1)), nn.Conv2d(2, 3, (1, 5), padding=(0, 2)))
            self.tall = nn.Conv2d(3, 2, (5, 1), padding=(2, 0))
            self.pooled = conv_bn(3, 2, 1)

        def forward(self, x):
            red = torch.unsqueeze(x[:, 0], 1) * 0.458 + (0.485 - 0.5) / 0.5
            green = torch.unsqueeze(x[:, 1], 1) * 0.448 + (0.456 - 0.5) / 0.5
            blue = torch.unsqueeze(x[:, 2], 1) * 0.45 + (0.406 - 0.5) / 0.5
            x = torch.cat((red, green, blue), 1)
            pooled = self.pooled(F.avg_pool2d(x, kernel_size=3, stride=1, padding=1))
            return torch.cat([self.narrow(x), self.wide(x), self.tall(x), pooled], 1)

    return Model(), image(1, 3, 9, 9)


@fixture_of()
def dense_block():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.norms = nn.ModuleList(nn.BatchNorm2d(3 + 2 * i) for i in range(3))
            self.convs = nn.ModuleList(nn.Conv2d(3 + 2 * i, 2, 3, padding=1) for i in range(3))
            self.last = nn.Conv2d(9, 4, 1)

        def forward(self, x):
            features = [x]
            for norm, conv in zip(self.norms, self.convs):
                features.append(conv(F.relu(norm(torch.cat(features, 1)))))
            y = self.last(torch.cat(features, 1))
            return torch.flatten(F.avg_pool2d(y, 2, 2), 1)

    return Model(), image(2, 3, 8, 8)


@fixture_of()
def fire_module():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.squeeze = nn.Conv2d(3, 2, 1)
            self.one = nn.Conv2d(2, 4, 1)
            self.three = nn.Conv2d(2, 4, 3, padding=1)
            self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)

        def forward(self, x):
            x = F.relu(self.squeeze(x), inplace=True)
            y = torch.cat([F.relu(self.one(x)), F.relu(self.three(x))], 1)
            return F.dropout(self.pool(y), 0.5, self.training).mean([2, 3])

    return Model(), image(1, 3, 10, 10)


@fixture_of("traced", "scripted")
def convnext_block():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.depthwise = nn.Conv2d(4, 4, 7, padding=3, groups=4)
            self.norm = nn.LayerNorm(4, eps=1e-6)
            self.wide = nn.Linear(4, 16)
            self.narrow = nn.Linear(16, 4)
            self.layer_scale = nn.Parameter(torch.rand(4, 1, 1))

        def forward(self, x):
            y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
            y = self.narrow(F.gelu(self.wide(y))).permute(0, 3, 1, 2)
            return x + self.layer_scale * y

    return Model(), image(2, 4, 8, 6)


@fixture_of()
def other_norms():
    return nn.Sequential(
        nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.LayerNorm([5, 6]),
        nn.LocalResponseNorm(3),
    ), image(2, 4, 5, 6)  # fmt: skip


@fixture_of("traced", "scripted")
def attention_block():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(3, 8, 4, stride=4)
            self.class_token = nn.Parameter(torch.randn(1, 1, 8))
            self.positions = nn.Parameter(torch.randn(1, 5, 8))
            self.norm = nn.LayerNorm(8)
            self.qkv = nn.Linear(8, 24)
            self.out = nn.Linear(8, 8)

        def forward(self, x):
            x = self.patches(x).flatten(2).transpose(1, 2)
            x = torch.cat((self.class_token.expand(x.shape[0], -1, -1), x), dim=1) + self.positions
            batch, length, width = x.shape
            qkv = self.qkv(self.norm(x)).reshape(batch, length, 3, 2, width // 2)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            weights = (q @ k.transpose(-2, -1) * 0.5).softmax(dim=-1)
            y = (weights @ v).transpose(1, 2).reshape(batch, length, width)
            return (x + self.out(y))[:, 0]

    return Model(), image(2, 3, 8, 8)


@fixture_of()
def attention_fused():
    """nn.MultiheadAttention's fast path, as torchvision's vit_b_16 has it."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            self.norm = nn.LayerNorm(8)

        def forward(self, x):
            y = self.norm(x)
            return x + self.attention(y, y, y, need_weights=False)[0]

    return Model(), image(2, 5, 8)


@fixture_of()
def attention_scaled_dot_product():
    class Model(nn.Module):
        def forward(self, q, k, v):
            return F.scaled_dot_product_attention(q, k, v)

    return Model(), (torch.randn(1, 2, 3, 4), torch.randn(1, 2, 5, 4), torch.randn(1, 2, 5, 4))


@fixture_of()
def steps_behind_reshapes():
    """What tract takes for a Downsample, which it cannot move over a reshape."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one = nn.Conv2d(4, 3, 1, stride=2)
            self.dilated = nn.Conv1d(4, 3, 3, stride=2, dilation=4)

        def forward(self, x):
            y = torch.relu(x.view(2, 4, 7, 4))
            return self.one(y), self.dilated(x.flatten(1).view(2, 4, 28)), y.flip(2, 3), y[..., ::3]

    return Model(), (torch.randn(2, 4, 28),)
