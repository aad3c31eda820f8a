"""Knowledge: what the company has written, found by meaning and by word, and cited.

SQL holds sources and passages; Chroma (dense) and BM25 (words) are derived from it and can be built
again. Below a calibrated score nothing is returned: the caller abstains.
"""

from typing import Literal, NotRequired, Protocol, TypedDict

Audience = Literal["customer", "staff"]


class Passage(TypedDict):
    """A piece of an article, as long as a person would quote."""

    passage_id: str
    source_id: str
    title: str
    """Of the article, then of the section: `Returns › How long do I have?`."""

    text: str
    language: str
    url: str
    """Where a customer can read on; may be empty."""

    score: float
    """0 to 1, calibrated: the chance that this passage answers the question."""

    alike: NotRequired[float]
    """How near the question is to the nearest that its article says it answers, -1 to 1."""


class Search(Protocol):
    """Finds passages."""

    async def __call__(
        self,
        question: str,
        *,
        language: str,
        audience: Audience = "customer",
        tags: tuple[str, ...] = (),
        limit: int = 4,
    ) -> list[Passage]:
        """Give passages that may answer, best first; `[]` when nothing is near enough."""
        ...


class Library(Search, Protocol):
    """A workspace's articles, as the graph's builder needs them."""

    def questions(self) -> dict[str, tuple[str, ...]]:
        """Give what the articles say that customers ask, by language."""
        ...

    def reload(self) -> bool:
        """Take in changed articles; say whether any were. Slow: call it on a thread."""
        ...
