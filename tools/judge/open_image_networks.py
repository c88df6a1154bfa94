"""Small networks of images as they are commonly written: U-Nets, upscalers, detectors, flow."""

import torch
import torch.nn.functional as F
from torch import nn


def _block(a, b, stride=1):
    return nn.Sequential(nn.Conv2d(a, b, 3, stride, 1), nn.BatchNorm2d(b), nn.SiLU())


class UNet(nn.Module):
    """Ronneberger's, with transposed convolutions and skips padded to what they meet."""

    def __init__(self):
        super().__init__()
        self.first, self.down, self.deep = _block(3, 8), _block(8, 16), _block(16, 32)
        self.up2, self.up1 = nn.ConvTranspose2d(32, 16, 2, 2), nn.ConvTranspose2d(16, 8, 2, 2)
        self.join2, self.join1 = _block(32, 16), _block(16, 8)
        self.last = nn.Conv2d(8, 2, 1)

    @staticmethod
    def _join(x, skip):
        dy, dx = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return torch.cat([skip, x], 1)

    def forward(self, x):
        a = self.first(x)
        b = self.down(F.max_pool2d(a, 2))
        c = self.deep(F.max_pool2d(b, 2))
        b = self.join2(self._join(self.up2(c), b))
        return self.last(self.join1(self._join(self.up1(b), a)))


class _DenseBlock(nn.Module):
    def __init__(self, c=16, g=8):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(c + i * g, g if i < 4 else c, 3, 1, 1) for i in range(5))

    def forward(self, x):
        have = [x]
        for conv in self.convs[:-1]:
            have.append(F.leaky_relu(conv(torch.cat(have, 1)), 0.2))
        return x + 0.2 * self.convs[-1](torch.cat(have, 1))


class RealEsrgan(nn.Module):
    """An upscaler of 4 of what pixel_unshuffle(2) leaves, so 2 in all."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(12, 16, 3, 1, 1)
        self.body = nn.Sequential(_DenseBlock(), _DenseBlock())
        self.up1, self.up2 = nn.Conv2d(16, 16, 3, 1, 1), nn.Conv2d(16, 16, 3, 1, 1)
        self.last = nn.Conv2d(16, 3, 3, 1, 1)

    def forward(self, x):
        x = self.first(F.pixel_unshuffle(x, 2))
        x = x + self.body(x)
        for up in (self.up1, self.up2):
            x = F.leaky_relu(up(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        return self.last(x)


class Yolo(nn.Module):
    """Three strides, a pyramid up and down, boxes decoded on grids of the sizes."""

    def __init__(self, classes=3):
        super().__init__()
        self.stem = nn.Sequential(_block(3, 8, 2), _block(8, 16, 2))
        self.c3, self.c4, self.c5 = _block(16, 16, 2), _block(16, 32, 2), _block(32, 32, 2)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.up4, self.up3 = _block(64, 32), _block(48, 16)
        self.down3, self.down4 = _block(16, 32, 2), _block(32, 32, 2)
        self.out4, self.out5 = _block(64, 32), _block(64, 32)
        self.heads = nn.ModuleList(nn.Conv2d(c, 16 * 4 + classes, 1) for c in (16, 32, 32))
        self.classes = classes

    def _decode(self, y, stride):
        b, _, h, w = y.shape
        box, score = y.view(b, -1, h * w).split([64, self.classes], 1)
        side = torch.arange(16, dtype=torch.float32).view(1, 1, 16, 1)
        box = (box.view(b, 4, 16, h * w).softmax(2) * side).sum(2)
        at_y, at_x = torch.meshgrid(torch.arange(h) + 0.5, torch.arange(w) + 0.5, indexing="ij")
        at = torch.stack([at_x, at_y]).view(2, -1)
        begin, end = at - box[:, :2], at + box[:, 2:]
        return torch.cat([(begin + end) / 2, end - begin, score.sigmoid() / stride], 1) * stride

    def forward(self, x):
        p3 = self.c3(self.stem(x))
        p4 = self.c4(p3)
        p5 = self.c5(p4)
        p5 = p5 + self.pool(p5) + self.pool(self.pool(p5))
        p4 = self.up4(torch.cat([F.interpolate(p5, scale_factor=2.0), p4], 1))
        p3 = self.up3(torch.cat([F.interpolate(p4, scale_factor=2.0), p3], 1))
        p4 = self.out4(torch.cat([self.down3(p3), p4], 1))
        p5 = self.out5(torch.cat([self.down4(p4), p5], 1))
        levels = zip(self.heads, (p3, p4, p5), (8, 16, 32))
        return torch.cat([self._decode(head(p), stride) for head, p, stride in levels], 2)


class SwinIr(nn.Module):
    """One shifted window's attention over what is padded to windows by reflection; twice as large."""

    def __init__(self, dim=16, window=8, shift=4):
        super().__init__()
        self.first, self.qkv = nn.Conv2d(3, dim, 3, 1, 1), nn.Linear(dim, 3 * dim)
        self.last, self.window, self.shift = nn.Conv2d(dim, 12, 3, 1, 1), window, shift

    def _windows(self, x):
        b, h, w, c = x.shape
        n = self.window
        x = x.view(b, h // n, n, w // n, n, c).permute(0, 1, 3, 2, 4, 5)
        return x.reshape(-1, n * n, c)

    def forward(self, x):
        n, (h, w) = self.window, x.shape[2:]
        x = F.pad(x, [0, (n - w % n) % n, 0, (n - h % n) % n], "reflect")
        x = self.first(x)
        b, c, ph, pw = x.shape
        y = torch.roll(x.permute(0, 2, 3, 1), (-self.shift, -self.shift), (1, 2))
        q, k, v = self.qkv(self._windows(y)).chunk(3, -1)
        y = F.scaled_dot_product_attention(q, k, v)
        y = y.view(b, ph // n, pw // n, n, n, c).permute(0, 1, 3, 2, 4, 5).reshape(b, ph, pw, c)
        y = torch.roll(y, (self.shift, self.shift), (1, 2)).permute(0, 3, 1, 2)
        return F.pixel_shuffle(self.last(x + y), 2)[:, :, : 2 * h, : 2 * w]


class Rife(nn.Module):
    """A frame between two: flows at two scales, both images warped by grid_sample."""

    images = 2

    def __init__(self):
        super().__init__()
        self.coarse, self.fine = nn.Conv2d(6, 5, 3, 1, 1), nn.Conv2d(11, 5, 3, 1, 1)

    @staticmethod
    def _warp(x, flow):
        h, w = x.shape[2:]
        ys = torch.linspace(-1, 1, h).view(1, h, 1).expand(x.shape[0], h, w)
        xs = torch.linspace(-1, 1, w).view(1, 1, w).expand(x.shape[0], h, w)
        at_x = xs + flow[:, 0] / ((w - 1.0) / 2.0)
        at_y = ys + flow[:, 1] / ((h - 1.0) / 2.0)
        return F.grid_sample(x, torch.stack([at_x, at_y], 3), "bilinear", "border",
                             align_corners=True)

    def forward(self, a, b):
        both = torch.cat([a, b], 1)
        small = F.interpolate(both, scale_factor=0.5, mode="bilinear", align_corners=False)
        flow = F.interpolate(self.coarse(small), size=a.shape[2:], mode="bilinear") * 2
        flow = flow + self.fine(torch.cat([both, flow], 1))
        mask = torch.sigmoid(flow[:, 4:])
        return self._warp(a, flow[:, :2]) * mask + self._warp(b, flow[:, 2:4]) * (1 - mask)


class _Residual(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(4, a), nn.Conv2d(a, b, 3, 1, 1)
        self.norm2, self.conv2 = nn.GroupNorm(4, b), nn.Conv2d(b, b, 3, 1, 1)
        self.skip = nn.Conv2d(a, b, 1) if a != b else nn.Identity()

    def forward(self, x):
        y = self.conv1(F.silu(self.norm1(x)))
        return self.skip(x) + self.conv2(F.silu(self.norm2(y)))


class _Attention(nn.Module):
    def __init__(self, c, context=None):
        super().__init__()
        self.norm, self.q = nn.GroupNorm(4, c), nn.Linear(c, c)
        self.kv = nn.Linear(context or c, 2 * c)

    def forward(self, x, context=None):
        b, c, h, w = x.shape
        y = self.norm(x).view(b, c, h * w).transpose(1, 2)
        q, (k, v) = self.q(y), self.kv(y if context is None else context).chunk(2, -1)
        q, k, v = (t.view(b, -1, 2, c // 2).transpose(1, 2) for t in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, h * w, c)
        return x + y.transpose(1, 2).reshape(b, c, h, w)


class ConditionalUNet(nn.Module):
    """A U-Net of a latent diffusion: residuals, attention, cross attention to a fixed text."""

    channels, part = 4, 4

    def __init__(self):
        super().__init__()
        self.register_buffer("text", torch.randn(1, 7, 24))
        self.first = nn.Conv2d(4, 16, 3, 1, 1)
        self.down, self.stride = _Residual(16, 16), nn.Conv2d(16, 16, 3, 2, 1)
        self.mid, self.attention, self.cross = _Residual(16, 32), _Attention(32), _Attention(32, 24)
        self.grow, self.up = nn.Conv2d(32, 16, 3, 1, 1), _Residual(32, 16)
        self.norm, self.last = nn.GroupNorm(4, 16), nn.Conv2d(16, 4, 3, 1, 1)

    def forward(self, x):
        a = self.down(self.first(x))
        y = self.attention(self.mid(self.stride(a)))
        y = self.cross(y, self.text.expand(x.shape[0], -1, -1))
        y = self.grow(F.interpolate(y, scale_factor=2.0, mode="nearest"))
        return self.last(F.silu(self.norm(self.up(torch.cat([y, a], 1)))))


class VaeEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.body = nn.Conv2d(3, 8, 3, 1, 1), _Residual(8, 16)
        self.down1, self.down2 = nn.Conv2d(8, 8, 3, 2), nn.Conv2d(16, 16, 3, 2)
        self.attention, self.last = _Attention(16), nn.Conv2d(16, 8, 3, 1, 1)

    def forward(self, x):
        x = self.down1(F.pad(self.first(x), (0, 1, 0, 1)))
        x = self.down2(F.pad(self.body(x), (0, 1, 0, 1)))
        mean, log = self.last(self.attention(x)).chunk(2, 1)
        return mean, torch.clamp(log, -30.0, 20.0)


class VaeDecoder(nn.Module):
    channels, part = 4, 4

    def __init__(self):
        super().__init__()
        self.first, self.attention = nn.Conv2d(4, 16, 3, 1, 1), _Attention(16)
        self.body1, self.body2 = _Residual(16, 16), _Residual(16, 8)
        self.norm, self.last = nn.GroupNorm(4, 8), nn.Conv2d(8, 3, 3, 1, 1)

    def forward(self, x):
        x = self.attention(self.first(x))
        for body in (self.body1, self.body2):
            x = body(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.last(F.silu(self.norm(x)))
