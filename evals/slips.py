"""`python -m evals.slips WORKSPACE`: what slips of the finger cost, and what mending them gives back.

Sentences that were left out of the training are damaged by a seed, one or two slips each: letters swapped,
lost or doubled, the key beside it, accents left out, a word as chats shorten it. Each is read as it was, as
it is damaged with nothing mended, and as it is damaged. So are questions of the articles, half of which are
taken out of them first. Then all words of the articles are read, which are spelt well: none may be rewritten.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from unittest.mock import patch

import yaml

from agents.catalog import team
from core.database import Database
from core.errors import RegenteError
from core.sentences import sentences
from core.settings import Settings
from core.upgrade import load_tables
from core.workspace import Workspace
from evals.understanding import left_out_once
from journeys import loading as journeys_loading
from knowledge.articles import articles
from knowledge.retrieval import Knowledge, open_knowledge
from models import loading as models_loading
from models.embedded import words
from models.embedded.embedder import one_thread
from models.embedded.intents import Classifier
from models.embedded.spelling import Spelling
from tools import loading as tools_loading

SHORTEST = 4
"""Letters of a word in which a finger slips."""

MOST_SLIPS = 2
ROWS = ("qwertyuiop", "asdfghjklç", "zxcvbnm")
"""QWERTY as ABNT2 has it, which adds a key that no English word needs."""

Slip = Callable[[str, random.Random], str]


def damaged(text: str, language: str, chance: random.Random) -> str:
    """Give a text with one or two slips, each in another word; itself where no word is long enough."""
    places = [match for match in words.WORD.finditer(text) if len(match[0]) >= SHORTEST]
    places = [match for match in places if match[0].isalpha()]
    chosen = chance.sample(places, min(len(places), chance.randint(1, MOST_SLIPS)))
    for match in sorted(chosen, key=lambda found: -found.start()):
        slip = chance.choice([*SLIPS, _shortened(language)])
        said = slip(match[0], chance)
        said = said if said != match[0] else _swapped(match[0], chance)
        text = text[: match.start()] + said + text[match.end() :]
    return text


def _swapped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _lost(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _doubled(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at] + word[at:]


def _beside(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    row = next((row for row in ROWS if word[at].lower() in row), "")
    keys = [row[place] for place in (row.find(word[at].lower()) + step for step in (-1, 1))
            if row and 0 <= place < len(row)]  # fmt: skip
    return word[:at] + chance.choice(keys) + word[at + 1 :] if keys else word


def _without_accents(word: str, chance: random.Random) -> str:
    return words.folded(word)


SLIPS: tuple[Slip, ...] = (_swapped, _lost, _doubled, _beside, _without_accents)


def _shortened(language: str) -> Slip:
    listed = _chat(words.base(language))
    return lambda word, chance: listed.get(words.folded(word), word)


@cache
def _chat(base: str) -> Mapping[str, str]:
    """Give how chats shorten a word."""
    listed = words.load("chat").get(base, {})
    return {words.folded(str(full)): str(short) for short, full in listed.items()}


def unmended() -> AbstractContextManager[object]:
    """Give a context in which nothing is mended."""
    return patch.object(Spelling, "mended", lambda _, word: word)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evals.slips", description="Measure slips.")
    parser.add_argument("workspace", type=Path, help="folder of the workspace")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="name each word that was rewritten")
    given = parser.parse_args(arguments)
    one_thread()
    try:
        workspace = Workspace(given.workspace)
        tools, _ = tools_loading.load(workspace, strict=False)
        journeys, _ = journeys_loading.load(workspace, tools, strict=False)
        members = team(workspace, tools, journeys, strict=False)
    except RegenteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for language in workspace.profile.languages:
        classifier, asked = left_out_once(members.examples, language, members.read_as)
        lines = [f"{language}:", _intents(classifier, asked, language, given.seed)]
        written = _written(workspace, language)
        wrong = [*rewritten(written, Spelling(classifier.known, language))]
        lines.append(f"  words rewritten in {len(written)} sentences of articles: {len(wrong)}")
        lines += [f"    {word} → {meant}" for word, meant in wrong if given.show]
        sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.writelines(f"{line}\n" for line in asyncio.run(_searched(workspace, given.seed)))
    return 0


def _intents(
    classifier: Classifier, asked: Sequence[tuple[str, str]], language: str, seed: int
) -> str:
    """Say how many sentences are read right as they were, damaged, and mended."""
    chance = random.Random(seed)
    hurt = [(damaged(text, language, chance), intent) for text, intent in asked]

    def right(said: Sequence[tuple[str, str]]) -> float:
        read = [classifier.read(text).label == intent for text, intent in said]
        return sum(read) / max(1, len(read))

    with unmended():
        as_written = right(hurt)
    return (
        f"  intents of {len(asked)} sentences left out: {right(asked):.3f} right, "
        f"damaged {as_written:.3f}, mended {right(hurt):.3f}"
    )


def rewritten(texts: Sequence[str], spelling: Spelling) -> Iterator[tuple[str, str]]:
    """Give each word that is rewritten, and as what."""
    for text in texts:
        said, read = words.WORD.findall(text), words.WORD.findall(spelling.text(text))
        yield from ((one, other) for one, other in zip(said, read, strict=True) if one != other)


def _written(workspace: Workspace, language: str) -> list[str]:
    """Give the sentences of the articles."""
    return [
        sentence
        for article in articles(workspace) if article.language == language
        for piece in article.pieces
        for sentence in sentences(piece.text)
    ]  # fmt: skip


async def _searched(workspace: Workspace, seed: int) -> list[str]:
    """Say how many questions find their article, half of each article's questions left out of it."""
    with tempfile.TemporaryDirectory() as folder:
        halved = Path(folder) / "workspace"
        shutil.copytree(workspace.path, halved)
        left_out = [*_halve(Workspace(halved))]
        database = Database(Settings(data_dir=Path(folder), database_url="").database)
        database.write(load_tables().create_all)
        settings = Settings(data_dir=Path(folder), database_url="", workspace=halved)
        models = models_loading.load(settings, Workspace(halved))
        knowledge = open_knowledge(database, Workspace(halved), models, settings)
        lines = [
            await _found(knowledge, [one for one in left_out if one[0] == language], language, seed)
            for language in workspace.profile.languages
        ]
        knowledge.close()
        database.close()
    return lines


def _halve(workspace: Workspace) -> Iterator[tuple[str, str, str]]:
    """Take every second question out of each article; give it with the language and the article."""
    for article in articles(workspace):
        if article.front.audience != "customer":
            continue
        path = workspace.path / "knowledge" / article.source_id
        _, front, body = path.read_text("utf-8-sig").split("---\n", 2)
        kept = {**yaml.safe_load(front), "questions": article.front.questions[::2]}
        path.write_text(f"---\n{yaml.safe_dump(kept, allow_unicode=True)}---\n{body}", "utf-8")
        for question in article.front.questions[1::2]:
            yield article.language, article.source_id, question


async def _found(
    knowledge: Knowledge, left_out: Sequence[tuple[str, str, str]], language: str, seed: int
) -> str:
    chance = random.Random(seed)
    asked = [(text, article) for _, article, text in left_out]
    hurt = [(damaged(text, language, chance), article) for text, article in asked]

    async def hits(said: Sequence[tuple[str, str]]) -> float:
        found = [await knowledge(text, language=language, limit=1) for text, _ in said]
        right = [bool(passages) and passages[0]["source_id"] == article
                 for passages, (_, article) in zip(found, said, strict=True)]  # fmt: skip
        return sum(right) / max(1, len(right))

    with unmended():
        as_written = await hits(hurt)
    return (
        f"{language}: articles of {len(asked)} questions left out: {await hits(asked):.3f} found, "
        f"damaged {as_written:.3f}, mended {await hits(hurt):.3f}"
    )


if __name__ == "__main__":
    sys.exit(main())
