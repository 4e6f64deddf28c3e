// Makes the banner smoother. All of it also works without this file.
(function start() {
  "use strict";
  const banner = document.getElementById("cg-banner");
  const reopen = document.getElementById("cg-reopen"); // our own pages have none
  const told = document.querySelector("[data-cg-granted]")?.dataset;
  if (!told || window.consentguard) return;
  // Our own URLs are the site's: no `<base>` moves them.
  const whole = (all) => {
    for (const el of all)
      for (const name of ["action", "href"]) {
        const url = el.getAttribute(name); // `form.action` may be a button
        if (/^\/(?!\/)/.test(url)) el.setAttribute(name, new URL(url, location));
      }
  };
  if (document.querySelector("base")) whole(document.querySelectorAll("#cg-banner *, #cg-reopen *"));
  told.cgPrefix = new URL(told.cgPrefix, location);
  // A page for everybody does not know yet who its visitor is: shared.js asks.
  if ("cgShared" in told && !told.cgMet) return document.addEventListener("consentguard:met", start);
  const prefix = told.cgPrefix;
  // "?lang=fr" where the browser asks for another language than the page's.
  const spoken = reopen?.querySelector("a").search || "";
  const arrived = {
    granted: told.cgGranted.split(" "),
    services: JSON.parse(told.cgServices || "{}"),
    show_banner: "cgAsks" in told,
  };
  let now = arrived; // as our own URL `state` says it
  const key = ({ granted, services, show_banner }) =>
    JSON.stringify([granted, services, show_banner]);
  const reload = () => location.reload();
  const read = async (answer) => {
    const state = await answer.json();
    if (state.unknown) state.granted.push("unknown");
    return state;
  };

  // What came with the page and is refused since: only a reload ends it.
  const ended = (state) =>
    arrived.granted.some((id) => !state.granted.includes(id)) ||
    Object.keys({ ...arrived.services, ...state.services }).some(
      (id) => arrived.services[id] !== false && !state.services[id],
    );
  // What is granted since, while a style sheet may hold its URLs back.
  const styled = (state) =>
    state.granted.some((id) => !arrived.granted.includes(id)) &&
    [...document.querySelectorAll("style")].some((one) => /#cg-gated/.test(one.textContent));

  const here = () => location.pathname + location.search;

  // The way back comes, screen readers are told.
  let opener; // what the visitor came from
  const close = (done = "") => {
    const status = reopen?.querySelector("[data-cg=status]");
    if (status) setTimeout(() => (status.textContent = done), 100);
    if (!banner || banner.hidden) return;
    const focused = banner.contains(document.activeElement);
    banner.hidden = true;
    reopen.hidden = false;
    const back = opener?.isConnected ? opener : reopen.querySelector("a");
    if (focused) back.focus({ preventScroll: true });
  };

  // Another choice holds, made here or elsewhere. One reload at most: it brings another page.
  const learn = (state, done) => {
    now = state;
    if (!state.show_banner) close(done);
    document.dispatchEvent(new CustomEvent("consentguard:change", { detail: state }));
    if (!reopen || ended(state) || styled(state)) return reload();
    reopen.dataset.cgStand = state.stand;
    const heard = ({ detail }) => detail.needsReload && reload();
    document.addEventListener("consentguard:ungated", heard, { once: true });
  };

  const ask = async () => {
    const state = await fetch(`${prefix}/state`).then(read);
    if (key(state) !== key(now)) learn(state);
  };

  // Tabs tell each other what they know. Who knows otherwise asks the server, and tells nobody;
  // a reloaded page was told itself: so it ends.
  let tabs;
  const tell = () => tabs?.postMessage(key(now));
  const listen = () => {
    tabs = window.BroadcastChannel && new BroadcastChannel("consentguard");
    if (tabs) tabs.onmessage = ({ data }) => data === key(now) || ask().catch(() => {});
  };
  listen();
  if (performance.getEntriesByType("navigation")[0]?.type !== "reload") tell();
  // What is said on an open channel throws a page out of the back/forward cache.
  addEventListener("pagehide", () => tabs?.close());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    listen();
    ask().catch(reload);
  });
  // After a choice it has to go: out of the cache, it would run its trackers before it can ask.
  // Hence a channel that stays open. A choice made by a form is followed by a redirect.
  const chosen = window.BroadcastChannel && new BroadcastChannel("consentguard:choice");
  if (chosen) chosen.onmessage = () => {};
  const evict = () => chosen?.postMessage("");
  if (performance.getEntriesByType("navigation")[0]?.redirectCount) evict();

  // A grant as a navigation, which the browser attests: the page comes back ungated.
  const navigate = (choice) => {
    const form = document.createElement("form");
    const add = (name, value) =>
      form.append(Object.assign(document.createElement("input"), { name, value }));
    add("choice", choice.choice);
    add("next", here() + location.hash);
    for (const id in choice.purposes) if (choice.purposes[id]) add("purpose", id);
    // One that is refused is a box that was ticked and is not; others go with their purposes.
    for (const id in { ...now.services, ...choice.services }) {
      const on = choice.services?.[id];
      add(on === undefined ? "shown-off" : "shown-on", id);
      if (on) add("service", id);
    }
    if (choice.region) add("region", choice.region);
    Object.assign(form, { method: "post", action: prefix + spoken, hidden: true });
    document.body.append(form);
    form.submit();
    return new Promise(() => {});
  };

  // The choice by fetch: what can be restored is, without a reload.
  const choose = async (choice) => {
    const on = Object.values({ ...choice.purposes, ...choice.services }).some(Boolean);
    const grants = choice.choice === "accept" || on;
    const path = choice.choice === "withdraw" ? "/withdraw" : "";
    const headers = { Accept: "application/json", "Content-Type": "application/json" };
    const body = JSON.stringify(choice);
    const answer = await fetch(prefix + path + spoken, { method: "POST", headers, body });
    // `grant = "person"` takes no grant from a script.
    if (grants && answer.status === 403) return navigate(choice);
    if (!answer.ok) throw new Error(`consentguard: ${answer.status}`);
    evict();
    learn(await read(answer), grants ? "" : reopen?.dataset.cgDone);
    tell();
    return now;
  };

  // The settings page over this one, in a tree where the site's styles do not reach.
  const over = async (url) => {
    const signal = AbortSignal.timeout(4000);
    const text = await fetch(url, { signal }).then((answer) => answer.text());
    const page = new DOMParser().parseFromString(text, "text/html");
    whole(page.querySelectorAll("*"));
    const { lang, dir } = page.documentElement;
    const ariaLabel = page.querySelector("h1").textContent;
    const { nonce } = [...document.scripts].find((one) => one.src.includes(`${prefix}/static/`));
    const make = (name, values) => Object.assign(document.createElement(name), values);
    const dialog = (shown = make("dialog", { className: "cg-page", lang, dir, ariaLabel }));
    // No rule of the site's hides it.
    const host = make("div", { id: "cg-over", style: "all: initial !important" });
    const root = host.attachShadow({ mode: "open" });
    const sheets = [...page.querySelectorAll("link")].map(({ href }) => {
      const sheet = make("link", { rel: "stylesheet", href, nonce });
      root.append(sheet);
      return new Promise((onload, onerror) => {
        Object.assign(sheet, { onload, onerror });
        signal.addEventListener("abort", onerror);
      });
    });
    dialog.append(page.body);
    root.append(dialog);
    document.body.append(host);
    await Promise.all(sheets);
    dialog.addEventListener("close", () => host.remove());
    dialog.addEventListener("submit", submit);
    dialog.querySelector(".cg-head a").addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
    // What it shows is no longer so.
    document.addEventListener("consentguard:change", () => dialog.close(), { once: true });
    dialog.showModal();
    if (dialog.checkVisibility?.() === false) throw host;
  };

  let shown, coming; // a second click while it loads opens no second one
  const open = (mark) => {
    const settings = banner && !banner.hidden && banner.querySelector("details");
    if (!settings) {
      if (shown?.open && shown.isConnected) return; // with what is ticked in it
      const url = `${prefix}?next=${encodeURIComponent(here())}${spoken.replace("?", "&")}`;
      document.getElementById("cg-over")?.remove();
      const page = () => {
        document.getElementById("cg-over")?.remove();
        location.assign(url);
      };
      coming ||= over(url).catch(page).then(() => (coming = null));
      return;
    }
    opener = mark || document.activeElement;
    settings.open = true;
    settings.firstChild.focus();
  };
  // Links and buttons of the site's own, and ours.
  document.addEventListener("click", (event) => {
    const ours = (el) => el.matches?.("[data-cg-open], [data-cg=reopen]");
    const mark = event.composedPath().find(ours); // in a web component too
    if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(mark);
  });

  window.consentguard = Object.freeze({
    // What the page came with, or the last choice since; an unknown purpose is not allowed.
    allows: (purpose) => now.granted.includes(purpose),
    open: () => open(),
    // {choice: "reject"}, {choice: "save", purposes: {analytics: true}} or {analytics: true}
    choose: (wish) => choose(wish.choice ? wish : { choice: "save", purposes: wish }),
    // Gives back what ends it.
    onChange: (hear) => {
      const listener = (event) => hear(event.detail);
      document.addEventListener("consentguard:change", listener);
      return () => document.removeEventListener("consentguard:change", listener);
    },
  });

  // Scripts that were written to wait, in the field's usual ways: from here on they are gated
  // ones whose purposes are named and whose service is not.
  const usual = new URLSearchParams(told.cgWords);
  const adopt = () => {
    for (const el of document.querySelectorAll("script[type='text/plain']:not([data-cg-purpose])")) {
      const data = el.dataset;
      const said = data.category || data.cookiecategory || data.cookieconsent || "";
      const named = said.toLowerCase().match(/[^\s,]+/g);
      if (!named) continue;
      const src = data.src || el.getAttribute("src");
      if (src) data.cgSrc = src;
      if (data.type) data.cgType = data.type;
      el.removeAttribute("src");
      data.cgPurpose = named.map((word) => usual.get(word) || word).join(" ");
    }
  };
  adopt();
  // Before ungate.js watches too: it finds them gated.
  new MutationObserver(adopt).observe(document, { childList: true, subtree: true });

  // Where the page stood that asked. It is said in the state of its own history entry, which ends
  // with the tab: nothing else is stored on the device.
  const { navigation } = window;
  const was = navigation?.entries()[navigation.currentEntry?.index - 1]?.getState()?.consentguard;
  if (was?.here === here() && Date.now() - was.at < 1e4) {
    const restore = () => {
      scrollTo({ left: was.left, top: was.top, behavior: "instant" });
      const one = was.focus && document.querySelector(was.focus);
      if (!one) return;
      if (one.tabIndex < 0) one.tabIndex = -1;
      one.focus({ preventScroll: true });
    };
    restore();
    // In a page for everybody what has the focus waits until then.
    document.addEventListener("consentguard:ungated", restore, { once: true });
    // Until then the browser goes to the fragment.
    if (location.hash) addEventListener("load", restore, { once: true });
  }

  let plain = false; // fetch failed: the form does it
  let rejecting;
  const submit = (event) => {
    const { target, submitter: button } = event;
    const embed = target.id === "cg-embeds";
    if (!embed && !banner?.contains(target) && target.getRootNode() === document) return;
    if (plain || embed || button?.value !== "reject") {
      // A router may have gone elsewhere since. That somebody is forgotten the settings say.
      if (button?.value !== "erase") target.elements.next.value = here() + location.hash;
      const keys = button?.matches(":focus-visible") && "#cg-reopen a";
      const focus = button?.dataset.cgFocus || keys;
      const consentguard = { here: here(), left: scrollX, top: scrollY, focus, at: Date.now() };
      navigation?.updateCurrentEntry({ state: { ...navigation.currentEntry?.getState(), consentguard } });
      return;
    }
    event.preventDefault();
    const fail = () => {
      plain = true;
      target.requestSubmit(button);
    };
    rejecting ||= choose({ choice: "reject" }).catch(fail).then(() => (rejecting = null));
  };
  // Before a router of the site's takes it.
  document.addEventListener("submit", submit, true);

  if (!banner) return;
  const html = document.documentElement;
  new ResizeObserver(() => {
    html.style.setProperty("--cg-height", `${banner.offsetHeight + 16}px`);
  }).observe(banner);

  // Escape is the X: it refuses, or where nobody is asked first it closes.
  const cross = banner.querySelector("[data-cg=close]");
  cross.addEventListener("click", () => cross.type === "button" && close());
  banner.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) cross.click();
  });

  // First for the keyboard; it is fixed, so nothing moves.
  if (!banner.contains(document.activeElement)) document.body.prepend(banner);

  // In the middle of the page it keeps the focus. Only with a script that gives it back.
  if (!banner.matches(".cg-centre")) return;
  const { activeElement } = document;
  if (activeElement !== document.body) opener = activeElement;
  banner.ariaModal = "true";
  banner.tabIndex = -1;
  const keep = () => banner.hidden || banner.focus({ preventScroll: true });
  keep();
  banner.addEventListener("focusout", ({ relatedTarget: to }) => {
    if (to && !banner.contains(to)) keep();
  });
})();
