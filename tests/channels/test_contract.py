"""What every channel promises, whichever it is."""

import pytest

import channels
from channels import Channel, Message, plain, split
from core.discover import offered

EVERY = offered(channels, "channel", Channel)
NONSENSE = [{}, {"message": None}, {"message": ["x"], "visitor": 7}, {"object": "?", "entry": [{}]}]


def test_the_web_chat_is_found() -> None:
    assert "webchat" in EVERY


@pytest.mark.parametrize("channel", EVERY.values(), ids=list(EVERY))
class TestEveryChannel:
    def test_is_called_as_its_module(self, channel: Channel) -> None:
        assert EVERY[channel.name] is channel

    def test_waits_a_sensible_time_for_a_burst_to_end(self, channel: Channel) -> None:
        assert 0 <= channel.quiet_s <= channel.max_wait_s <= 60

    @pytest.mark.parametrize("payload", NONSENSE)
    def test_ignores_what_is_not_a_message(self, channel: Channel, payload: dict) -> None:
        assert channel.read(payload) == []

    def test_writes_a_short_text_in_one_request_that_names_the_address(
        self, channel: Channel
    ) -> None:
        bodies = channel.write(Message(address="someone", text="Olá, tudo bem?"))
        assert len(bodies) == 1
        assert "someone" in str(bodies[0]) and "Olá, tudo bem?" in str(bodies[0])

    def test_loses_no_word_of_a_long_text_and_keeps_the_order(self, channel: Channel) -> None:
        words = [f"w{number}" for number in range(channel.max_characters // 2)]
        bodies = channel.write(Message(address="someone", text=" ".join(words)))
        written = " ".join(str(body.get("text")) for body in bodies)
        assert len(bodies) > 1
        assert written.split() == words
        assert all(len(str(body.get("text"))) <= channel.max_characters for body in bodies)

    def test_writes_nothing_for_nothing(self, channel: Channel) -> None:
        assert channel.write(Message(address="someone", text=" ")) == []

    def test_writes_the_same_twice(self, channel: Channel) -> None:
        message = Message(address="a", text="x", message_id="m1", buttons=("Sim", "Não"))
        assert channel.write(message) == channel.write(message)


def test_web_chat_reads_a_message_with_its_id_and_language() -> None:
    payload = {"visitor": "v1", "message": " oi ", "message_id": "m1", "language": "pt-BR"}
    [inbound] = EVERY["webchat"].read(payload)
    assert (inbound.address, inbound.text, inbound.provider_message_id) == ("v1", "oi", "m1")
    assert (inbound.channel, inbound.language) == ("webchat", "pt-BR")


def test_web_chat_takes_an_attachment_without_words() -> None:
    [inbound] = EVERY["webchat"].read(
        {"visitor": "v", "message": "", "attachments": [{"kind": "image"}]}
    )
    assert inbound.parts == [{"kind": "image"}]


def test_web_chat_shows_buttons_and_sources_once_with_the_last_part() -> None:
    cited = {"title": "Prazos", "url": "https://example.org"}
    text = "palavra " * 900
    message = Message(address="v", text=text, message_id="m", buttons=("Sim",), citations=(cited,))
    first, *_, last = EVERY["webchat"].write(message)
    assert "buttons" not in first
    assert (last["buttons"], last["citations"]) == (["Sim"], [cited])
    assert first["message_id"] != last["message_id"]


def test_a_text_is_cut_where_a_reader_pauses() -> None:
    assert split("Um dois três. Quatro cinco seis.", 20) == ["Um dois três.", "Quatro cinco seis."]
    assert split("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert split("", 10) == []


def test_a_length_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 characters"):
        split("x", 0)


def test_what_a_channel_cannot_show_is_written_into_the_text() -> None:
    message = Message(
        address="a",
        text="Qual? [1]",
        buttons=("Azul", "Verde"),
        citations=({"title": "Cores", "url": ""},),
    )
    assert plain(message, channels.Capabilities()) == "Qual? [1]\n1. Azul\n2. Verde\n[1] Cores"
    assert plain(message, channels.Capabilities(buttons=3, citations=True)) == "Qual? [1]"
