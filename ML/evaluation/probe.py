"""What a linear layer reads from vectors, as representations are probed (Alain & Bengio 2016)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ML.evaluation.ranking import Groups, own_groups

N_FOLDS = 5
REGULARISATION = 0.1  # of ridge regression, on features whose squares sum to 1 on average


def probe_labels(vectors: np.ndarray, codings: Sequence[np.ndarray], groups: Groups, seed: int) -> np.ndarray:
    """The class that a linear probe, trained on other folds, reads in each row: int64 [n_codings, n], or -1.

    Ridge regression on one-hot classes: all codings (labels, and shuffled ones) are learnt in one solution.
    groups: rows of one group share a fold (None: of no group); folds hold classes alike, by the first coding.
    """
    from sklearn.linear_model import Ridge

    targets = [np.eye(codes.max(initial=0) + 1)[codes] for codes in codings]
    edges = np.cumsum([0, *(target.shape[1] for target in targets)])
    read = np.full((len(codings), len(vectors)), -1, dtype=np.int64)
    for train, test in split_folds(codings[0], groups, seed):
        mean, scale = vectors[train].mean(axis=0), vectors[train].std(axis=0)
        rows = (vectors - mean) / np.where(scale > 0, scale, 1.0) / np.sqrt(vectors.shape[1])
        answers = Ridge(REGULARISATION).fit(rows[train], np.hstack(targets)[train]).predict(rows[test])
        for which, (start, end) in enumerate(pairwise(edges)):
            read[which, test] = answers[:, start:end].argmax(axis=1)
    return read


def split_folds(codes: np.ndarray, groups: Groups, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """(rows to train on, rows to test) of each fold; none where there are too few groups for two folds."""
    import warnings

    from sklearn.model_selection import StratifiedGroupKFold

    own = own_groups(len(codes), groups)[0]
    numbers = {group: number for number, group in enumerate(dict.fromkeys(own))}
    n_folds = min(N_FOLDS, len(numbers), int(np.bincount(codes).max(initial=0)))
    if n_folds < 2 or len(np.unique(codes)) < 2:
        return []
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # classes of fewer tracks than folds are no fault of the caller's
        warnings.simplefilter("ignore", UserWarning)
        split = list(folds.split(codes, codes, [numbers[group] for group in own]))
    return [(train, test) for train, test in split if len(train) and len(test)]
