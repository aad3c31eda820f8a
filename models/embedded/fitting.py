"""Learns the readings of one language from examples; what it knows of certainty comes from left-out ones.

Ridge regression has its leave-one-out predictions in closed form, so what is known about certainty comes
from examples that the classifier did not see: single ones left out, and whole labels left out, which stand
for what nobody taught it. Where too few are taught to tell, it comes from workspaces that were drawn.
"""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from models.embedded import words
from models.embedded.certainty import ELSEWHERE, THRESHOLD, LeftOut, chance, of_best, of_few
from models.embedded.courtesy import stripped
from models.embedded.embedder import one_thread
from models.embedded.features import features, tokens
from models.embedded.intents import (
    FEW_SHARE,
    GROUPS,
    SHARPNESS,
    SURE,
    VECTOR_SHARE,
    Again,
    Classifier,
    Examples,
    known_share,
    mixed,
    stemmed,
)
from models.embedded.ridge import Ridge, begins, coefficients, owned
from models.embedded.spelling import Spelling
from models.embedded.vectors import Vectors

NEAR = 0.5
"""Similarity from which a sentence of `elsewhere.yaml` may be the workspace's business after all."""

SAME_MATTER = 0.5
"""Share of a label's examples, left out, that are taken for spare labels': they are one matter."""

PART_OF_MATTER = 0.2
"""The least share with which a spare label is one of them."""

USUAL = 0.03
"""Share of the examples from which a feature is one of many."""

FEW = 24
"""Examples of an intent, in the middle of all, up to which there are few."""

LEAST_ELSEWHERE = 40
ELSEWHERE_SHARE = 0.15
"""Sentences of nobody's business that are learned: some always, and more where more is taught."""


def fit(
    examples: Examples,
    language: str,
    names: Mapping[str, str] | None = None,
    vectors: Vectors | None = None,
) -> Classifier:
    """Train on `{label: {language: texts}}`; seconds for 5,000 examples.

    `names` gives the intent that a label is read as, where it is not the label itself. Such a label is
    spare: it gives way where another label's own examples are about the same matter. With `vectors`, what
    the words leave unsure is read again.
    """
    import scipy.linalg  # noqa: F401 - brings a pool of threads of its own, which is to be stilled, too

    one_thread()
    texts, labels = _listed(examples, language)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Embedding is for another core, while the words are learned here.
        few = has_few(examples, language)
        embedded = (vectors.all_of if few else vectors.many) if vectors else None
        embedding = beside.submit(embedded, texts, language) if embedded else None
        classifier, keep, kernel, left_out, unsure = _fit_words(
            texts, labels, language, names or {}
        )
        if vectors and embedding:
            embed = vectors.reader(language, whole=few)
            found = embedding.result()[keep]
            share, sure = FEW_SHARE, of_few()
            if not few:
                share = VECTOR_SHARE
                sure = _calibration_again(kernel, found, left_out, unsure, share)
            both = mixed(kernel, found @ found.T, share)
            learned = coefficients(both, left_out.owners)
            classifier.again = Again(found, learned, sure, embed, share)
    return classifier


def has_few(examples: Examples, language: str) -> bool:
    """Say whether so little is taught that vectors tell more of what is said than words."""
    taught = Counter(label for label in _listed(examples, language)[1] if label != ELSEWHERE)
    return not taught or float(np.median([*taught.values()])) <= FEW


def _fit_words(
    texts: list[str], labels: list[str], language: str, names: Mapping[str, str]
) -> tuple[Classifier, list[int], np.ndarray, LeftOut, np.ndarray]:
    """Learn the first reading; give besides which texts stayed, their kernel, and what is left unsure."""
    said = [tokens(stripped(text, language), language) for text in texts]
    mended = Spelling(Counter(word for one in said for word in dict.fromkeys(one)), language).mended
    said = [[mended(word) for word in one] for one in said]  # examples have slips, too
    vocabulary, rarity, matrix = _matrix([features(one, language) for one in said])
    kernel = _kernel(matrix)
    kernel, ridge, keep = _without_spare(kernel, labels, _near_left_out(labels, kernel), names)
    columns, owners = owned([labels[at] for at in keep])
    said = [said[at] for at in keep]
    counted = Counter(word for one in said for word in dict.fromkeys(one))
    stems = stemmed(counted, language)
    known = np.array([known_share(one, stems, language, least=2) for one in said])
    read_as = [names.get(label, label) for label in columns]
    left_out = LeftOut(owners, np.array(read_as), known)
    found = left_out.signs(left_out.scores(ridge), left_out.near(kernel))
    calibration = left_out.learned(found.best, found.values, np.ones(len(found.best), bool))
    by_feature = matrix[keep].tocsc()
    classifier = Classifier(
        language, read_as, vocabulary, dict(counted), rarity,
        by_feature.indices, by_feature.indptr, by_feature.data,
        ridge.coefficients, begins(owners), calibration, THRESHOLD,
    )  # fmt: skip
    return classifier, keep, kernel, left_out, chance(found.values, calibration) < SURE


def _listed(examples: Examples, language: str) -> tuple[list[str], list[str]]:
    """Give the texts in a language; of a label that has none, those in its other languages."""
    base = words.base(language)
    said: dict[tuple[str, str], None] = {}
    for label, by_language in examples.items():
        spoken = [text for one, texts in by_language.items() if words.base(one) == base
                  for text in texts]  # fmt: skip
        for text in spoken or [text for texts in by_language.values() for text in texts]:
            if text.strip():
                said[(text, label)] = None
    each = max(LEAST_ELSEWHERE, round(ELSEWHERE_SHARE * len(said)))
    for text in words.load("elsewhere").get(base, [])[:each]:
        said[(text, ELSEWHERE)] = None
    return [text for text, _ in said], [label for _, label in said]


def _without_spare(
    kernel: np.ndarray, labels: list[str], keep: list[int], names: Mapping[str, str]
) -> tuple[np.ndarray, Ridge, list[int]]:
    """Give what is learned from the kernel, again without spare labels that are another's matter."""
    part, of = kernel[np.ix_(keep, keep)], [labels[at] for at in keep]
    columns, owners = owned(of)
    ridge = Ridge(np.power(part, SHARPNESS), owners)
    same = _same_matter(columns, owners, ridge, names)
    if not same:
        return part, ridge, keep
    del ridge, part
    stays = [at for at in keep if labels[at] not in same]
    part = kernel[np.ix_(stays, stays)]
    owners = owned([labels[at] for at in stays])[1]
    return part, Ridge(np.power(part, SHARPNESS), owners), stays


def _calibration_again(
    kernel: np.ndarray, vectors: np.ndarray, left_out: LeftOut, unsure: np.ndarray, share: float
) -> np.ndarray:
    """Learn how sure the second reading is, from the texts that it would be asked about.

    Every other example of each label tells enough, and takes an eighth of the time.
    """
    half = _every_other(left_out.owners)
    unsure = unsure[np.isin(left_out.rows, half)]
    kernel, vectors, left_out = kernel[np.ix_(half, half)], vectors[half], left_out.part(half)
    near = vectors @ vectors.T
    apart = [left_out.near(one) for one in (kernel, near)]
    both = mixed(kernel, near, share)
    nearest = left_out.near(both)
    found = left_out.signs(left_out.scores(Ridge(both, left_out.owners)), nearest)
    values = np.column_stack(
        [found.values, *(of_best(one, found.best, left_out.same) for one in apart)]
    )
    return left_out.learned(found.best, values, unsure)


def _every_other(owners: np.ndarray) -> np.ndarray:
    """Give the places of the first, third, … example of each label."""
    within = np.arange(len(owners)) - begins(owners)[owners]
    return np.flatnonzero(within % 2 == 0)


def _matrix(found: list[dict[str, dict[str, float]]]) -> tuple[dict[str, int], np.ndarray, Any]:
    """Give the vocabulary, each feature's rarity, and the examples' weighted features."""
    from scipy.sparse import csr_matrix

    vocabulary: dict[str, int] = {}
    places: list[int] = []
    said: list[float] = []
    sizes: list[int] = []  # of each group of each example, one after the other
    for groups in found:
        for group in GROUPS:
            places += [vocabulary.setdefault(f"{group}:{feature}", len(vocabulary))
                       for feature in groups[group]]  # fmt: skip
            said += groups[group].values()
            sizes.append(len(groups[group]))
    seen = np.bincount(places, minlength=len(vocabulary))
    rarity = (np.log((1 + len(found)) / (1 + seen)) + 1).astype(np.float32)
    weights = np.array(said, np.float32) * rarity[places]
    of = np.repeat(np.arange(len(sizes)), sizes)
    lengths = np.sqrt(np.bincount(of, weights**2, minlength=len(sizes)))
    shares = np.tile([share**0.5 for share in GROUPS.values()], len(found))
    weights *= (shares / np.maximum(lengths, 1e-9)).astype(np.float32)[of]
    starts = np.concatenate([[0], np.cumsum(sizes)])[:: len(GROUPS)]
    shape = (len(found), len(vocabulary))
    return (
        vocabulary,
        rarity,
        csr_matrix((weights, np.array(places, np.int32), starts), shape=shape),
    )


def _kernel(matrix: Any) -> np.ndarray:
    """Give how alike any two examples are; a feature of many is multiplied densely, which is faster."""
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    many = seen > USUAL * matrix.shape[0]
    dense, sparse = matrix[:, many].toarray(), matrix[:, ~many & (seen > 1)]
    kernel = dense @ dense.T
    kernel += (sparse @ sparse.T).toarray()
    each = np.arange(len(kernel))
    kernel[each, each] = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    return kernel


def _near_left_out(labels: list[str], kernel: np.ndarray) -> list[int]:
    """Leave out sentences of nobody's business that are near the workspace's own examples."""
    own = np.array([label != ELSEWHERE for label in labels])
    near = kernel[:, own].max(axis=1) if own.any() else np.zeros(len(labels))
    return [at for at in range(len(labels)) if own[at] or near[at] < NEAR]


def _same_matter(
    columns: list[str], owners: np.ndarray, ridge: Ridge, names: Mapping[str, str]
) -> set[str]:
    """Give the spare labels that cannot be told from a label of the workspace's own."""
    guessed = ridge.left_out.argmax(axis=1)
    found: set[str] = set()
    for at, label in enumerate(columns):
        if label == ELSEWHERE or label in names:
            continue
        shares = np.bincount(guessed[owners == at], minlength=len(columns)) / (owners == at).sum()
        spare = {
            name: share for name, share in zip(columns, shares, strict=True)
            if names.get(name, label) != label
        }  # fmt: skip
        if sum(spare.values()) > SAME_MATTER:
            found |= {name for name, share in spare.items() if share > PART_OF_MATTER}
    return found
