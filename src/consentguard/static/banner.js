// Makes the banner smoother. All of it also works without this file.
(() => {
  "use strict";
  const banner = document.getElementById("cg-banner");
  const reopen = document.getElementById("cg-reopen");
  const root = banner || reopen || document.querySelector("[data-cg-prefix]");
  if (!root || window.consentguard) return;
  const prefix = root.dataset.cgPrefix;
  const told = document.querySelector("[data-cg-granted]");
  let granted = new Set(told ? told.dataset.cgGranted.split(" ") : []);

  const send = async (path, choice) => {
    const headers = { Accept: "application/json", "Content-Type": "application/json" };
    const body = JSON.stringify(choice);
    const answer = await fetch(prefix + path, { method: "POST", headers, body });
    if (answer.ok) return answer.json();
    throw new Error(`consentguard: ${answer.status}`);
  };

  // The way back comes, screen readers are told.
  const close = () => {
    if (!banner || banner.hidden) return;
    const focused = banner.contains(document.activeElement);
    banner.hidden = true;
    reopen.hidden = false;
    if (focused) reopen.querySelector("a").focus({ preventScroll: true });
    const status = reopen.querySelector("[data-cg=status]");
    setTimeout(() => (status.textContent = banner.dataset.cgDone), 100);
  };

  // A refusal needs no proof and no reload.
  const refuse = async (choice) => {
    const detail = await send(choice.choice === "withdraw" ? "/withdraw" : "", choice);
    granted = new Set(detail.granted);
    close();
    document.dispatchEvent(new CustomEvent("consentguard:change", { detail }));
    return detail;
  };

  // A grant is a navigation: the page comes back ungated.
  const grant = (choice) => {
    const form = document.createElement("form");
    const add = (name, value) =>
      form.append(Object.assign(document.createElement("input"), { name, value }));
    add("choice", choice.choice);
    add("next", location.pathname + location.search);
    for (const id in choice.purposes) if (choice.purposes[id]) add("purpose", id);
    for (const id in choice.services) if (choice.services[id]) add("service", id);
    Object.assign(form, { method: "post", action: prefix, hidden: true });
    document.body.append(form);
    form.submit();
    return new Promise(() => {});
  };

  window.consentguard = Object.freeze({
    // What the page came with, or the last refusal since; an unknown purpose is not allowed.
    allows: (purpose) => granted.has(purpose),
    open: () => {
      const settings = banner && !banner.hidden && banner.querySelector("details");
      if (!settings) return location.assign(prefix);
      settings.open = true;
      settings.firstChild.focus();
    },
    // {choice: "reject"}, {choice: "save", purposes: {analytics: true}} or {analytics: true}
    choose: (wish) => {
      const choice = wish.choice ? wish : { choice: "save", purposes: wish };
      const on = Object.values({ ...choice.purposes, ...choice.services }).some(Boolean);
      return choice.choice === "accept" || on ? grant(choice) : refuse(choice);
    },
    // Gives back what ends it.
    onChange: (tell) => {
      const listen = (event) => tell(event.detail);
      document.addEventListener("consentguard:change", listen);
      return () => document.removeEventListener("consentguard:change", listen);
    },
  });

  // A page out of the back/forward cache shows what was allowed when it went in.
  addEventListener("pageshow", async (event) => {
    if (!event.persisted) return;
    const now = await fetch(prefix + "/state").then((answer) => answer.json(), () => null);
    if (!now || [...granted].some((id) => !now.granted.includes(id))) location.reload();
  });

  if (!banner) return;
  let plain = false; // fetch failed: the form does it
  banner.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (plain || button?.value !== "reject") return;
    event.preventDefault();
    refuse({ choice: "reject" }).catch(() => {
      plain = true;
      event.target.requestSubmit(button);
    });
  });

  const html = document.documentElement;
  new ResizeObserver(() => {
    html.style.setProperty("--cg-height", `${banner.offsetHeight}px`);
    html.classList.toggle("cg-covered", !banner.hidden);
  }).observe(banner);

  // First for the keyboard; it is fixed, so nothing moves.
  if (!banner.contains(document.activeElement)) document.body.prepend(banner);
})();
