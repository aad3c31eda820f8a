"""Which of several things a customer points at, or that she means another one."""

from functools import cache

from models.embedded import acting, preferring, spelling, turns, words

BESIDE_A_THING = 1
"""Words of meaning beside a thing that is only named: "the grey chair"."""

AROUND_CORRECTION = 1
"""Words of meaning that may stand in a correction besides its own."""


def other(text: str, language: str, about: str = "") -> bool:
    """Say whether a text means another one than what was talked about: "não, a outra", "my other order".

    `about` says what the things are called, such as the question for them: "another address" is no
    other order.
    """
    listed, text = turns.listed(language), preferring.wanted(text, language)
    settled = turns.said_of(language, "same_again").sub(" ", words.plain(_settled(text, language)))
    said = words.words(settled, language)
    others = {words.folded(word) for word in listed["other"]}
    apart = {words.folded(word) for word in listed["not_other"]}
    called = set(words.stems(words.words(about), words.base(language)))
    for at, word in enumerate(said):
        if word not in others:
            continue
        rest = [one for one in said[at + 1 : at + 3] if one not in turns.grammar(language)]
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
    mistaken = turns.said_of(language, "mistaken")
    if not (other(text, language) or not_this(text, language) or mistaken.search(said)):
        return False
    rest, base = _besides(said, language), words.base(language)
    if acting.acts_of(others, base) & set(words.stems(rest, base)):
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
    acts = acting.acts_of(others, base)
    if things:
        return len(stems - things) <= BESIDE_A_THING and not (acts & (stems - things))
    article = turns.said_of(language, "articles").match(
        turns.said_of(language, "denying").sub(" ", said).strip()
    )
    return article is not None and len(stems) == 1 and not (acts & stems)


def only_names(text: str, things: frozenset[str], language: str) -> bool:
    """Say whether a text has nothing but the stems by which it names a thing: "and the chair?".

    "I want my chair" says what it is about, if in small words.
    """
    said = words.plain(text, language)
    for kind in ("naming", "joins", "articles"):
        said = turns.said_of(language, kind).sub(" ", said)
    base = words.base(language)
    return bool(things) and all(word in things for word in words.stems(said.split(), base))


def _besides(said: str, language: str) -> list[str]:
    """Give the words of meaning in a plain text that neither correct nor point."""
    for kind in ("mistaken", "not_this", "other", "things", "pointing", "negation"):
        said = turns.said_of(language, kind).sub(" ", said)
    told = words.content(said.split(), (words.base(language),))
    return [word for word in told if word not in (*answer_words(language), "one", "ones")]


@cache
def answer_words(language: str) -> frozenset[str]:
    """Give the words of which short answers are made."""
    lists = words.load("agreement").get(words.base(language), {})
    kinds = ("fillers", "leads", "plain", "no_alone")
    said = " ".join(str(phrase) for kind in kinds for phrase in lists.get(kind, ()))
    return frozenset(words.words(said, language))


def _settled(text: str, language: str) -> str:
    return spelling.settled(text, language, _other_words(words.base(language)))


@cache
def _other_words(base: str) -> frozenset[str]:
    listed = turns.listed(base)
    return frozenset(words.words(" ".join((*listed["other"], *listed["mistaken"])), base))


def not_this(text: str, language: str) -> bool:
    """Say whether a text says that what was taken is not what she meant."""
    return turns.said_of(language, "not_this").search(words.plain(text, language)) is not None


def any_of(text: str, language: str) -> bool:
    """Say whether a text speaks of one of several without saying which."""
    return turns.said_of(language, "any").search(words.plain(text, language)) is not None


def mistaken(text: str, language: str) -> bool:
    """Say whether a text says that something in what was told was wrong."""
    return turns.said_of(language, "mistaken").search(words.plain(text, language)) is not None


def the_other(text: str, language: str) -> bool:
    """Say whether a text means a certain other one, or denies the one taken: "a outra", not "quero outra"."""
    said = words.plain(_settled(text, language), language)
    return turns.said_of(language, "the_other").search(said) is not None or not_this(text, language)


def points(text: str, language: str) -> bool:
    """Say whether a text points at what was talked about: "it", "ele", "this"."""
    return turns.said_of(language, "pointing").search(words.plain(text, language)) is not None
