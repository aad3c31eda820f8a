// Talks to the HTTP interface: JSON requests, and event streams read with fetch, so that headers go along.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Read server-sent events from text that arrives in any pieces. */
export class Events {
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.rest = "";
    this.reset();
  }

  reset() {
    this.name = "";
    this.data = [];
    this.id = undefined;
  }

  feed(text) {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    for (const line of lines) this.line(line);
  }

  line(line) {
    if (line === "") {
      if (this.data.length) this.onEvent(this.name || "message", this.data.join("\n"), this.id);
      return this.reset();
    }
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) || [];
    if (field === "event") this.name = value || "";
    else if (field === "data") this.data.push(value || "");
    else if (field === "id") this.id = value || "";
  }
}

export async function json(path, { method = "GET", headers = {}, body } = {}) {
  const response = await fetch(path, {
    method,
    headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}), ...headers },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) throw await refusal(response);
  return response.json();
}

/** Send a request and hand each event of the answer to `onEvent(name, data, id)`, until it ends. */
export async function stream(path, { method = "GET", headers = {}, body, signal, onEvent, onOpen } = {}) {
  const response = await fetch(path, {
    method,
    signal,
    cache: "no-store",
    headers: { Accept: "text/event-stream", ...(body ? { "Content-Type": "application/json" } : {}), ...headers },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) throw await refusal(response);
  if (onOpen) onOpen(response);
  if (!(response.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
    onEvent("json", await response.json());
    return;
  }
  const events = new Events((name, data, id) => {
    let read;
    try {
      read = JSON.parse(data);
    } catch {
      return; // not ours: a proxy's or a later version's
    }
    onEvent(name, read, id);
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    events.feed(decoder.decode(value, { stream: true }));
  }
}

async function refusal(response) {
  let message = "";
  try {
    message = (await response.json()).message || "";
  } catch {
    // an answer without JSON: the status says enough
  }
  return new Refused(response.status, message);
}
