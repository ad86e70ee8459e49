"""Supervised contrastive loss (Khosla et al. 2020, Supervised contrastive learning, equation 2: L_out)."""

import torch
from torch import Tensor


def supervised_contrastive_loss(embeddings: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Mean over the batch's anchors that have a positive; 0 where none has.

    embeddings: [n, d], unit vectors.  labels: bool [n, n_classes], one or several a row; positives share one.
    An anchor whose classes nobody else in the batch bears adds nothing.
    """
    others = ~torch.eye(len(embeddings), dtype=torch.bool, device=embeddings.device)
    positives = share_a_class(labels, labels) & others
    losses = anchor_losses(embeddings @ embeddings.T / temperature, positives, others)
    return losses.mean() if len(losses) else embeddings.sum() * 0.0


def share_a_class(labels: Tensor, other_labels: Tensor) -> Tensor:
    """bool [n, m] of bool [n, n_classes] and [m, n_classes]"""
    return labels.float() @ other_labels.float().T > 0


def anchor_losses(similarities: Tensor, positives: Tensor, candidates: Tensor) -> Tensor:
    """-1 / |P(i)| Σ_p log softmax_i(p) of every anchor that has a positive: [n_anchors <= n].

    similarities: [n, m], divided by the temperature.  positives: bool [n, m].
    candidates: bool [n, m], whom the softmax is over, at least one a row.
    """
    masked = similarities.masked_fill(~candidates, -torch.inf)
    log_shares = similarities - masked.logsumexp(dim=1, keepdim=True)
    n_positives = positives.sum(dim=1)
    totals = (log_shares * positives).sum(dim=1)
    has_positive = n_positives > 0
    return -totals[has_positive] / n_positives[has_positive]
