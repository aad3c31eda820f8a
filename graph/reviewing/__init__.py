"""Hold every sentence of a reply against what it rests on.

Pure and deterministic. A sentence that fails a rule is mended where the mend is certain, else dropped;
both are recorded with the reason, and nothing changes the text after the review.

    grounds   what a reply may rest on, by whose word it is
    reading   numbers, days and sense of a sentence, read the same way on both sides
    facts     numbers, days, links, contradictions, citations
    claims    what is said to be done or promised
    people    other people's names and data
    conduct   orders to models, prompts, markup, language, tone
    mending   what takes the place of a sentence that failed
"""

from collections.abc import Callable, Iterable

from core.injected import visible
from core.sentences import sentences
from graph.reviewing import claims, conduct, facts, mending, people
from graph.reviewing.grounds import Grounds
from graph.reviewing.reading import MARKER, numbers
from graph.state import Dropped

__all__ = ["RULES", "Grounds", "Rule", "numbers", "objection", "review"]

Rule = Callable[[str, Grounds], str | None]
"""Why a sentence must not go out, or None."""

ALWAYS: tuple[Rule, ...] = (conduct.order_to_model,)
"""Rules that hold for the company's own sentences as well."""

RULES: tuple[Rule, ...] = (
    *ALWAYS,
    conduct.markup,
    conduct.leaked_prompt,
    conduct.avoided_word,
    conduct.other_language,
    facts.unknown_link,
    people.stranger_data,
    people.stranger_address,
    people.stranger_name,
    facts.unsupported_number,
    facts.unsupported_day,
    claims.forbidden_promise,
    claims.unearned_claim,
    facts.contradiction,
    facts.unsupported_citation,
)
"""Rules for what a model worded, in the order in which reasons are given."""


def objection(sentence: str, grounds: Grounds, rules: Iterable[Rule] = RULES) -> str | None:
    """Give the first reason against a sentence, or None; what its source says word for word is sound."""
    bare = MARKER.sub("", sentence)
    if rules is RULES and grounds.says(bare):
        rules = (*ALWAYS, conduct.markup, facts.unsupported_citation)
    return next((reason for rule in rules if (reason := rule(sentence, grounds))), None)


def review(text: str, grounds: Grounds, rules: Iterable[Rule] = RULES) -> tuple[str, list[Dropped]]:
    """Give the text without what fails, mended where that is certain; and what failed, with the reasons."""
    kept: list[str] = []
    failed: list[Dropped] = []
    for sentence in sentences(text):
        shown = visible(sentence)
        reason = objection(shown, grounds, rules)
        if not reason:
            kept.append(mending.cited(shown, grounds) if rules is RULES else shown)
            continue
        mended = mending.mended(shown, grounds)
        if mended and objection(mended, grounds, rules) is None:
            kept.append(mended)
            failed.append(Dropped(sentence=sentence.strip(), reason=reason, mended=mended.strip()))
        else:
            failed.append(Dropped(sentence=sentence.strip(), reason=reason))
    return "".join(kept).strip(), failed
