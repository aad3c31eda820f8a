"""How a customer turns: takes back a wish, means another one of several, asks what became of it."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from models.embedded import spelling, words

NEAR = 4
"""Words before a verb in which a denial makes an example say that something is *not* so."""

BESIDE_A_THING = 1
"""Words of meaning beside a thing that is only named: "the grey chair"."""

SHORTEST_VERB = 4
FEW = 4
"""A word tells a procedure apart if at most one in so many others has it."""

SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
PARTS = re.compile(r"[,;.!?\n]+|\s[-–—]\s")
JOINTS = re.compile(r"\s(?:e|ou|mas|and|or|but)\s")
BESIDE_VERB = 4
"""Words between a verb and what it is about."""

SHORT_ACT = 3
"""Words of meaning in a part of an answer that may be no more than a verb: "cancel it then"."""

OFTEN = 2
"""Examples that must have a word for it to stand for what they ask for."""

AROUND_CORRECTION = 1
"""Words of meaning that may stand in a correction besides its own."""

SHORT = 7
"""Words of a question on what became of something."""


def refuses(examples: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text tells not to do what the examples ask for: "não cancela não", "don't send it".

    A verb of the examples must be denied in a form that tells others what to do, and nowhere be wished.
    """
    denied = _denied(examples, text, language)
    if not denied:
        return False
    stems = {words.stem(match["verb"], words.base(language)) for match in denied}
    rest = undenied(examples, text, language).split()
    return not stems & set(words.stems(rest, words.base(language)))


def undenied(examples: Sequence[str], text: str, language: str) -> str:
    """Give a text without what it tells not to do: what is left may be a wish all the same.

    "I changed my mind about it, don't send it" asks for something, "don't cancel it" for nothing.
    """
    said = words.plain(text, language)
    for match in reversed(_denied(examples, text, language)):
        said = f"{said[: match.start()].rstrip()}; {said[match.end() :].lstrip()}"
    return said


def _denied(examples: Sequence[str], text: str, language: str) -> list[re.Match[str]]:
    """Give the places where a verb of the examples is denied."""
    base = words.base(language)
    if base not in words.load("turning") or "?" in text:
        return []
    denials = [*_denial(base).finditer(words.plain(text, language))]
    wished = _wished(tuple(examples), base) if denials else frozenset()
    return [match for match in denials if _is_wished(match, wished, base)]


def refuses_person(examples: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text says that nobody need be called any more: "I don't need a person anymore"."""
    plain = words.plain(text, language)
    base = words.base(language)
    if "?" in text or not _said(language, "negation").search(plain):
        return False
    people = set(words.stems(words.words(" ".join(_listed(language)["people"])), base))
    return bool(people & set(words.stems(plain.split(), base))) or refuses(examples, text, language)


def offers_person(reply: str, language: str) -> str:
    """Give the sentence of a reply of ours that offers to call a person, or nothing."""
    sentences = [one for one in SENTENCES.split(reply) if one.strip()]
    found = [one for one in sentences if _said(language, "offers_person").search(words.plain(one))]
    return found[-1].strip() if found else ""


def other(text: str, language: str, about: str = "") -> bool:
    """Say whether a text means another one than what was talked about: "não, a outra", "my other order".

    `about` says what the things are called, such as the question for them: "another address" is no
    other order.
    """
    listed = _listed(language)
    said = words.words(_settled(text, language), language)
    others = {words.folded(word) for word in listed["other"]}
    apart = {words.folded(word) for word in listed["not_other"]}
    called = set(words.stems(words.words(about), words.base(language)))
    for at, word in enumerate(said):
        if word not in others:
            continue
        rest = [one for one in said[at + 1 : at + 3] if one not in _grammar(language)]
        following = rest[0] if rest and said[at + 1] == rest[0] else ""
        if following in apart:
            continue
        if not following or following in ("one", "ones"):
            return True
        things = {words.folded(word) for word in listed["things"]}
        if (
            not about
            or following in things
            or words.stem(following, words.base(language)) in called
        ):
            return True
    return False


def only_corrects(text: str, language: str, others: tuple[tuple[str, ...], ...] = ()) -> bool:
    """Say whether a text does no more than take back a choice: "no, I got that wrong, the other one".

    Whatever it sounds like, it is no wish of its own: it speaks of what is open. `others` are the
    examples of other procedures: "cancel the other one" names what one of them does.
    """
    if "?" in text or any(sign.isdigit() for sign in text):
        return False
    said = words.plain(_settled(text, language), language)
    mistaken = _said(language, "mistaken")
    if not (other(text, language) or not_this(text, language) or mistaken.search(said)):
        return False
    rest, base = _besides(said, language), words.base(language)
    if acts_of(others, base) & set(words.stems(rest, base)):
        return False
    return len(rest) <= AROUND_CORRECTION


def only_points(
    text: str, language: str, things: frozenset[str] = frozenset(),
    others: tuple[tuple[str, ...], ...] = (),
) -> bool:  # fmt: skip
    """Say whether a text does no more than name one of several: "no, the chair", "the green one".

    `things` are the stems by which it names a thing. Without one, it says "the" and at most one word.
    """
    said, base = words.plain(text, language), words.base(language)
    rest = _besides(said, language)
    stems = set(words.stems(rest, base))
    acts = acts_of(others, base)
    if things:
        return len(stems - things) <= BESIDE_A_THING and not (acts & (stems - things))
    article = _said(language, "articles").match(_said(language, "denying").sub(" ", said).strip())
    return article is not None and len(stems) == 1 and not (acts & stems)


def urges_act(text: str, proposed: str, examples: Sequence[str], language: str) -> bool:
    """Say whether a short text begins with a yes and does no more than name what is proposed.

    "Ok, just return them" agrees to a return; with "only", "not" or a question it is more than a yes.
    """
    said, base = words.plain(text, language), words.base(language)
    begins = _said(language, "agreeing").match(said)
    if begins is None or "?" in text or _said(language, "limits").search(said):
        return False
    rest = words.content(said[begins.end() :].split(), (base,))
    known = {*words.stems(words.words(proposed, base), base), *_often(tuple(examples), base)}
    known |= _answer_words(language)
    return 0 < len(rest) <= SHORT_ACT and all(
        word in known or words.stem(word, base) in known for word in rest
    )


def only_names(text: str, things: frozenset[str], language: str) -> bool:
    """Say whether a text has nothing but the stems by which it names a thing: "and the chair?".

    "I want my chair" says what it is about, if in small words.
    """
    said = words.plain(text, language)
    for kind in ("naming", "joins", "articles"):
        said = _said(language, kind).sub(" ", said)
    base = words.base(language)
    return bool(things) and all(word in things for word in words.stems(said.split(), base))


def _besides(said: str, language: str) -> list[str]:
    """Give the words of meaning in a plain text that neither correct nor point."""
    for kind in ("mistaken", "not_this", "other", "things", "pointing", "negation"):
        said = _said(language, kind).sub(" ", said)
    told = words.content(said.split(), (words.base(language),))
    return [word for word in told if word not in (*_answer_words(language), "one", "ones")]


def denies(text: str, language: str) -> bool:
    """Say whether a text begins with a no."""
    return _said(language, "denying").match(words.plain(text, language)) is not None


@cache
def _answer_words(language: str) -> frozenset[str]:
    lists = words.load("agreement").get(words.base(language), {})
    kinds = ("fillers", "leads", "plain", "no_alone")
    said = " ".join(str(phrase) for kind in kinds for phrase in lists.get(kind, ()))
    return frozenset(words.words(said, language))


def _settled(text: str, language: str) -> str:
    return spelling.settled(text, language, _other_words(words.base(language)))


@cache
def _other_words(base: str) -> frozenset[str]:
    listed = _listed(base)
    return frozenset(words.words(" ".join((*listed["other"], *listed["mistaken"])), base))


def not_this(text: str, language: str) -> bool:
    """Say whether a text says that what was taken is not what she meant."""
    return _said(language, "not_this").search(words.plain(text, language)) is not None


def any_of(text: str, language: str) -> bool:
    """Say whether a text speaks of one of several without saying which."""
    return _said(language, "any").search(words.plain(text, language)) is not None


def unable(text: str, language: str) -> bool:
    """Say whether a text says that she cannot give what is asked, or not now: "I'll send it later"."""
    return _said(language, "unable").search(words.plain(text, language)) is not None


def calls_off(text: str, names: frozenset[str], language: str) -> bool:
    """Say whether a text calls off what these stems name: "I don't want the refund any more".

    The name must stand near the verb, and in the same part: "cancel it, I want a refund" calls off none.
    """
    base = words.base(language)
    for part in PARTS.split(text):
        for piece in JOINTS.split(words.plain(part, language)):
            for kind, after in (("calling_off", True), ("called_off", False)):
                for match in _said(language, kind).finditer(piece):
                    near = piece[match.end() :].split()[:BESIDE_VERB]
                    near = near if after else piece[: match.start()].split()[-BESIDE_VERB:]
                    if names & set(words.stems(near, base)):
                        return True
    return False


def mistaken(text: str, language: str) -> bool:
    """Say whether a text says that something in what was told was wrong."""
    return _said(language, "mistaken").search(words.plain(text, language)) is not None


def regrets(text: str, language: str) -> bool:
    """Say whether a text wishes that something had not been done."""
    return _said(language, "regrets").search(words.plain(text, language)) is not None


def heard(text: str, language: str) -> bool:
    """Say whether a text only says that something was heard: "ah, ok", "got it"."""
    said = _said(language, "heard").sub(" ", words.plain(text, language))
    return said.strip() != words.plain(text, language) and not words.content(
        said.split(), (words.base(language),)
    )


def acknowledges(text: str, language: str) -> bool:
    """Say whether a text only takes note of what was said, and does not agree to what was offered with it.

    "Ah yes, got it" and "ok, thanks" take note; "yes, thanks" and "got it, go ahead" agree.
    """
    said = words.plain(text, language)
    understood = _said(language, "understood").search(said)
    said = _said(language, "understood").sub(" ", said)
    if "?" in text or _said(language, "urging").search(said):
        return False
    thanks = _said(language, "thanking").search(said)
    if not understood and not (thanks and not _said(language, "plain_yes").search(said)):
        return False
    for kind in ("thanking", "heard", "plain_yes", "noting"):
        said = _said(language, kind).sub(" ", said)
    return not words.content(said.split(), (words.base(language),))


def only_heard(text: str, language: str) -> bool:
    """Say whether nothing at all stands beside the words of having heard: "ok", but not "ok, do it"."""
    return not _said(language, "heard").sub(" ", words.plain(text, language)).strip()


def the_other(text: str, language: str) -> bool:
    """Say whether a text means a certain other one, or denies the one taken: "a outra", not "quero outra"."""
    said = words.plain(_settled(text, language), language)
    return _said(language, "the_other").search(said) is not None or not_this(text, language)


def introducing(language: str) -> frozenset[str]:
    """Give the words with which people say who they are: "my name is", "e-mail"."""
    return frozenset(words.words(" ".join(map(str, _listed(language)["introducing"])), language))


def asks_decision(text: str, language: str) -> bool:
    """Say whether a text asks what was decided."""
    return _said(language, "decided").search(words.plain(text, language)) is not None


def asks_status(text: str, language: str) -> bool:
    """Say whether a text asks how something stands, with a mark or without."""
    plain = words.plain(text, language)
    return "?" in text or _said(language, "asking").search(plain) is not None


def asks_when(text: str, language: str) -> bool:
    """Say whether a text asks when something is to be: "e quando chega?", "which day?"."""
    return _said(language, "when").search(words.plain(text, language)) is not None


def remains(text: str, language: str) -> bool:
    """Say whether a text asks how long something is still to take: "how many more days till …?"."""
    return _said(language, "remaining").search(words.plain(text, language)) is not None


def points(text: str, language: str) -> bool:
    """Say whether a text points at what was talked about: "it", "ele", "this"."""
    return _said(language, "pointing").search(words.plain(text, language)) is not None


def asks_outcome(text: str, language: str) -> bool:
    """Say whether a text asks if something was done: "cancelou?", "did it go through?"."""
    plain = words.plain(text, language)
    if "?" not in text or len(plain.split()) > SHORT:
        return False
    if _said(language, "what").search(plain):
        return False
    if _said(language, "happened").search(plain):
        return True
    if words.base(language) == "en" and plain.startswith(("did ", "have you ", "has it ")):
        return True
    ending = _listed(language)["past"]
    return any(re.fullmatch(rf"\w{{3,}}{ending}", word) for word in plain.split())


def asks_generally(text: str, language: str) -> bool:
    """Say whether a text asks if it was done without saying what."""
    return _said(language, "happened").search(words.plain(text, language)) is not None


def asks_whether(examples: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text asks if what the examples ask for was done: "cancelou?"."""
    base = words.base(language)
    ending = _listed(language)["past"]
    wished = _wished(tuple(examples), base)
    return any(
        re.fullmatch(rf"\w{{3,}}{ending}", word) is not None and words.stem(word, base) in wished
        for word in words.plain(text, language).split()
    ) or (base == "en" and _did(text, wished))


def _did(text: str, wished: frozenset[str]) -> bool:
    """Read "did you cancel it?": the verb of the question has no ending."""
    said = words.plain(text, "en").split()
    return "did" in said[:2] and any(
        words.stem(word, "en") in wished for word in said if len(word) >= SHORTEST_VERB
    )


@lru_cache(maxsize=64)
def telling(
    own: tuple[str, ...], others: tuple[tuple[str, ...], ...], language: str
) -> frozenset[str]:
    """Give the stems of meaning in examples that most other examples do not have."""
    base = words.base(language)
    each = [_meaning(texts, base) for texts in others]
    return frozenset(
        stem
        for stem in _meaning(own, base)
        if sum(stem in stems for stems in each) * FEW <= len(each)
    )


def names_another(
    about: str, others: tuple[tuple[str, ...], ...], text: str, language: str
) -> bool:
    """Say whether a short part of an answer names what others do, and not what is to be agreed to.

    "Yes, cancel it" agrees to no exchange; "yes. And cancel the other one" agrees, and wants more.
    """
    base = words.base(language)
    own = frozenset(words.stems(words.words(about, base), base))
    foreign = acts_of(others, base) - own - _answering(base)
    joins = _said(language, "joins")
    for part in PARTS.split(text):
        said = words.plain(part, language)
        told = words.content(said.split(), (base,))
        if said in _yeses(base):
            continue
        if len(told) <= SHORT_ACT and not joins.match(said) and says(foreign, said, language):
            return True
    return False


@lru_cache(maxsize=64)
def _often(examples: tuple[str, ...], base: str) -> frozenset[str]:
    """Give the stems by which the act is named: a colour in one example names none."""
    counts = Counter(stem for text in examples for stem in _meaning((text,), base))
    return frozenset(stem for stem, count in counts.items() if count > OFTEN)


@cache
def _yeses(base: str) -> frozenset[str]:
    """Give whole answers that mean yes, but for those that name an act: "that works", not "pode cancelar"."""
    lists = words.load("agreement").get(base, {})
    acts = tuple(f"{words.plain(str(verb), base)} " for verb in lists.get("before_act", ()))
    said = (words.plain(str(phrase), base) for phrase in lists.get("yes", ()))
    return frozenset(one for one in said if not acts or not one.startswith(acts))


@cache
def _answering(base: str) -> frozenset[str]:
    """Give the stems of words with which people answer yes."""
    lists = words.load("agreement").get(base, {})
    kinds = ("sure", "urges", "plain", "fillers", "leads", "softens")
    said = " ".join(str(phrase) for kind in kinds for phrase in lists.get(kind, ()))
    return frozenset(words.stems(words.words(said, base), base))


@lru_cache(maxsize=64)
def acts_besides(
    own: tuple[str, ...], others: tuple[tuple[str, ...], ...], language: str
) -> frozenset[str]:
    """Give the stems that tell other procedures apart and stand nowhere in this one's examples."""
    base = words.base(language)
    return acts_of(others, base) - _meaning(own, base) - _answering(base)


@lru_cache(maxsize=64)
def acts_of(others: tuple[tuple[str, ...], ...], base: str) -> frozenset[str]:
    """Give the stems that tell each of several procedures from the rest."""
    found: set[str] = set()
    for at, examples in enumerate(others):
        told = telling(examples, (*others[:at], *others[at + 1 :]), base)
        counts = Counter(stem for text in examples for stem in _meaning((text,), base))
        found |= {stem for stem in told if counts[stem] >= OFTEN}
    return frozenset(found)


def says(stems: frozenset[str], text: str, language: str) -> bool:
    """Say whether a text has one of these stems."""
    return bool(stems & set(words.stems(words.words(text, language), words.base(language))))


def _meaning(texts: tuple[str, ...], base: str) -> frozenset[str]:
    told = words.content(words.words(" ".join(texts), base), (base,))
    return frozenset(words.stems([word for word in told if len(word) >= SHORTEST_VERB], base))


@lru_cache(maxsize=256)
def _wished(examples: tuple[str, ...], language: str) -> frozenset[str]:
    """Give the stems of what the examples ask for, not of what they say is not so."""
    found: set[str] = set()
    denials = _said(language, "negation")
    for example in examples:
        said = words.words(example, language)
        for at, word in enumerate(said):
            before = " ".join(said[max(0, at - NEAR) : at])
            if len(word) >= SHORTEST_VERB and not denials.search(before):
                found.add(words.stem(word, language))
    return frozenset(found)


def _is_wished(match: re.Match[str], wished: frozenset[str], language: str) -> bool:
    verb = match["verb"]
    form = words.load("turning")[language]["forms"]
    if _said(language, "other").fullmatch(verb) or _said(language, "modal").fullmatch(verb):
        return False
    if len(verb) < SHORTEST_VERB or (form and not re.search(f"{form}$", verb)):
        return False
    return words.stem(verb, language) in wished


@cache
def _denial(language: str) -> re.Pattern[str]:
    listed = words.load("turning")[language]
    between = "|".join(re.escape(words.folded(word)) for word in listed["between"])
    no = _said(language, "negation").pattern
    return re.compile(rf"{no}\s+(?:(?:{between})\s+)*(?P<verb>[^\W\d_]+)(?:\s+nao(?!\s+\w))?")


@cache
def _said(language: str, kind: str) -> re.Pattern[str]:
    listed = _listed(language)[kind]
    return words.pattern(*(words.plain(str(phrase), language) for phrase in listed))


@cache
def _grammar(language: str) -> frozenset[str]:
    return words.function_words((words.base(language),))


def _listed(language: str) -> dict:
    lists = words.load("turning")
    return lists.get(words.base(language), lists["en"])
