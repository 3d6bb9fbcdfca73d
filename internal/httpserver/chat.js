
"use strict";
(() => {
  const most = 500; // lines on the page
  const chat = document.getElementById("chat");
  const state = document.getElementById("state");
  const platforms = document.getElementById("platforms");
  const creator = new URLSearchParams(location.search).get("creator") || "";
  const off = new Set();
  const known = new Map();
  let shown = 0;

  const el = (tag, name, text) => {
    const e = document.createElement(tag);
    if (name) e.className = name;
    if (text !== undefined) e.textContent = text;
    return e;
  };

  // Directional formatting would turn around what stands beside it.
  const plain = (text) => (text || "").replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, "");

  const button = (name) => {
    if (known.has(name)) return;
    const b = el("button", name, name);
    b.type = "button";
    b.setAttribute("aria-pressed", "true");
    b.addEventListener("click", () => {
      const hide = !off.has(name);
      hide ? off.add(name) : off.delete(name);
      b.setAttribute("aria-pressed", String(!hide));
      for (const e of chat.children) e.classList.toggle("hidden", off.has(e.dataset.platform));
    });
    known.set(name, b);
    platforms.replaceChildren(...[...known.keys()].sort().map((k) => known.get(k)));
  };

  const count = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

  const names = new Map(); // of those who wrote lately, by platform and id
  const meet = (l) => {
    if (!l.author_id || !l.author) return;
    const key = l.platform + " " + l.author_id;
    names.delete(key);
    names.set(key, l.author);
    if (names.size > 2 * most) names.delete(names.keys().next().value);
  };
  const whom = (l) => names.get(l.platform + " " + l.target) || `user ${l.target}`;

  // Who wrote what a line answers, if that is on the page.
  const answered = (l) => {
    if (!l.reply_to) return "";
    for (let e = chat.lastElementChild; e; e = e.previousElementSibling)
      if (e.dataset.id === l.reply_to && e.dataset.platform === l.platform) return e.dataset.who;
    return "";
  };

  const words = (l) => {
    const n = l.amount || 0;
    switch (l.event) {
      case "paid": return `pays ${l.sum || n}`;
      case "subscription": return n ? `subscribes, month ${n}` : "subscribes";
      case "gift": return `gives away ${count(n, "subscription")}`;
      case "raid": return `raids with ${count(n, "viewer")}`;
      case "follow": return "follows";
      case "announcement": return "announces";
      case "deletion": return "a message was deleted";
      case "ban": return whom(l) + " was banned" + (n ? ` for ${n} s` : "");
      case "unban": return whom(l) + " was unbanned";
      case "clear": return "the chat was cleared";
      case "online": return "live:";
      case "offline": return "the broadcast is over";
    }
    return l.event;
  };
  const inert = new Set(["deletion", "ban", "unban", "clear", "online", "offline"]);

  const strike = (l) => {
    for (const e of chat.children) {
      const d = e.dataset;
      if (d.platform !== l.platform || d.creator !== l.creator_id || d.inert) continue;
      const gone = l.event === "deletion" ? d.id === l.target
        : l.event === "ban" ? d.channel === l.channel && d.author === l.target
        : l.event === "clear" ? d.channel === l.channel : false;
      if (gone) e.classList.add("gone");
    }
  };

  const show = (l) => {
    button(l.platform);
    if (inert.has(l.event)) strike(l);
    const stay = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 40;
    const e = el("div", "line " + l.platform + (inert.has(l.event) ? " measure" : l.event ? " event" : ""));
    const to = answered(l);
    meet(l);
    Object.assign(e.dataset, { who: l.author || (l.self ? "bot" : ""), platform: l.platform, creator: l.creator_id, channel: l.channel, id: l.message_id, author: l.author_id || "" });
    if (inert.has(l.event)) e.dataset.inert = "1";
    e.classList.toggle("hidden", off.has(l.platform));
    const at = new Date(l.at);
    const time = el("time", "", at.toLocaleTimeString());
    time.dateTime = l.at;
    e.append(time, " ", el("span", "badge", l.platform), " ");
    if (!creator) e.append(el("span", "creator", plain(l.creator_id)), " ");
    const who = plain(l.author) || (l.self ? "bot" : "");
    if (who && !inert.has(l.event)) e.append(el("span", "who", who), " ");
    for (const role of l.roles || []) if (role === "broadcaster" || role === "moderator" || role === "vip") e.append(el("span", "badge", role), " ");
    if (l.event) e.append(el("span", "what", plain(words(l))), " ");
    if (inert.has(l.event) && who) e.append(el("span", "what", `by ${who} `));
    if (l.text) e.append(el("span", "said", plain(l.text)));
    if (to) e.append(el("span", "remark", ` (to ${plain(to)})`));
    if (l.history) e.append(el("span", "remark", " (before we came)"));
    if (l.shared) e.append(el("span", "remark", " (from a partner's chat)"));
    chat.append(e);
    shown++;
    while (chat.children.length > most) chat.firstElementChild.remove();
    if (stay) chat.scrollTop = chat.scrollHeight;
  };

  const source = new EventSource("/chat/live" + (creator ? "?creator=" + encodeURIComponent(creator) : ""));
  source.addEventListener("open", () => { state.textContent = "live" + (creator ? " · " + creator : ""); });
  source.addEventListener("error", () => { state.textContent = "no connection, trying again …"; });
  source.addEventListener("line", (m) => show(JSON.parse(m.data)));
})();
