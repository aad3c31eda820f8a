"""All that the plan of a turn is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from agents import Question, Signals

YES_NO = ("confirm", "person", "case")
"""Questions that a yes or a no answers: to a proposal, to a person, to a complaint that we offer."""


class Claim(IntEnum):
    """How much a text is the answer to the question that is open."""

    NONE = 0
    LIKELY = 1
    """It names a thing or one of several, and may do more than that."""

    SURE = 2


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that the plan is made from."""

    text: str
    signals: Signals
    owners: Mapping[str, str]
    """Which specialist answers an intent."""

    awaiting: list[Question] = field(default_factory=list)
    answers: Claim = Claim.NONE
    """How much the text is an answer to the question that is open."""

    other_act: bool = False
    """Whether it has a word for what another procedure does, and none for this one's act."""

    agrees: bool = False
    """Whether it is a yes, with whatever else."""

    changed: str = ""
    """What it says besides that she changed her mind about what is open."""

    changing: frozenset[str] = frozenset()
    """Intents by which something is changed, not only looked up."""

    looking: frozenset[str] = frozenset()
    """Intents by which something is only looked up or told, and nobody is called."""

    turns_down: bool = False
    """Whether it names something only to say that it is not wanted: "a new one rather than the money"."""

    wholly: bool = False
    """Whether the text is the answer to a yes/no question, or a go-ahead where none was asked, and nothing
    else, whatever it sounds like."""

    gives_up: bool = False
    lets_go: bool = False
    """Whether nothing is open, and it does no more than let go of something: "leave it"."""

    only_corrects: bool = False
    """Whether the text only takes back a choice of the procedure under way, whatever it sounds like."""

    refused: frozenset[str] = frozenset()
    """Intents that she tells us not to carry out: "don't cancel it"."""

    dropped: str = ""
    """The procedure under way that she takes back."""

    aside: bool = False
    """Whether she asks about what is proposed to her, and the proposal tells it."""

    called_off: bool = False
    """Whether she calls off by name what is open, waits or was done."""

    withdraws: bool = False
    """Whether she takes back what waits for a person's approval."""

    accepts_person: bool = False
    """Whether she says yes to a person who was offered in passing."""

    no_person: bool = False
    """Whether she says that nobody need be called."""

    told_right: bool | None = None
    """Whether what we told her, in doubt, is what she wanted to know; None: she does not say."""

    decision: bool = False
    """Whether she asks what became of a request that a person decides on."""

    why: bool = False
    """Whether she asks why it is as we last said, and no more."""

    deeds: bool = False
    """Whether she asks what we have done here, or under which number it is kept."""

    outcome: str | None = None
    """The procedure of which she asks whether it was done; empty: the last one; None: she does not."""

    regrets: str = ""
    """The procedure that was carried out and that she wishes had not been."""

    amends: str = ""
    """The procedure that was carried out with a value that she now puts right."""

    agreement: bool | None = None
    """A yes or no where nothing was asked."""

    again: str = ""
    """The intent of what was just looked up, when she asks it again or of another one."""

    corrected: str = ""
    """The intent of what was just told, when all she says is that another one is meant."""

    heard: bool = False
    """Whether the text only says that something was heard."""

    names_thing: bool = False
    """Whether it does no more than name a kind of thing of hers: "and the chair?"."""

    declined: str = ""
    """The intent of what she has just said no to, where she now says yes."""

    opts_out: bool = False
    """Whether she says that she wants no promotions, where nothing else is open."""

    names_herself: bool = False
    """Whether the text only says who she is: an address, a telephone, a name."""

    attachments: bool = False
    attached: bool = False
    """Whether an attachment is what the open question waits for."""

    current: str = ""
    """The procedure under way."""

    current_intent: str = ""
    """Its intent."""

    reminded: int = 0
    """How often its question was put again since she last said something to it."""

    spoken: bool = True
    """Whether the text is in a language that is spoken here."""

    waiting_for_person: bool = False
    pending_approvals: bool = False
    event: str = ""
    follow_up: bool = False
