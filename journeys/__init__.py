"""Journeys: procedures of several steps, written as data and carried out by a pure interpreter.

`journeys.model` is the language, `journeys.interpreter` carries it out, `journeys.loading` reads a
workspace's files and checks them. Nothing here calls a tool or a model: the interpreter says what it
wants (`Effect`), the caller does it and comes back with what happened (`Event`).
"""

from journeys.model import Instance, Journey

__all__ = ["Instance", "Journey"]
