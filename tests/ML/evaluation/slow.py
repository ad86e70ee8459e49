"""The same as ML/evaluation, as slow obvious loops that were written from the definitions."""

import math


def cosine(left, right) -> float:
    lengths = math.sqrt(sum(x * x for x in left)) * math.sqrt(sum(x * x for x in right))
    return sum(x * y for x, y in zip(left, right, strict=True)) / lengths if lengths else 0.0


def may_see(query: int, row: int, groups) -> bool:
    """In a corpus that queries itself."""
    return query != row and (groups is None or groups[query] is None or groups[query] != groups[row])


def rank(vectors, query: int, groups=None) -> list[int]:
    seen = [row for row in range(len(vectors)) if may_see(query, row, groups)]
    return sorted(seen, key=lambda row: (-round(cosine(vectors[query], vectors[row]), 9), row))


def average_precision(hits: list[bool], n_relevant: int, k: int) -> float:
    precisions = [sum(hits[: rank + 1]) / (rank + 1) for rank in range(len(hits[:k])) if hits[rank]]
    return sum(precisions) / min(k, n_relevant)


def ndcg(hits: list[bool], n_relevant: int, k: int) -> float:
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits[:k]) if hit)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(k, n_relevant)))


def precision(hits: list[bool], n_relevant: int, k: int) -> float:
    return sum(hits[:k]) / k


SLOW = {"precision": precision, "map": average_precision, "ndcg": ndcg}


def vote(labels: list[str]) -> str:
    """labels: of the neighbours, nearest first."""
    return max(labels, key=lambda label: (labels.count(label), -labels.index(label)))
