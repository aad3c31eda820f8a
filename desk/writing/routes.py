"""Routes of the help with writing: for who speaks to customers, in a conversation that staff may see."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from core.access import Desk
from core.clock import moment
from core.database import Tx, domain_now
from core.errors import BadInput
from core.workspace import Text
from desk.words import Words
from desk.writing import checks, spelling, suggesting, vocabulary
from desk.writing.needed import NeedsModel, needs
from desk.writing.suggesting import Suggestion
from desk.writing.summary import Summary, summary
from desk.writing.thread import Thread, thread

router = APIRouter(prefix="/conversations/{conversation_id}/writing", tags=["writing"])
ConversationId = Annotated[str, Path(max_length=200)]


class DraftGiven(Words):
    """What a person has written so far."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Ola Ana, seu reembolço sai amanha."}]}
    )

    text: str = Field(min_length=1, max_length=8_000)


class DraftInGiven(DraftGiven):
    """The same, with the language that it is in."""

    language: str = Field(default="", max_length=20)
    """One of the workspace's; without it the text tells, and where it does not, the conversation."""


class Misspelt(BaseModel):
    """A word that is likely misspelt."""

    start: int
    """Where it begins in the draft, in characters (Unicode code points); `end` is behind its last one."""

    end: int
    word: str
    kind: str
    """`accents`: only accents are missing; `unknown`: no list has the word."""

    suggestions: list[str]
    """What it may have been meant to be, likeliest first; never empty."""


class Spelling(BaseModel):
    """What is likely misspelt in a draft."""

    language: str
    """The language it was read in."""

    misspelt: list[Misspelt]
    """In the order of the text."""

    needs_model: list[NeedsModel]


@router.get("/summary", summary="Facts, promises and open points of a conversation")
async def give_summary(conversation_id: ConversationId, request: Request, caller: Desk) -> Summary:
    """Sum a conversation up in quotes and records, each with the messages it was taken from."""
    state = request.app.state
    return await state.database.reading(_summary, state, conversation_id)


def _summary(tx: Tx, state: Any, conversation_id: str) -> Summary:
    here = thread(tx, state.workspace_id, conversation_id)
    return summary(tx, state.workspace, here, state.versions.current.ensemble.understanding)


class Suggestions(BaseModel):
    """What could be replied to what she wrote last."""

    language: str
    to: list[str]
    """Ids of the messages that it replies to."""

    suggestions: list[Suggestion]
    """The surest first; `[]`: nothing fits, and nothing is made up."""

    needs_model: list[NeedsModel]


@router.get("/suggestions", summary="What could be replied to what she wrote last")
async def give_suggestions(
    conversation_id: ConversationId, request: Request, caller: Desk
) -> Suggestions:
    """Give approved answers, passages and records that fit what she wrote last, each with its source."""
    state = request.app.state
    here, summed, known, day = await state.database.reading(
        _known, state, conversation_id, caller.name
    )
    ensemble = state.versions.current.ensemble
    waiting, found = await suggesting.suggested(here, summed, known, ensemble, day)
    return Suggestions(
        language=summed.language,
        to=[one["message_id"] for one in waiting],
        suggestions=found,
        needs_model=needs("rewrite", "translate", languages=state.workspace.profile.languages),
    )


def _known(
    tx: Tx, state: Any, conversation_id: str, writer: str
) -> tuple[Thread, Summary, dict[str, str], date]:
    here = thread(tx, state.workspace_id, conversation_id)
    ensemble = state.versions.current.ensemble
    summed = summary(tx, state.workspace, here, ensemble.understanding)
    today = moment(domain_now(tx)).astimezone(state.workspace.zone).date()
    return here, summed, suggesting.values(tx, here, ensemble, writer), today


@router.post("/spelling", summary="What is likely misspelt in a draft")
async def check_spelling(
    conversation_id: ConversationId, given: DraftInGiven, request: Request, caller: Desk
) -> Spelling:
    """Mark the words of a draft that are likely misspelt; names, codes, links and own words are not."""
    given.check_characters()
    state = request.app.state
    here = await _thread(state, conversation_id)
    language = _language(state, given, here)
    own = await state.database.reading(vocabulary.own, state.workspace, here)
    found = await asyncio.to_thread(spelling.slips, given.text, language, own)
    return Spelling(
        language=language,
        misspelt=[Misspelt(**slip._asdict()) for slip in found],
        needs_model=needs("grammar", "rewrite", languages=state.workspace.profile.languages),
    )


class Marked(BaseModel):
    """A sentence of a draft that its writer should look at; it may be sent all the same."""

    start: int
    """Where the sentence begins in the draft, in characters (Unicode code points)."""

    end: int
    kind: str
    """`number`, `day`, `link`, `name`, `personal_data`, `address`: not found in what is known here;
    `contradiction`: an article says the opposite; `claim`: said to be done or promised, and no record shows
    it; `promise`: policy never promises it; `above_limit`: it takes an approval; `tone`, `language`,
    `markup`."""

    reason: str
    """What exactly, in English, as the AI's own sentences are recorded."""

    said_by_customer: bool
    """Whether only she says so, in this conversation."""

    message: Text
    """What the kind means, in each of the workspace's languages."""


class Checked(BaseModel):
    """What should be looked at in a draft before it is sent."""

    language: str
    """The customer's, which the draft is held against."""

    marks: list[Marked]
    """In the order of the text."""

    needs_model: list[NeedsModel]


@router.post("/checks", summary="What to look at in a draft before it is sent")
async def check_draft(
    conversation_id: ConversationId, given: DraftGiven, request: Request, caller: Desk
) -> Checked:
    """Hold a draft against the conversation, its records, the articles and the policies; it only marks."""
    given.check_characters()
    state = request.app.state
    here, records = await state.database.reading(_recorded, state, conversation_id)
    ensemble = state.versions.current.ensemble
    language = here.row["language"] or state.workspace.default_language
    found = await checks.marks(
        given.text, here, records, ensemble, language=language, writer=caller.name
    )
    languages = state.workspace.profile.languages
    return Checked(
        language=language,
        marks=[
            Marked(**mark._asdict(), message=checks.told(mark.kind, languages)) for mark in found
        ],
        needs_model=needs("meaning", "rewrite", languages=languages),
    )


def _recorded(tx: Tx, state: Any, conversation_id: str) -> tuple[Thread, checks.Records]:
    here = thread(tx, state.workspace_id, conversation_id)
    return here, checks.records(tx, state.workspace_id, here)


async def _thread(state: Any, conversation_id: str) -> Thread:
    return await state.database.reading(thread, state.workspace_id, conversation_id)


def _language(state: Any, given: DraftInGiven, here: Thread) -> str:
    """Give the language of a draft.

    Raises:
        BadInput: it is not one of the workspace's.
    """
    spoken = state.workspace.profile.languages
    if given.language and given.language not in spoken:
        raise BadInput(f"{given.language!r} is not spoken here; choose from {spoken}.")
    prior = here.row["language"] or spoken[0]
    understanding = state.versions.current.ensemble.understanding
    return given.language or understanding.language(given.text, prior)
