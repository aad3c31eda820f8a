"""What a process of `test_nursery.py` does: it says a word, and sleeps."""

import time


def main(word: str, seconds: str) -> None:
    print(word, flush=True)
    time.sleep(float(seconds))
