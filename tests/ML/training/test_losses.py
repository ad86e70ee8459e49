"""The supervised contrastive loss is the paper's, for one genre a track and for several."""

import math

import pytest
import torch

from ML.training.losses import supervised_contrastive_loss


def unit(n: int, seed: int = 0) -> torch.Tensor:
    vectors = torch.randn(n, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(vectors, dim=1)


def slow_loss(vectors: torch.Tensor, classes: list[set[str]], temperature: float) -> float:
    """Equation 2, one term after another."""
    terms = []
    n = len(classes)
    for i in range(n):
        positives = [p for p in range(n) if p != i and classes[p] & classes[i]]
        if not positives:
            continue
        total = sum(math.exp(float(vectors[i] @ vectors[a]) / temperature) for a in range(n) if a != i)
        logs = [math.log(math.exp(float(vectors[i] @ vectors[p]) / temperature) / total) for p in positives]
        terms.append(-sum(logs) / len(positives))
    return sum(terms) / len(terms)


def matrix(classes: list[set[str]]) -> torch.Tensor:
    names = sorted(set().union(*classes))
    return torch.tensor([[name in own for name in names] for own in classes])


@pytest.mark.parametrize("temperature", [0.07, 0.5])
@pytest.mark.parametrize(
    "classes",
    [
        [{"a"}, {"a"}, {"b"}, {"b"}, {"b"}],
        [{"a", "b"}, {"b"}, {"a"}, {"c"}, {"c", "a"}],
        [{"a"}, {"a"}, {"alone"}, {"b"}, {"b"}],
    ],
    ids=["one genre each", "several genres", "a genre alone"],
)
def test_it_is_the_slow_obvious_loop(classes, temperature):
    vectors = unit(len(classes))
    fast = supervised_contrastive_loss(vectors, matrix(classes), temperature)  # float64, as the loop is
    assert fast.item() == pytest.approx(slow_loss(vectors, classes, temperature), rel=1e-9)


def test_where_nobody_has_company_there_is_nothing_to_learn():
    vectors = unit(3).requires_grad_()
    loss = supervised_contrastive_loss(vectors, torch.eye(3, dtype=torch.bool), 0.07)
    loss.backward()
    assert loss.item() == 0 and (vectors.grad == 0).all()


def test_likes_together_and_others_apart_is_the_least():
    together = torch.tensor([[1.0, 0], [1, 0], [-1, 0], [-1, 0]])
    apart = together[[0, 2, 1, 3]]
    labels = matrix([{"a"}, {"a"}, {"b"}, {"b"}])
    near, far = (supervised_contrastive_loss(vectors, labels, 0.07).item() for vectors in (together, apart))
    # Cosines of 1 and -1 differ by 29 when divided by 0.07: exp(-29) is left, or the whole 29. float32 rounds
    # what is between.
    assert near < 1e-6 and far > 20
