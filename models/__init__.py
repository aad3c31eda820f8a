"""Models: chat models by role and an embedder, embedded or behind any OpenAI-compatible URL.

`models.loading.load(settings, workspace)` gives `Models`; the folder is heavy, this contract is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from core.settings import Role

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.language_models import BaseChatModel


class Embedder(Protocol):
    """Turns sentences into vectors of length 1."""

    name: str
    """With its version: indexes and classifiers carry it, so that vectors never mix."""

    dimensions: int

    def embed(self, sentences: list[str]) -> "np.ndarray":
        """Give `(len(sentences), dimensions)` float32; CPU-bound, call it on a thread."""
        ...


@dataclass(frozen=True)
class Spent:
    """What one agent has spent on one model in one role."""

    agent: str
    """Empty: outside of any."""

    role: str
    model: str
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


@dataclass
class Usage:
    """What a turn has spent on models so far."""

    calls: int = 0
    """Calls that left the process; the embedded model is free and not counted."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    degraded: str = ""
    """Why the embedded model answered for another, or empty."""

    spent: list[Spent] = field(default_factory=list)
    """The same by agent, role and model."""

    prompts: list[str] = field(default_factory=list)
    """Which prompts were used, each as `file@hash` of what stood in it."""


@dataclass(frozen=True, kw_only=True)
class Models:
    """The models of one workspace, by role."""

    route: "BaseChatModel"
    answer: "BaseChatModel"
    write: "BaseChatModel"
    judge: "BaseChatModel"
    embedded: "BaseChatModel"
    """The one that is always there."""

    embedder: Embedder
    external: frozenset[Role]
    """The roles behind which a paid or remote model stands."""


@dataclass(frozen=True)
class Answered:
    """What a message answers to a yes/no question that is open."""

    meaning: Literal["yes", "no", "drop", ""] = ""
    """Empty: neither, or not surely."""

    wholly: bool = False
    """Whether it is an answer and nothing else, whatever it may sound like elsewhere."""


class Understanding(Protocol):
    """Reads customers' words without a language model; trained on a workspace's examples."""

    def language(self, text: str, prior: str, *, needed: int = 2) -> str:
        """Give one of the workspace's languages; `prior` where the text does not say.

        `needed` is how many signs of another language it takes to leave `prior`.
        """
        ...

    def spoken(self, text: str) -> bool:
        """Say whether the text is in one of the workspace's languages, or in none that is certain."""
        ...

    def intents(self, text: str, language: str) -> list[dict[str, Any]]:
        """Give what the text asks for: `{name, confidence, text}` per clause, in order; `[]`: unknown."""
        ...

    def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
        """Give the likeliest intents of a text that is one wish, likeliest first, each with a score.

        A score is about 1 for a plain case and about 0 for what was never said so; it is no chance. An
        empty name stands for what is none of the workspace's business.
        """
        ...

    def sentiment(self, text: str, language: str) -> float:
        """Give -1 (angry) to 1 (delighted); 0 where nothing is felt."""
        ...

    def bitter(self, text: str, language: str) -> bool:
        """Say whether the words themselves are bitter, which counts as a complaint where nothing else is."""
        ...

    def complains(self, text: str, language: str) -> bool:
        """Say whether the text blames the company or its people, whatever it asks for.

        A signal that pauses promotions; to take it for the wish that a case be opened is not for it.
        """
        ...

    def opts_out(self, text: str, language: str, *, surely: bool = False) -> bool:
        """Say whether the customer wants no more promotions, news or calls that sell; `surely`, or may be."""
        ...

    def urgent(self, text: str, language: str) -> bool:
        """Say whether the customer presses for time."""
        ...

    def entities(self, text: str, language: str, now: datetime) -> list[dict[str, Any]]:
        """Give values in the text, `{kind, value, text}`, those not sure with a `doubt`: `agents.Entity`."""
        ...

    def agreement(self, text: str, language: str, about: str = "") -> bool | None:
        """Read a yes or a no; None when it is neither.

        `about` says what is to be agreed to, so that naming it adds nothing: "yes, go ahead with that".
        """
        ...

    def answer(self, text: str, language: str, question: str, about: str = "") -> "Answered":
        """Read a message as the answer to a yes/no question of ours that is open.

        Surer than `agreement`, and for nothing else: a yes carries out what was proposed.
        """
        ...

    def regrets(self, text: str, language: str, done: str = "") -> bool:
        """Say whether the customer wishes that what was just done had not been done."""
        ...

    def gives_up(self, text: str, language: str) -> bool:
        """Say whether the customer drops the matter ("never mind", "deixa pra lá")."""
        ...

    def values(
        self,
        schemas: Mapping[str, dict[str, Any]],
        text: str,
        language: str,
        now: datetime,
        *,
        asked: str = "",
    ) -> dict[str, Any]:
        """Find values for JSON schemas in the text; nothing is invented, what is missing is left out.

        `asked` names the argument that was just asked for: a bare answer may be taken for it. A schema
        may carry `x-labels` (`{enum value: {language: words}}`).
        """
        ...

    def readings(
        self,
        schemas: Mapping[str, dict[str, Any]],
        text: str,
        language: str,
        now: datetime,
        *,
        asked: str = "",
    ) -> dict[str, list[Any]]:
        """Give the two or three values that the text may mean for a schema it gives no sure value for.

        `values` leaves such a value out: "03/04" in English, "às 3 e meia", "next Friday"; where only one
        of what it may mean has the schema's `pattern`, `values` takes that one.
        """
        ...

    def choose(
        self, options: Sequence[str], text: str, language: str, question: str = ""
    ) -> int | None:
        """Find which of the labels the customer means: by number in a list, ordinal, "the last one"
        (the list is newest first), or by words that only one of them has; None when unclear.

        `question` is what was asked: asked what is missing, she means what she says is not there.
        """
        ...
