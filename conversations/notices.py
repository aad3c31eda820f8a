"""What the house itself says to customers, when the AI cannot."""

APOLOGY = {
    "pt-BR": (
        "Desculpe, tive um problema para responder agora. Já chamei uma pessoa da nossa equipe, "
        "que continua o atendimento por aqui."
    ),
    "en": (
        "I'm sorry, I ran into a problem answering this. I have called someone from our team, "
        "who will carry on with you here."
    ),
}

CHECKING = {
    "pt-BR": "Uma pessoa da nossa equipe vai verificar o que aconteceu e responde por aqui.",
    "en": "Someone from our team will check what happened and get back to you here.",
}

UNSURE = {
    "pt-BR": (
        "Não tenho certeza se o que você pediu chegou a ser feito: espere a nossa resposta antes de "
        "pedir de novo."
    ),
    "en": (
        "I'm not certain whether what you asked for was done: please wait for our answer before you "
        "ask for it again."
    ),
}


def worded(notice: dict[str, str], language: str) -> str:
    """Give a notice in the customer's language; in Portuguese when that is not known yet."""
    if language in notice:
        return notice[language]
    return notice["en"] if language.startswith("en") else notice["pt-BR"]
