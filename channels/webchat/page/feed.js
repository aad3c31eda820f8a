// Follows the conversation for as long as the page is open: a person's reply, an outcome, another tab.

import { Refused, stream } from "/webchat/wire.js";
import { showBanner } from "/webchat/view.js";
import { address, headers, remember, session } from "/webchat/session.js";

const FIRST_WAIT_MS = 800;
const LONGEST_WAIT_MS = 15000;

/** The feed itself as the source of what it brings; null while none is followed. */
export let following = null;

export function endFeed() {
  following?.abort();
  following = null;
}

/** Read the feed from the last event on and again whenever it breaks off, until `endFeed`. */
export async function follow({ onEvent, onOpen, onLost }) {
  endFeed();
  const stop = (following = new AbortController());
  let wait = FIRST_WAIT_MS;
  while (!stop.signal.aborted) {
    try {
      await stream(address("/feed"), {
        headers: { ...headers(), ...(session.last_id ? { "Last-Event-ID": session.last_id } : {}) },
        signal: stop.signal,
        onOpen: () => {
          wait = FIRST_WAIT_MS;
          showBanner(null);
          onOpen();
        },
        onEvent: (name, data, id) => {
          if (stop.signal.aborted) return;
          if (id) remember({ last_id: id });
          onEvent(name, data, stop, Number(id));
        },
      });
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error instanceof Refused && error.status < 500 && error.status !== 429) return endFeed();
      showBanner(navigator.onLine ? "reconnecting" : "offline");
    }
    onLost(stop);
    await sleep(wait + Math.random() * 300, stop.signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

/** Wait; less if the connection comes back or nobody waits any more. */
function sleep(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end, { once: true });
    signal.addEventListener("abort", end, { once: true });
  });
}
