"""Kernel ridge regression on labels: one factorisation gives the scores, and those of examples left out."""

from collections.abc import Sequence

import numpy as np

RIDGE = 0.35


class Ridge:
    """What a kernel of examples tells of their labels; `kernel` is used up."""

    coefficients: np.ndarray
    """(n_examples, n_labels) that scores are made of."""

    left_out: np.ndarray
    """(n_examples, n_labels) scores of each example as if it had not been there."""

    def __init__(self, kernel: np.ndarray, owners: np.ndarray) -> None:
        self._targets = _targets(owners)
        self._root = _root(kernel, owners)
        self.coefficients = self._root @ (self._root.T @ self._targets)
        diagonal = np.einsum("ij,ij->i", self._root, self._root)
        self.left_out = self._targets - self.coefficients / diagonal[:, None]

    def without(self, hidden: np.ndarray) -> np.ndarray:
        """Give the scores of some examples as if none of them had been there."""
        part = self._root[hidden]
        return self._targets[hidden] - np.linalg.solve(part @ part.T, self.coefficients[hidden])


def owned(labels: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Give the labels, each once, and which of them each example has."""
    columns = [*dict.fromkeys(labels)]
    places = {label: at for at, label in enumerate(columns)}
    return columns, np.array([places[label] for label in labels])


def begins(owners: np.ndarray) -> np.ndarray:
    """Give where each label's examples begin; they stand together."""
    return np.searchsorted(owners, np.arange(owners[-1] + 1))


def _targets(owners: np.ndarray) -> np.ndarray:
    """Give 1 for an example's own label and 0 for the others, less what is usual."""
    targets = np.eye(int(owners.max()) + 1, dtype=np.float32)[owners]
    return targets - targets.mean(axis=0)


def coefficients(kernel: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Give what `Ridge` has as `coefficients`, in a third of the time; `kernel` is used up."""
    from scipy.linalg import get_lapack_funcs

    [solve] = get_lapack_funcs(("potrs",), (kernel,))
    found, _ = solve(_factor(kernel, owners), _targets(owners), lower=0)
    return np.ascontiguousarray(found)


def _factor(kernel: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Give the upper triangle whose transpose, times it, is the kernel with its ridge."""
    from scipy.linalg import get_lapack_funcs

    sizes = np.bincount(owners)[owners]
    # A label with many examples must not drown one with few.
    weights = np.sqrt(sizes.mean() / sizes)
    each = np.arange(len(owners))
    kernel[each, each] += (RIDGE / weights).astype(np.float32)
    # Symmetric, so that its transpose is itself in the order that LAPACK works in without a copy.
    [factorise] = get_lapack_funcs(("potrf",), (kernel,))
    factor, _ = factorise(kernel.T, lower=0, overwrite_a=1, clean=1)
    return factor


def _root(kernel: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Give the upper triangle that, times its transpose, is the inverse of the kernel with its ridge."""
    from scipy.linalg import get_lapack_funcs

    [invert] = get_lapack_funcs(("trtri",), (kernel,))
    root, _ = invert(_factor(kernel, owners), lower=0, overwrite_c=1)
    return root
