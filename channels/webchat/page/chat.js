// The page around the conversation: the box to write in, the side panel, languages; and the start.

import { showTimes } from "/webchat/bubbles.js";
import { takeFiles, takeStash, stashState } from "/webchat/files.js";
import { begin, choose, hostedBy, invite, showWho, welcome } from "/webchat/guests.js";
import { remember, session } from "/webchat/session.js";
import { onPick, state } from "/webchat/arriving.js";
import { page, resume, send, sendStranded } from "/webchat/talk.js";
import {
  $, keepHours, language, loadTexts, nextTheme, prefer, preferences, said, say, showBanner, showState, showTheme, speak, stayAtEnd, toEnd,
} from "/webchat/view.js";
import { offerWhy } from "/webchat/why.js";
import { json } from "/webchat/wire.js";
import { make } from "/webchat/words.js";

const MOST_ROWS = 6;
let company = {};

// --- writing -------------------------------------------------------------------------------------

function count() {
  const left = company.max_characters - $("message").value.trim().length;
  $("count").textContent = left < 0 ? say("too_long", { count: -left }) : left < 300 ? say("characters_left", { count: left }) : "";
  $("count").classList.toggle("over", left < 0);
  $("message").setAttribute("aria-invalid", String(left < 0));
  const stash = stashState();
  $("send").disabled = stash === "busy" || left < 0 || (stash === "none" && !$("message").value.trim());
}

function grow() {
  const box = $("message");
  box.rows = 1; // and stays so when empty: a placeholder that wraps is no text to make room for
  while (box.value && box.rows < MOST_ROWS && box.scrollHeight > box.clientHeight + 2) box.rows += 1;
  count();
}

function written() {
  grow();
  remember({ draft: $("message").value });
}

function submit(event) {
  event.preventDefault();
  if ($("send").disabled) return;
  const text = $("message").value.trim();
  $("message").value = "";
  const files = takeStash();
  written();
  send(text, files);
}

function speakUp(text) {
  send(text);
  $("message").focus();
}

// --- the side panel ------------------------------------------------------------------------------

function openSide(open) {
  $("side").classList.toggle("open", open);
  $("veil").hidden = !open;
  $("open-side").setAttribute("aria-expanded", String(open));
  $("hall").inert = open;
  (open ? $("close-side") : $("open-side")).focus();
}

function closeSide() {
  if ($("side").classList.contains("open")) openSide(false);
}

function suggest() {
  const texts = (company.suggestions?.[language] || []).map((text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1));
  $("try").hidden = !texts.length;
  for (const [id, most] of [["suggestions", 6], ["openers", 4]]) {
    $(id).replaceChildren(...texts.slice(0, most).map((text) => make("li", {}, make("button", { type: "button", text, click: () => suggestion(text) }))));
  }
}

function suggestion(text) {
  closeSide();
  speakUp(text);
}

// --- the page ------------------------------------------------------------------------------------

function showLanguage(tag) {
  speak(tag, company.assistant);
  document.title = `${company.company} · Chat`;
  $("company").textContent = company.company;
  $("assistant").textContent = company.assistant;
  $("about").textContent = said(company.about);
  suggest();
  showWho();
  showState(state);
  count();
  showTimes();
  if ($("choose").open) void choose();
}

function signIn() {
  closeSide();
  void choose();
}

function wire() {
  page.signIn = signIn;
  page.signedOut = showWho;
  onPick(speakUp);
  $("composer").addEventListener("submit", submit);
  $("message").addEventListener("input", written);
  $("message").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  $("new").addEventListener("click", () => begin(session));
  $("theme").addEventListener("click", nextTheme);
  $("language").addEventListener("click", () => {
    prefer("language", language === "en" ? "pt-BR" : "en");
    showLanguage(preferences.language);
  });
  $("change-who").addEventListener("click", signIn);
  $("try-as-somebody").addEventListener("click", signIn);
  $("anonymous").addEventListener("click", () => {
    $("choose").close();
    if (session.jwt) begin({});
  });
  $("open-side").addEventListener("click", () => openSide(true));
  for (const id of ["close-side", "veil"]) $(id).addEventListener("click", closeSide);
  matchMedia("(min-width: 861px)").addEventListener("change", closeSide);
  addEventListener("keydown", (event) => { if (event.key === "Escape") closeSide(); });
  for (const id of ["source", "why", "choose", "seen"]) {
    $(`close-${id}`).addEventListener("click", () => $(id).close());
    $(id).addEventListener("click", (event) => { if (event.target === $(id)) $(id).close(); });
  }
  stayAtEnd();
  $("down").addEventListener("click", () => { toEnd(); $("message").focus(); });
  addEventListener("offline", () => showBanner("offline"));
  addEventListener("online", () => { showBanner(null); sendStranded(); });
}

async function start() {
  showTheme();
  try {
    [company] = await Promise.all([json("/webchat/config"), loadTexts()]);
  } catch {
    $("banner").textContent = "The chat could not start. Please reload the page. · O chat não conseguiu iniciar. Recarregue a página, por favor.";
    return;
  }
  hostedBy(company);
  keepHours(company);
  offerWhy(company.demo);
  const wished = preferences.language || (navigator.language.toLowerCase().startsWith("pt") ? "pt-BR" : "en");
  const spoken = company.languages || [];
  wire();
  takeFiles(company.files, count);
  for (const id of ["tools", "presence"]) $(id).hidden = false;
  showLanguage(spoken.length && !spoken.includes(wished) ? spoken[0] : wished);
  $("language").hidden = spoken.length === 1;
  if (company.demo) void invite();
  welcome();
  await resume();
  $("message").focus();
}

void start();
