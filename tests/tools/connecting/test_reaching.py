"""Which addresses are of the open internet."""

import pytest

from tools.connecting.reaching import is_open

CLOSED = {
    "this machine": "127.0.0.1",
    "a network of one's own": "10.1.2.3",
    "a cloud's own service": "169.254.169.254",
    "a provider's network": "100.64.0.1",
    "to many": "224.0.0.1",
    "this machine by IPv6": "::1",
    "a link": "fe80::1%eth0",
    "a network of one's own by IPv6": "fd00::1",
    "mapped": "::ffff:127.0.0.1",
    "as IPv6 was first written": "::10.0.0.1",
    "6to4": "2002:7f00:1::",
    "translated": "64:ff9b::a9fe:a9fe",
    "translated within a network": "64:ff9b:1::808:808",
}
OPEN = ("8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", CLOSED.values(), ids=CLOSED)
def test_an_address_of_our_own_network_is_closed_however_it_is_written(address: str) -> None:
    assert not is_open(address)


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_internet_is_open(address: str) -> None:
    assert is_open(address)
