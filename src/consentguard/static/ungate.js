// Gives back what the server gated once it is allowed; gates it again on withdrawal.
// Hears "consentguard:change" {granted: [purpose], services: {service: allowed}}, and
// "consentguard:once" [element]: allowed until the next choice or page,
// tells "consentguard:ungated" {needsReload: what only a reload sets right}.
(() => {
  "use strict";
  if (CustomEvent.ungate) return;
  CustomEvent.ungate = true;
  const CG = "data-cg-";
  // The server's table; srcdoc replaces src.
  const TABLE = {
    srcdoc: "iframe",
    src: "script iframe frame img source video audio track embed input",
    srcset: "img source",
    attributionsrc: "script img a area",
    poster: "video",
    code: "embed",
    data: "object",
    action: "form",
    formaction: "input button",
    href: "base link svg:script svg:image svg:use svg:feimage",
    "xlink:href": "svg:script svg:image svg:use svg:feimage",
    imagesrcset: "link",
    ping: "a area svg:a",
    background: "body table colgroup col thead tbody tfoot tr td th",
  };
  const own = document.currentScript?.nonce;
  const given = new WeakMap(); // names by element
  const ran = [];
  let once = new WeakSet(); // clicked, and nothing chosen since
  const link = document.createElement("a");
  let came, arrived, now, parsed, nonces;
  let queue = Promise.resolve();

  const words = (text) => text?.match(/\S+/g) || [];
  const gated = (root) =>
    [root, ...root.querySelectorAll("*")].flatMap((el) =>
      (el.dataset?.cgPurpose ? [el] : []).concat(el.shadowRoot ? gated(el.shadowRoot) : []),
    );
  const isFrame = (el) => /frame/.test(el.localName);
  const waits = (el) => el.matches("script[type='text/plain']");
  const late = (el) => el.matches("[data-cg-type*=module i], [defer][data-cg-src]");
  const player = (el) => (el.localName === "source" ? el.parentNode : el);

  const allowed = (el) => {
    if (once.has(el)) return true;
    const { cgPurpose, cgService } = el.dataset;
    const ids = words(cgPurpose);
    const all = (granted) => ids.every((id) => granted.includes(id));
    const said = words(cgService).map((id) => now.services?.[id]);
    if (said.includes(false) || el.closest("noscript")) return false;
    if (said[0] && !said.includes() && !ids.includes("tag-manager")) return true;
    // What came gated although all is granted waits for its service.
    return all(now.granted) && !(cgService && all(came));
  };

  const rename = (el, from, to) => {
    const value = el.getAttribute(from);
    if (value === null) return;
    if (to === "xlink:href") el.setAttributeNS("http://www.w3.org/1999/xlink", to, value);
    else el.setAttribute(to, value);
    el.removeAttribute(from);
  };

  const held = (el) => {
    const key = (el.tagName === el.localName ? "svg:" : "") + el.localName.toLowerCase();
    const known = (name) => words(TABLE[name]).includes(key) && el.hasAttribute(CG + name);
    return Object.keys(TABLE).filter(known);
  };
  const safe = (el) => (name) => {
    link.href = el.getAttribute(CG + name);
    return link.protocol !== "javascript:" && !el.hasAttribute(name);
  };

  const anew = (el) => {
    const copy = el.cloneNode(true);
    if (once.has(el)) once.add(copy);
    return copy;
  };

  const give = (el) => {
    const names = held(el).filter(safe(el));
    // A later one may have passed a sanitizer.
    if (!names[0] || (names[0] === "srcdoc" && !parsed.has(el))) return;
    if (isFrame(el)) {
      el.removeAttribute("name");
      rename(el, CG + "name", "name");
      // Anew: the history fills none of that name.
      el.before(el);
    }
    names.forEach((name) => rename(el, CG + name, name));
    if (el.localName === "object") {
      // One that has shown what is in it goes on with that.
      const copy = anew(el);
      el.replaceWith(copy);
      el = copy;
    }
    given.set(el, names);
    // Neither looks again unasked; a source right behind the last one tried is none.
    if (el.parentNode.networkState === 3) el.before("", el);
    if (names[0] === "code" || names.includes("imagesrcset")) el.before(el);
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
    // 'strict-dynamic' asks for none.
    nonces ||= [...document.scripts].some((one) => one.nonce);
    if (own ? el.nonce !== own : nonces && !el.nonce) return;
    const names = held(el);
    if (names[0] ? !names.every(safe(el)) : /[.[]\s*["'`]?write/.test(el.textContent)) return;
    // A clone keeps its nonce and "already started".
    const copy = anew(el);
    names.forEach((name) => rename(copy, CG + name, name));
    copy.removeAttribute("type");
    rename(copy, CG + "type", "type");
    copy.async = el.hasAttribute("async");
    given.set(copy, []);
    ran.push(copy);
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
      // What a base should have moved was fetched from elsewhere.
      const stuck = (el) =>
        allowed(el) && el.hasAttribute(CG + "service") && (el.matches("base") || !given.has(el));
      const left = [
        ...gated(document).filter(stuck),
        ...ran.filter((el) => !allowed(el)),
        ...came.filter((id) => !now.granted.includes(id)),
      ];
      const detail = { needsReload: left.length };
      document.dispatchEvent(new CustomEvent("consentguard:ungated", { detail }));
    });
  };

  // "Always" on one embed says nothing of the others.
  const adds = (granted, old) => {
    const { services = {} } = now;
    const ids = Object.keys({ ...old, ...services });
    return (
      `${granted}` === `${now.granted}` &&
      ids.every((id) => services[id] || services[id] === old[id]) &&
      ids.some((id) => services[id] && !old[id])
    );
  };

  document.addEventListener("consentguard:once", ({ detail }) => {
    detail.forEach((el) => once.add(el));
    change();
  });
  document.addEventListener("consentguard:change", ({ detail }) => {
    const { granted, services = arrived } = now || {};
    now = detail;
    if (!now.show_banner && !adds(granted, services)) once = new WeakSet();
    if (came) change();
  });

  const start = () => {
    const told = document.querySelector("[data-cg-granted]")?.dataset;
    came = words(told?.cgGranted);
    arrived = JSON.parse(told?.cgServices || "{}");
    now ||= { granted: came };
    parsed = new WeakSet(gated(document));
    new MutationObserver((records) => {
      for (const node of records.flatMap((record) => [...record.addedNodes]))
        if (node.matches) look(gated(node));
    }).observe(document, { childList: true, subtree: true });
    change();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
