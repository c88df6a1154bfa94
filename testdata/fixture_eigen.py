"""Singular values, eigenvalues of symmetric matrices and what is made of them; matrix exponentials."""

import fixture
import torch
from torch import linalg

FIXTURES = []

eigen = fixture.collector(FIXTURES)


class Function(torch.nn.Module):
    """A function as a module, whose archive knows the sizes it was traced with."""

    def __init__(self, function):
        super().__init__()
        self.forward = function


def symmetric(x):
    return x @ x.mT


@eigen()
def eigen_values():
    """Of both triangles, of matrices whose sizes are odd, even and 1, and of rank 1."""

    def values(x):
        s = x[:, :, :4]
        one = x[:, :, :1] @ x[:, :1, :]
        results = [linalg.eigvalsh(s), linalg.eigvalsh(s, UPLO="U"), linalg.eigh(symmetric(x))[0]]
        results += [linalg.svdvals(m) for m in (x, s, x.mT, one, x[:, :, :1], 1e-20 * x)]
        results += [torch.svd(x)[1], torch.linalg.svd(x.double(), full_matrices=False)[1]]
        return results + list(torch.svd(x, compute_uv=False))

    return Function(values), (torch.randn(2, 4, 5),)


@eigen()
def eigen_norms():
    """Matrix norms, condition numbers in every norm, ranks by every tolerance."""

    def norms(x):
        square = x[:, :4, :4]
        low = square[..., :2] @ square[..., :2, :]
        results = [linalg.matrix_norm(x, p, dim=(2, 0), keepdim=True) for p in ("nuc", 2, -2)]
        results += [torch.norm(x[0], "nuc"), linalg.norm(x[1], 2)]
        results += [linalg.cond(square, p) for p in (None, 2, -2, "fro", "nuc", 1, -1, torch.inf)]
        results += [linalg.cond(torch.zeros(3, 3) * x[0, 0, 0], 1), linalg.cond(x, -2)]
        tolerance = torch.tensor([1e-3, 100.0])
        results += [linalg.matrix_rank(low), linalg.matrix_rank(low, 1.0)]
        results += [linalg.matrix_rank(low, tolerance), linalg.matrix_rank(low, atol=tolerance)]
        results += [linalg.matrix_rank(symmetric(low), hermitian=True, atol=0.5, rtol=0.1)]
        return results

    return Function(norms), (torch.randn(2, 4, 5),)


@eigen()
def eigen_inverses():
    """Pseudoinverses, least squares by every driver, square roots, polar factors."""

    def inverses(x, y):
        square = x[:, :3]
        low = x[..., :2] @ square[:, :2]
        results = [linalg.pinv(m) for m in (x, x.mT, low, torch.zeros_like(x) * x)]
        results += [torch.pinverse(x, 0.5), linalg.pinv(x, rtol=torch.tensor([0.1, 0.5]))]
        results += [linalg.pinv(symmetric(square), hermitian=True), linalg.pinv(low, atol=1.0)]
        for driver in ("gels", "gelsd", "gelss"):
            results += linalg.lstsq(x, y, driver=driver)
        results += linalg.lstsq(x.mT, y[:, :3])
        results += linalg.lstsq(x, y[..., 0], rcond=0.1)[:1]
        results += linalg.polar(x)
        return results + [linalg.matrix_sqrth(symmetric(square))]

    return Function(inverses), (torch.randn(2, 5, 3), torch.randn(2, 5, 2))


@eigen("scripted", flags="--inputs 'x=f32[B,4,3]'")
def eigen_open_batch():
    class Open(torch.nn.Module):
        def forward(self, x):
            e = torch.linalg.eigvalsh(torch.matmul(x.mT, x))
            return e, torch.linalg.pinv(x), torch.matrix_exp(x[:, :3])

    return Open(), (torch.randn(2, 4, 3),)


@eigen(refused="result of aten::linalg_eigh whose signs no rule decides (eigenvectors)")
def eigen_vectors():
    return Function(lambda x: linalg.eigh(x)[1] + 1), (torch.randn(3, 3),)


@eigen()
def matrix_exponentials():
    """Of small and large norms; of a nilpotent matrix and a negative one whose squares are far."""

    def exponentials(x):
        nilpotent = torch.triu(x, 1)
        nilpotent = nilpotent[:, :2, :2] * 1e30
        decay = torch.diag_embed(-x[:, 0].abs()) * 1e12
        matrices = [x, x * 1e-4, x * 4, x * 0, nilpotent, decay, x.double()]
        return [torch.matrix_exp(m) for m in matrices]

    return Function(exponentials), (torch.randn(2, 3, 3),)


@eigen()
def incomplete_gamma():
    a = torch.tensor([0, 1e-6, 0.3, 1, 5, 30, 39.9, 40, 200, 1e4, 1e8, torch.inf, -1])
    x = torch.cat([a[:-2] * 1.001, torch.tensor([0.5, 3, 32, 190, torch.inf])])
    both = lambda a, x: (torch.special.gammainc(a, x), torch.special.gammaincc(a, x))
    return Function(both), (a[:, None], x)
