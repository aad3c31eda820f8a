// Why the record says something, in the words of the page: what it holds is kept in English, for machines too.

import { say } from "/webchat/view.js";

const KNOWN = [
  [/^she wants (\S+) \(([\d.]+)\)$/, "reason_wants", (what, sure) => ({ what, sure: Math.round(sure * 100) })],
  [/^no wish was recognised; it may be a question$/, "reason_question"],
  [/^it asked, and this is the answer$/, "reason_answer"],
  [/^it asked, and she drops the matter$/, "reason_asker_drops"],
  [/^it asked, and nothing else was recognised$/, "reason_asker"],
  [/^she drops the matter$/, "reason_drops"],
  [/^she comes back to what is under way$/, "reason_back"],
  [/^she takes back what awaits approval$/, "reason_takes_back"],
  [/^she no longer wants a person$/, "reason_no_person"],
  [/^a person has been called$/, "reason_called"],
  [/^she wants the person who was offered$/, "reason_offered_person"],
  [/^a person decided on what was proposed$/, "reason_decided"],
  [/^a person handed back and left something to follow up$/, "reason_follow_up"],
  [/^it is in a language not spoken here$/, "reason_language"],
  [/^there are no words in it$/, "reason_no_words"],
  [/^nothing it answers was recognised$/, "reason_nothing"],
  [/^(\S+) has a step of its own or is a courtesy$/, "reason_own_step", (what) => ({ what })],
  [/^(\d+) messages in a row could not be answered$/, "reason_misses", (count) => ({ count })],
  [/^the plan needs more than (\d+) specialists$/, "reason_budget", (count) => ({ count })],
  [/^a file came that nobody waits for$/, "reason_file"],
  [/^it was done, and she wishes it had not been$/, "reason_regret"],
  [/^she asks about what a person decides on$/, "reason_decision"],
  [/^she asks whether it was done$/, "reason_outcome"],
  [/^she asks about what a person promised$/, "reason_promised"],
  [/^she asks how long something of hers is kept or valid$/, "reason_hers"],
  [/^she points at what was spoken of$/, "reason_points"],
  [/^she wants it left alone$/, "reason_alone"],
  [/^its question is still open$/, "reason_open"],
  [/^she says who she is$/, "reason_named"],
  [/^she was told what she wanted to know$/, "reason_told_right"],
  [/^she wanted to know something else$/, "reason_misheard"],
  [/^she has heard it$/, "reason_heard"],
  [/^she wants nothing more$/, "reason_enough"],
  [/^nothing was asked$/, "reason_stray"],
  [/^she asks (\S+) of another one$/, "reason_another", (what) => ({ what })],
  [/^she takes back what is under way$/, "reason_takes_back_now"],
  [/^she wants something else instead$/, "reason_instead"],
  [/^she says yes, and what was asked last is still open$/, "reason_yes_open"],
  [/^it was done, and she puts right what she had told us$/, "reason_amends"],
  [/^she asks about what is proposed to her$/, "reason_aside"],
  [/^she only names a thing$/, "reason_thing"],
  [/^she only tells what led up to it$/, "reason_scene"],
  [/^she wants after all what she had just said no to$/, "reason_after_all"],
  [/^the customer asked for a person$/, "reason_asked_person"],
  [/^no article answers '(.*)'$/, "reason_no_article", (what) => ({ what })],
  [/^a complaint is open$/, "reason_complaint"],
  [/^she sounds annoyed$/, "reason_annoyed"],
  [/^the reply already asks for something$/, "reason_one_thing"],
  [/^it belongs to none of what was answered$/, "reason_unrelated"],
  [/^it has ended$/, "reason_ended"],
  [/^it was offered before$/, "reason_offered"],
  [/^(\S+) comes first$/, "reason_first", (what) => ({ what })],
  [/^nothing it rests on says (.+)$/, "reason_unsupported", (what) => ({ what })],
  [/^nothing it rests on has the link (.+)$/, "reason_link", (what) => ({ what })],
  [/^policy: '(.+)' is never promised$/, "reason_promise", (what) => ({ what })],
  [/^it holds an? (\S+) that is not hers$/, "reason_personal", (what) => ({ what })],
  [/^waits for the customer$/, "next_customer"],
  [/^waits for (\S+), asked by (\S+)$/, "next_slot", (slot, agent) => ({ slot, agent })],
  [/^a person takes over: (.*)$/, "next_person", (why) => ({ why: reworded(why) })],
  [/^a person decides on (.*)$/, "next_approval", (what) => ({ what })],
  [/^searched for '(.*)': (\d+) passages$/, "tool_searched", (what, count) => ({ what, count })],
  [/^searched for '(.*)': nothing near enough$/, "tool_found_nothing", (what) => ({ what })],
];

/** Give a reason in the page's language, or as it was kept when it has no translation. */
export function reworded(reason) {
  for (const [pattern, key, values] of KNOWN) {
    const match = pattern.exec(reason);
    if (match) return say(key, values ? values(...match.slice(1)) : {});
  }
  return reason;
}
