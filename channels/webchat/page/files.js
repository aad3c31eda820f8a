// Files: chosen, pasted or dropped, brought to the server at once, shown before they are sent and after.

import { headers, remember, session } from "/webchat/session.js";
import { $, language, say } from "/webchat/view.js";
import { drawn, make } from "/webchat/words.js";

const FILE = "M7 3.500h7l4.500 4.500v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15.500a1 1 0 0 1 1-1ZM14 3.500V8h4.500";
const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

let limits = { max: 0, max_bytes: 0, types: [] };
let changed = () => {};
let stash = []; // {file, name, type, size, id, url, failed, stop}
const urls = new Map(); // id of an upload → address of its bytes in this page

/** Say what may be sent, and what to do when the stash changes. */
export function takeFiles(given, then) {
  limits = given || limits;
  changed = then;
  $("attach").hidden = !limits.max;
  $("files").accept = limits.types.join(",");
  stash = (session.files || []).map((known) => ({ ...known }));
  for (const [name, event] of Object.entries({ attach: "click", files: "change", message: "paste" })) $(name).addEventListener(event, handle[name]);
  addEventListener("dragover", over);
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").hidden = true; });
  addEventListener("drop", dropped);
  showStash();
}

const handle = {
  attach: () => $("files").click(),
  files: () => {
    add([...$("files").files]);
    $("files").value = "";
  },
  message: (event) => {
    const pasted = [...(event.clipboardData?.files || [])];
    if (!pasted.length) return;
    event.preventDefault();
    add(pasted);
  },
};

const open = () => !$("composer").hidden && !document.querySelector("dialog[open]");

function over(event) {
  if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
  event.preventDefault();
  if (open()) $("drop").hidden = false;
}

function dropped(event) {
  $("drop").hidden = true;
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  if (open()) add([...event.dataTransfer.files]);
}

// --- before sending ------------------------------------------------------------------------------

function add(files) {
  refuse("");
  for (const file of files) {
    const why = objection(file);
    if (why) refuse(why);
    else {
      const item = { file, name: file.name || say("file"), type: file.type, size: file.size };
      if (SHOWN.test(file.type)) item.url = URL.createObjectURL(file);
      stash.push(item);
      void bring(item);
    }
  }
  showStash();
  $("message").focus();
}

/** Say why a file cannot be sent, before it is tried. */
function objection(file) {
  const name = file.name || say("file");
  if (stash.length >= limits.max) return say("too_many_files", { count: limits.max });
  if (!file.size) return say("file_empty", { name });
  if (file.size > limits.max_bytes) return say("file_too_large", { name, size: weight(file.size), most: weight(limits.max_bytes) });
  if (file.type && !limits.types.includes(file.type)) return say("file_not_taken", { name, types: kinds() });
  return "";
}

const kinds = () => [...new Set(limits.types.map((type) => type.split("/")[1].replace("plain", "txt").toUpperCase()))].join(", ");

function refuse(text) {
  $("refused").textContent = text;
}

/** Bring a file to the server; its message will only name it. */
async function bring(item) {
  item.failed = "";
  item.stop = new AbortController();
  try {
    const response = await fetch(`/attachments?name=${encodeURIComponent(item.name)}`, { method: "POST", body: item.file, headers: { "Content-Type": "application/octet-stream" }, signal: item.stop.signal });
    if (!response.ok) {
      item.failed = response.status === 413 ? "file_too_large_there" : response.status === 422 ? "file_not_taken_there" : "file_failed";
    } else {
      const { id, type, name } = await response.json();
      Object.assign(item, { id, type, name });
      if (item.url) urls.set(id, item.url);
    }
  } catch {
    item.failed = "file_failed";
  }
  if (stash.includes(item)) showStash();
}

function remove(item) {
  item.stop?.abort();
  stash = stash.filter((kept) => kept !== item);
  refuse("");
  showStash();
  $("message").focus();
}

function showStash() {
  remember({ files: stash.filter(({ id }) => id).map(({ id, name, type, size }) => ({ id, name, type, size })) });
  $("stash").hidden = !stash.length;
  $("stash").replaceChildren(...stash.map(stashItem));
  changed();
}

function stashItem(item) {
  const picture = item.url ? make("img", { src: item.url, alt: "" }) : icon();
  const state = item.failed ? say(item.failed) : item.id ? weight(item.size) : say("bringing");
  const element = make("li", { class: item.failed ? "item failed" : item.id ? "item" : "item busy" }, picture);
  element.append(make("span", { class: "item-text" }, make("b", { text: item.name }), make("small", { text: state })));
  if (item.failed && item.file) element.append(make("button", { type: "button", class: "quiet", text: say("retry"), click: () => { void bring(item); showStash(); } }));
  const cross = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, drawn("path", { d: "m7 7 10 10M17 7 7 17" }));
  element.append(make("button", { type: "button", class: "icon small", "aria-label": say("remove_file", { name: item.name }), title: say("remove_file", { name: item.name }), click: () => remove(item) }, cross));
  return element;
}

const icon = () => drawn("svg", { viewBox: "0 0 24 24", class: "file-icon", "aria-hidden": "true" }, drawn("path", { d: FILE }));

/** Say whether what lies in the stash can go: `none`, `ready`, `busy`. */
export function stashState() {
  if (!stash.length) return "none";
  return stash.every(({ id }) => id) ? "ready" : "busy";
}

/** Take what is ready out of the stash, to send it. */
export function takeStash() {
  const taken = stash.filter(({ id }) => id).map(({ id, name, type, size }) => ({ id, name, type, size }));
  stash = [];
  refuse("");
  showStash();
  return taken;
}

export function emptyStash() {
  for (const item of stash) item.stop?.abort();
  stash = [];
  refuse("");
  showStash();
}

// --- in a message --------------------------------------------------------------------------------

/** Make what a message shows of a file: a picture that opens, or its name and size to save it by. */
export function fileOf(part) {
  const name = part.name || say("file");
  if (part.id && SHOWN.test(part.type || "")) {
    const image = make("img", { alt: name });
    const button = make("button", { type: "button", class: "photo", "aria-label": say("open_picture", { name }), click: () => void enlarge(part, name) }, image);
    whenNear(button, () => void show(image, part));
    return button;
  }
  const text = make("span", { class: "item-text" }, make("b", { text: name }), make("small", { text: part.size ? weight(part.size) : part.type || "" }));
  if (!part.id) return make("p", { class: "file" }, icon(), text);
  return make("button", { type: "button", class: "file", "aria-label": say("save_file", { name }), click: () => void save(part, name) }, icon(), text);
}

async function bytesOf(part) {
  if (!urls.has(part.id)) {
    const response = await fetch(`/attachments/${encodeURIComponent(part.id)}`, { headers: headers() });
    if (!response.ok) throw new Error("no file");
    urls.set(part.id, URL.createObjectURL(await response.blob()));
  }
  return urls.get(part.id);
}

/** Show a picture; what was sent a moment ago may be ours to see a moment later only. */
async function show(image, part, tries = 5) {
  try {
    image.src = await bytesOf(part);
  } catch {
    if (tries) setTimeout(() => void show(image, part, tries - 1), 1500);
    else image.replaceWith(icon());
  }
}

async function enlarge(part, name) {
  try {
    const url = await bytesOf(part);
    Object.assign($("seen-image"), { src: url, alt: name });
    Object.assign($("seen-save"), { href: url, download: name });
    $("seen").showModal();
  } catch {
    // it cannot be had; its place says so
  }
}

async function save(part, name) {
  try {
    make("a", { href: await bytesOf(part), download: name }).click();
  } catch {
    refuse(say("file_gone", { name }));
  }
}

const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    target.dispatchEvent(new Event("near"));
  }
}, { rootMargin: "400px" });

function whenNear(element, then) {
  element.addEventListener("near", then, { once: true });
  near.observe(element);
}

function weight(bytes) {
  const [size, unit] = bytes >= 1e6 ? [bytes / 1e6, "megabyte"] : [Math.max(bytes / 1e3, 1), "kilobyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: size < 10 ? 1 : 0 }).format(size);
}
