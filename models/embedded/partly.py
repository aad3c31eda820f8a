"""How much of several things a customer means: one, all of them, or all but what she keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.embedded import words
from models.embedded.keeping import CLAUSES, bare, denial, pattern, read


@dataclass(frozen=True)
class Meant:
    """Which choice a text means that says how much of them it is about; None: it is not clear."""

    at: int | None


def is_whole(option: str, language: str) -> bool:
    """Say whether a choice stands for all the others: "everything"."""
    return pattern(words.base(language), "begins").match(words.plain(option)) is not None


def meant(options: Sequence[str], text: str, language: str) -> Meant | None:
    """Read how much is meant; None where a text says nothing of all, of several or of what is kept."""
    base = words.base(language)
    wholes = [at for at, option in enumerate(options) if is_whole(option, base)]
    things = frozenset(at for at in range(len(options)) if at not in wholes)
    if len(things) < 2:
        return None
    said = read(options, things, text, base)
    kept = said.kept | said.left_out
    if said.unclear:
        return Meant(None)
    if kept and said.named - kept:
        return Meant(_only(said.named - kept))
    if said.only and len(said.named) == 1:
        return Meant(_only(said.named))
    if len(wholes) != 1:
        return None
    everything = _says_all(options[wholes[0]], said.rest, base)
    if kept:
        return Meant(_only(things - kept))
    if everything and not said.only:
        return Meant(wholes[0] if said.named in (frozenset(), things) else None)
    if len(said.named) < 2:
        return None
    return Meant(wholes[0] if said.named == things and said.joined else None)


def added(options: Sequence[str], taken: int, text: str, language: str) -> Meant | None:
    """Read what is meant besides the choice that was taken: "the chair too"; None if nothing is."""
    base = words.base(language)
    wholes = [at for at, option in enumerate(options) if is_whole(option, base)]
    things = frozenset(at for at in range(len(options)) if at not in wholes)
    if len(wholes) != 1 or taken in wholes or not pattern(base, "adds").search(
        words.plain(text, base)
    ):  # fmt: skip
        return None
    said = read(options, things, text, base)
    if said.kept or said.left_out or not said.named - {taken}:
        return None
    return Meant(wholes[0] if said.named | {taken} == things else None)


def named(
    options: Sequence[str], text: str, language: str
) -> tuple[frozenset[int], frozenset[int]]:
    """Give what a text asks for, the whole where it says all; and what it keeps or leaves out."""
    base = words.base(language)
    wholes = [at for at, option in enumerate(options) if is_whole(option, base)]
    things = frozenset(at for at in range(len(options)) if at not in wholes)
    said = read(options, things, text, base)
    all_of_it = (at for at in wholes if _says_all(options[at], said.rest, base))
    return said.named | {*all_of_it}, said.kept | said.left_out


def only_how_much(options: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text does no more than say how much of these: "actually all three", "no, the desk"."""
    base = words.base(language)
    wholes = [option for option in options if is_whole(option, base)]
    if "?" in text or not wholes or not any(named(options, text, language)):
        return False
    flat = words.plain(text, base)
    for kind in ("all", "keeps", "stays", "denied_by", "but", "not_last", "only", "around"):
        flat = pattern(base, kind).sub(" ", flat)
    for kind in ("mistaken", "denying", "things"):
        flat = _without(flat, words.load("turns").get(base, {}).get(kind, ()), base)
    for kind in ("fillers", "leads", "plain", "no_alone", "corrects", "negates"):
        flat = _without(flat, words.load("agreement").get(base, {}).get(kind, ()), base)
    things = frozenset(at for at, option in enumerate(options) if not is_whole(option, base))
    return bare(options, things, flat, base)


def without_kept(options: Sequence[str], text: str, language: str) -> str:
    """Give a text without what it says of the choices that she keeps."""
    base = words.base(language)
    things = frozenset(at for at, option in enumerate(options) if not is_whole(option, base))
    said = read(options, things, text, base)
    return said.rest if said.kept | said.left_out else text


def _without(flat: str, phrases: Iterable[object], base: str) -> str:
    return words.pattern(*(words.plain(str(one), base) for one in phrases)).sub(" ", flat)


def _says_all(whole: str, text: str, base: str) -> bool:
    """Say whether a text says all; so many only where the choice for all says so too: "both"."""
    called = words.plain(whole)
    counted = pattern(base, "counted")
    parts = (" ".join(words.words(part, base)) for part in CLAUSES.split(text))
    said = (pattern(base, "idioms").sub(" ", part) for part in parts)
    return any(
        (counted.fullmatch(match[0]) is None or match[0] in called)
        and denial(base).search(part[: match.start()]) is None
        and not pattern(base, "not_last").fullmatch(part[match.end() :].strip())
        for part in said
        for match in pattern(base, "all").finditer(part)
    )


def _only(left: frozenset[int]) -> int | None:
    return next(iter(left)) if len(left) == 1 else None
