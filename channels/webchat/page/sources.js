// The drawer of a source: the passage that a citation points to, with the quoted sentence marked in it.

import { $, language, say } from "/webchat/view.js";
import { json } from "/webchat/wire.js";
import { blocks, make, safe } from "/webchat/words.js";

export async function openSource(cited) {
  $("source-title").textContent = cited.title || say("source");
  $("source-text").replaceChildren(make("p", { class: "muted", text: say("loading") }));
  $("source-text").removeAttribute("lang");
  showLink(cited.url);
  $("source").showModal();
  try {
    const passage = await json(`/passages/${encodeURIComponent(cited.passage_id)}`);
    $("source-title").textContent = passage.title || cited.title;
    $("source-text").replaceChildren(...blocks(passage.text || ""));
    if (passage.language && passage.language !== language) $("source-text").lang = passage.language;
    mark($("source-text"), cited.quote);
    $("source-text").querySelector("mark")?.scrollIntoView({ block: "center" });
    showLink(passage.url || cited.url);
  } catch {
    const known = cited.quote ? blocks(cited.quote) : [];
    $("source-text").replaceChildren(...known, make("p", { class: "muted", role: "alert", text: say("source_failed") }));
  }
}

function showLink(url) {
  const href = url ? safe(url) : "";
  $("source-link").hidden = !href;
  if (href) $("source-link").href = href;
}

/** Mark a quoted sentence, also where bold words or line breaks stand in it; white space counts for nothing. */
export function mark(root, quote) {
  const wanted = bare(quote || "");
  if (!wanted) return;
  const pieces = [];
  let text = "";
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.data.length; at += 1) {
      const letter = bare(node.data[at]);
      if (!letter) continue;
      pieces.push([node, at]);
      text += letter;
    }
  }
  const from = text.indexOf(wanted);
  if (from < 0) return;
  const within = new Map();
  for (const [node, at] of pieces.slice(from, from + wanted.length)) {
    const [start = at] = within.get(node) || [];
    within.set(node, [start, at + 1]);
  }
  const last = within.size - 1;
  for (const [place, [node, [begins, ends]]] of [...within].entries()) {
    const [start, end] = [place ? 0 : begins, place < last ? node.length : ends];
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, end);
    range.surroundContents(make("mark"));
  }
}

/** A text without white space and the marks of Markdown, character for character. */
const bare = (text) => text.replace(/[\s*_#>`]/g, "");
