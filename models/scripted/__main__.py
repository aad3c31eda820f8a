"""`python -m models.scripted --port 9009`: run the scripted server until interrupted."""

import argparse
import sys
import threading

from models.scripted import MODES, Scripted, ScriptedServer


def main() -> int:
    """Serve; orders may be changed with `POST /script`."""
    parser = argparse.ArgumentParser(prog="python -m models.scripted", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9009)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before the first token")
    parser.add_argument("--tokens-per-s", type=float, default=0.0, help="0: as fast as it goes")
    parser.add_argument("--fail", choices=MODES, help="how requests fail")
    parser.add_argument("--times", type=int, help="how many requests fail; all when left out")
    given = parser.parse_args()
    script = Scripted(latency_s=given.latency, tokens_per_s=given.tokens_per_s)
    if given.fail:
        script.fail(given.fail, given.times)
    server = ScriptedServer(script, host=given.host, port=given.port)
    server.start()
    print(f"Answering at {server.url}; failures: {', '.join(MODES)}.", file=sys.stderr, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
