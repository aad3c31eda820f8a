"""The sentences of passages that answer a question, in the passages' own words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models.embedded import words
from models.embedded.features import meanings, meanings_at
from models.embedded.spelling import Spelling, counted

MOST_QUOTES = 3
LEAST_COVERAGE = 0.1
"""Share of a question's words of meaning, by rarity, that passage and sentence must have."""

SECOND_SHARE = 0.72
"""Score of a further sentence, against the best, from which it is quoted as well."""

KINDS = ("term", "price", "delay", "thing")
KIND_WEIGHT = 0.3
"""Weight of a word that says what kind of answer is wanted, against one that says what it is about."""

WHOLE_KIND = 0.4
"""What a sentence gains by the kind of thing that is asked: a time, a price, a number."""

TITLE_WEIGHT = 0.35
CONTEXT_WEIGHT = 0.25
ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
SENTENCE = re.compile(r"(?<=[.!?…])[\"'”)]*\s+(?=[^\s])")
SHORTENED = re.compile(
    r"(?:^|\s)(?:sr|sra|dr|dra|av|art|no|mr|mrs|ms|st|e\.g|i\.e|p\.ex|ex|etc|aprox|vs|tel|n)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quote:
    """A sentence of a passage that answers."""

    n: int
    """The passage's number in the list, from 1, or its own `n`."""

    sentence: str
    """The passage's words, list items and table rows whole and under their heading."""

    score: float = 0.0
    """0 to about 1.5: how well it answers; above `LEAST_COVERAGE` it was taken."""


@dataclass(frozen=True)
class _Piece:
    passage: int
    place: int
    text: str
    heading: str


def extract(question: str, passages: Sequence[Mapping[str, Any]], language: str) -> list[Quote]:
    """Give the one to three sentences that answer best, best first; `[]` when no passage fits."""
    written = [f"{passage.get('title', '')} {passage.get('text', '')}" for passage in passages]
    question = Spelling(counted(written, language), language).text(question)
    wanted = _wanted(question, language)
    if not wanted or not passages:
        return []
    pieces = [piece for at, passage in enumerate(passages) for piece in _pieces(at, passage)]
    each = [_stems(f"{piece.heading} {piece.text}", language) for piece in pieces]
    rarity = _rarity(wanted, each)
    titles = [_stems(str(passage.get("title", "")), language) for passage in passages]
    whole = [_stems(text, language) for text in written]
    scored = sorted(
        (
            (_score(wanted, rarity, piece, each[at], titles, whole, question, language), -at, piece)
            for at, piece in enumerate(pieces)
        ),
        key=lambda found: found[:2], reverse=True,
    )  # fmt: skip
    best = scored[0] if scored else None
    if best is None or best[0] <= 0 or not _fits(wanted, rarity, whole[best[2].passage]):
        return []
    return _quotes(scored, passages, question, language)


def _quotes(
    scored: list[tuple[float, int, _Piece]],
    passages: Sequence[Mapping[str, Any]],
    question: str,
    language: str,
) -> list[Quote]:
    """Take the best piece and those near it in score, in reading order within a passage."""
    top = scored[0][0]
    taken = [found for found in scored[:MOST_QUOTES] if found[0] >= SECOND_SHARE * top]
    # Beside a sentence that has the time or the price that was asked, one without it only distracts.
    if any(_holds(question, found[2], language) for found in taken):
        taken = [found for found in taken if _holds(question, found[2], language)]
    first = taken[0][2].passage
    taken.sort(key=lambda found: (found[2].passage != first, found[2].passage, found[2].place))
    quotes = []
    for score, _, piece in taken:
        if any(piece.text in quote.sentence for quote in quotes):
            continue
        n = int(passages[piece.passage].get("n", piece.passage + 1))
        lead = f"{piece.heading} " if piece.heading and piece.heading not in piece.text else ""
        quotes.append(Quote(n, f"{lead}{piece.text}".strip(), round(score, 3)))
    return quotes


def _score(
    wanted: dict[str, float], rarity: dict[str, float], piece: _Piece, stems: frozenset[str],
    titles: list[frozenset[str]], whole: list[frozenset[str]], question: str, language: str,
) -> float:  # fmt: skip
    total = sum(weight * rarity[stem] for stem, weight in wanted.items())

    def share(of: frozenset[str]) -> float:
        return sum(weight * rarity[stem] for stem, weight in wanted.items() if stem in of) / total

    score = share(stems) + TITLE_WEIGHT * share(titles[piece.passage])
    score += CONTEXT_WEIGHT * share(whole[piece.passage]) + _expected(
        question, piece.text, language
    )
    score -= 0.03 * piece.passage  # the search put the likelier one first
    if piece.text.rstrip().endswith("?"):
        score -= 0.5  # a question answers none
    if len(words.words(piece.text)) < 3:
        score -= 0.3
    return score


def _expected(question: str, sentence: str, language: str) -> float:
    """Give more to a sentence that holds the kind of thing that is asked: a number, a time, a price."""
    said = words.plain(question, language)
    for kind, (asks, holds) in EXPECTED.items():
        if re.search(asks, said) and re.search(holds, words.flat(sentence)):
            return 0.12 if kind == "yes" else WHOLE_KIND
    return 0.0


def _holds(question: str, piece: _Piece, language: str) -> bool:
    return _expected(question, piece.text, language) >= WHOLE_KIND


EXPECTED = {
    "price": (r"\b(quanto custa|quanto e|preco|valor|how much|price|cost|fee|taxa|charge)\b",
              r"(r\$|us\$|[$€£]|\breais\b|\d+\s?%|gratis|gratuit|free\b)"),
    "duration": ((r"\b(prazo|quanto tempo|quantos dias|ate quando|how long|how many days|deadline|quando"
                  r"|when|demora|time|period\w*)\b"),
                 (r"\b(\d+|um|uma|dois|tres|two|three|seven|ten)\b.{0,20}\b(dias?|horas?|semanas?|mes|meses"
                  r"|days?|hours?|weeks?|months?|minut\w*|anos?|years?)\b")),
    "hours": (r"\b(horario|que horas|abre|aberto|fecha|hours|open|close|opening)\b",
              r"\b\d{1,2}\s?(h|:\d\d|am|pm|a\.m|p\.m)"),
    "count": (r"\b(quantos|quantas|quanto|how many|how much|limite|maximo|minimo|maximum|minimum)\b", r"\d"),
    "yes": (r"^(posso|pode|voces|tem|da para|can|do you|is|are|may|aceita)\b",
            r"\b(sim|nao|pode|aceita\w*|yes|no|not|can|may|accept\w*)\b"),
}  # fmt: skip


def _fits(wanted: dict[str, float], rarity: dict[str, float], passage: frozenset[str]) -> bool:
    """Say whether a passage is about the question at all."""
    total = sum(weight * rarity[stem] for stem, weight in wanted.items())
    shared = sum(weight * rarity[stem] for stem, weight in wanted.items() if stem in passage)
    return shared / total >= LEAST_COVERAGE


def _wanted(question: str, language: str) -> dict[str, float]:
    """Give what the question is about: stems of its words of meaning, and their meanings."""
    tokens = words.words(question, language)
    said = [*meanings_at(tokens, _spoken(language))]
    # "send it back" is one meaning: neither "send" nor "back" is what the question is about.
    joined = {place for at, size, _ in said if size > 1 for place in range(at, at + size)}
    single = [token for place, token in enumerate(tokens) if place not in joined]
    telling = words.content(single, (words.base(language),))
    asking = {word for phrase in words.load("questions").get(words.base(language), [])
              for word in words.folded(phrase).split()}  # fmt: skip
    telling = [word for word in telling if word not in asking] or telling
    kinds = kind_stems(language)
    stems = words.stems(telling, language)
    wanted = {stem: KIND_WEIGHT if stem in kinds else 1.0 for stem in stems}
    for _, size, meaning in said:
        if meaning not in ("want", "hello", "thanks", "how", *KINDS):
            wanted[f"={meaning}"] = max(wanted.get(f"={meaning}", 0.5), 1.0 if size > 1 else 0.5)
    return wanted


@lru_cache(maxsize=8)
def kind_stems(language: str, kinds: tuple[str, ...] = KINDS) -> frozenset[str]:
    """Give the stems that say what kind of answer is wanted ("time", "days"), not what it is about."""
    listed = words.load("thesaurus")
    said = [word for kind in kinds for phrase in listed[kind] for word in words.words(str(phrase))]
    return frozenset(words.stem(word, language) for word in said)


def _rarity(wanted: dict[str, float], each: list[frozenset[str]]) -> dict[str, float]:
    """Weigh each wanted stem by how few pieces have it; one that none has weighs like a middling one."""
    count = len(each)
    return {
        stem: 0.6 + 0.4 * (1 - sum(stem in piece for piece in each) / max(1, count))
        for stem in wanted
    }


@lru_cache(maxsize=2_000)
def _stems(text: str, language: str) -> frozenset[str]:
    tokens = words.words(text, language)
    found = set(words.stems(tokens, language))
    return frozenset(found | {f"={meaning}" for meaning in meanings(tokens, _spoken(language))})


def _spoken(language: str) -> tuple[str, ...]:
    return (words.base(language),)


def _pieces(at: int, passage: Mapping[str, Any]) -> list[_Piece]:
    """Cut a passage into sentences; items and rows stay whole, with the line that leads them."""
    found: list[_Piece] = []
    lead = ""
    header: str | None = None
    for block in _blocks(str(passage.get("text", ""))):
        if block.lstrip().startswith("#"):
            lead, header = block.lstrip("# ").strip(), None
            continue
        if block.lstrip().startswith("|"):
            if set(block) <= set("|-: "):
                continue
            if header is None:
                header = block.strip()
            else:
                found.append(
                    _Piece(at, len(found), _row(header, block), lead if lead.endswith(":") else "")
                )
            continue
        header = None
        if ITEM.match(block):
            found.append(
                _Piece(
                    at, len(found), _plain(ITEM.sub("", block)), lead if lead.endswith(":") else ""
                )
            )
            continue
        sentences = sentences_of(block)
        # A line that leads a list says nothing without its items; they carry it along.
        found += [_Piece(at, len(found) + n, _plain(sentence), "")
                  for n, sentence in enumerate(sentences) if not sentence.endswith(":")]  # fmt: skip
        lead = _plain(sentences[-1]) if sentences else ""
    return found


def _blocks(text: str) -> list[str]:
    """Give paragraphs, list items and table rows, wrapped lines joined."""
    blocks: list[str] = []
    for line in text.splitlines():
        starts = ITEM.match(line) or line.lstrip().startswith(("|", "#"))
        if not line.strip():
            blocks.append("")
        elif starts or not blocks or not blocks[-1] or blocks[-1].lstrip().startswith(("|", "#")):
            blocks.append(line)
        else:
            blocks[-1] += " " + line.strip()
    return [block for block in blocks if block.strip()]


def _row(header: str, row: str) -> str:
    """Write a row of a table as a sentence: `Size: M; Chest: 92-98 cm`."""
    names = [_plain(cell) for cell in header.strip().strip("|").split("|")]
    cells = [_plain(cell) for cell in row.strip().strip("|").split("|")]
    pairs = [
        f"{name}: {cell}" if name else cell
        for name, cell in zip(names, cells, strict=False)
        if cell
    ]
    return "; ".join(pairs)


def sentences_of(text: str) -> list[str]:
    """Give the sentences of a paragraph; "Dr." and the like end none."""
    found: list[str] = []
    for part in SENTENCE.split(text.strip()):
        if found and SHORTENED.search(found[-1]):
            found[-1] += " " + part
        elif part.strip():
            found.append(part.strip())
    return found


def _plain(markdown: str) -> str:
    """Give Markdown's text without its marks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text)
    return " ".join(re.sub(r"(?<!\w)[*_](\S.*?)[*_](?!\w)", r"\1", text).split())
