
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

  const whole = new Set(["JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF", "KMF", "DJF", "GNF", "BIF", "VUV", "XPF", "bits", "kicks", "jewels", ""]);
  const money = (n, unit) => (whole.has(unit || "") ? `${n}` : (n / 100).toFixed(2)) + (unit ? " " + unit : "");
  const count = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

  const words = (l) => {
    const n = l.amount || 0;
    switch (l.event) {
      case "paid": return `pays ${money(n, l.unit)}`;
      case "subscription": return `subscribes, month ${n}`;
      case "gift": return `gives away ${count(n, "subscription")}`;
      case "raid": return `raids with ${count(n, "viewer")}`;
      case "follow": return "follows";
      case "announcement": return "announces";
      case "deletion": return "a message was deleted";
      case "ban": return n ? `user ${l.target} was banned for ${n} s` : `user ${l.target} was banned`;
      case "unban": return `user ${l.target} may write again`;
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
    Object.assign(e.dataset, { platform: l.platform, creator: l.creator_id, channel: l.channel, id: l.message_id, author: l.author_id || "" });
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
    if (l.text) e.append(el("span", "said", plain(l.text)));
    if (inert.has(l.event) && who) e.append(el("span", "what", ` by ${who}`));
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
