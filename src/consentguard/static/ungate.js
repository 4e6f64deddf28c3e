// Gives back what the server gated once it is allowed; gates it again on withdrawal.
// In:  "consentguard:change" on document, {granted: [purpose], services: {service: allowed}}.
// Out: "consentguard:ungated", {needsReload: how many things only a reload sets right}.
(() => {
  "use strict";
  // The server's table; srcdoc first, since it replaces src.
  const TABLE = {
    srcdoc: "iframe",
    src: "script iframe frame img source video audio track embed input",
    srcset: "img source",
    poster: "video",
    data: "object",
    action: "form",
    formaction: "input button",
    href: "link svg:script svg:image svg:use svg:feimage",
    "xlink:href": "svg:script svg:image svg:use svg:feimage",
    imagesrcset: "link",
    ping: "a area",
    background: "body table thead tbody tfoot tr td th",
  };
  const CG = "data-cg-";
  const own = document.currentScript?.nonce;
  const given = new WeakMap(); // element: the names that it got back
  const ran = new Set();
  const link = document.createElement("a");
  let came, granted, parsed, nonces;
  let services = {};
  let queue = Promise.resolve();

  const words = (text) => (text || "").split(" ").filter(Boolean);
  const gated = (root) => [...root.querySelectorAll("[data-cg-purpose]")];
  const isFrame = (el) => el.localName.endsWith("frame");
  const waits = (el) => el.matches("script[type='text/plain']");
  const late = (el) => el.matches("[data-cg-type*=module i], [defer][data-cg-src]");

  const player = (el) => (el.localName === "source" ? el.parentNode : el);

  // What came gated although its purpose was granted waits for its service.
  const allowed = (el) => {
    const said = words(el.getAttribute(CG + "service")).map((id) => services[id]);
    if (said.includes(false) || el.closest("noscript")) return false;
    const all = (set) => words(el.getAttribute(CG + "purpose")).every((id) => set.has(id));
    return (all(granted) && !all(came)) || (said[0] && said.every((word) => word === true));
  };

  const rename = (el, from, to) => {
    const value = el.getAttribute(from);
    if (value === null) return;
    if (to === "xlink:href") el.setAttributeNS("http://www.w3.org/1999/xlink", to, value);
    else el.setAttribute(to, value);
    el.removeAttribute(from);
  };

  const held = (el) => {
    const key = (el instanceof HTMLElement ? "" : "svg:") + el.localName.toLowerCase();
    const known = (name) => words(TABLE[name]).includes(key) && el.hasAttribute(CG + name);
    return Object.keys(TABLE).filter(known);
  };
  const safe = (el) => (name) => {
    link.href = el.getAttribute(CG + name);
    return link.protocol !== "javascript:" && !el.hasAttribute(name);
  };

  const give = (el) => {
    const names = held(el).filter(safe(el));
    // A sanitizer may have missed a later one under our name.
    if (!names[0] || (names[0] === "srcdoc" && !parsed.has(el))) return;
    if (isFrame(el)) {
      el.removeAttribute("name");
      rename(el, CG + "name", "name");
    }
    names.forEach((name) => rename(el, CG + name, name));
    given.set(el, names);
    // Neither looks again by itself: a player without a source, a hint without a URL.
    if (player(el)?.networkState === 3) player(el).load();
    if (names.includes("imagesrcset")) el.before(el);
  };

  const take = (el) => {
    given.get(el).forEach((name) => rename(el, name, CG + name));
    given.delete(el);
    if (isFrame(el)) {
      rename(el, "name", CG + "name");
      el.name = "cg-gated";
    }
    player(el)?.load?.();
    // Put in anew, a frame is empty.
    if (/frame|object|embed/.test(el.localName)) el.before(el);
  };

  const run = async (el) => {
    if (!el.isConnected || !waits(el) || !allowed(el)) return;
    // 'strict-dynamic' asks no nonce of us.
    nonces ||= [...document.querySelectorAll("script")].some((one) => one.nonce);
    if (own ? el.nonce !== own : nonces && !el.nonce) return;
    const names = held(el);
    if (names[0] ? !names.every(safe(el)) : /[.[]\s*["'`]?write/.test(el.textContent)) return;
    // A clone keeps its nonce, and "already started" if markup set it.
    const copy = el.cloneNode(true);
    names.forEach((name) => rename(copy, CG + name, name));
    copy.removeAttribute("type");
    rename(copy, CG + "type", "type");
    copy.async = el.hasAttribute("async");
    ran.add(copy);
    return new Promise((end) => {
      copy.addEventListener("load", end);
      copy.addEventListener("error", end);
      el.replaceWith(copy);
      setTimeout(end, names[0] && !copy.async && !copy.noModule ? 10000 : 0);
    });
  };

  const look = (found) => {
    for (const el of found) {
      if (el.matches("script")) continue;
      if (given.has(el)) allowed(el) || take(el);
      else if (allowed(el)) give(el);
    }
    for (const el of found.filter(waits).sort((a, b) => late(a) - late(b)))
      queue = queue.then(() => run(el)).catch(() => {}); // Trusted Types
  };

  const change = () => {
    look(gated(document));
    queue.then(() => {
      const left = gated(document).filter((el) => waits(el) && allowed(el));
      left.push(...[...ran].filter((el) => !allowed(el)));
      left.push(...[...came].filter((id) => !granted.has(id)));
      const detail = { needsReload: left.length };
      document.dispatchEvent(new CustomEvent("consentguard:ungated", { detail }));
    });
  };

  document.addEventListener("consentguard:change", ({ detail }) => {
    granted = new Set(detail.granted);
    services = detail.services || {};
    if (came) change();
  });

  const start = () => {
    came = new Set(words(document.querySelector("[data-cg-granted]")?.dataset.cgGranted));
    parsed = new WeakSet(gated(document));
    new MutationObserver((records) => {
      for (const el of records.flatMap((record) => [...record.addedNodes]))
        if (el.dataset) look([el, ...gated(el)].filter((one) => one.dataset.cgPurpose));
    }).observe(document, { childList: true, subtree: true });
    granted ||= came;
    change();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
