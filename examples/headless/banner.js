// A banner of the site's own, made of what /_consent/config says. No library, no inline code.
"use strict";

const ask = async (url, init = {}) => {
  const headers = { Accept: "application/json", ...init.headers };
  const answer = await fetch(url, { ...init, headers });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
};

// Text only: what a policy file says is never read as markup.
const element = (name, text = "", more = {}) =>
  Object.assign(document.createElement(name), { textContent: text }, more);

const link = (href, text) => element("a", text, { href });

// One choice. A page that is given more has to come again from the server, and so has one that
// ran what is now refused; the first refusal changes nothing in it.
const choose = async (config, choice) => {
  const state = await ask(config.urls.choice, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(choice),
  });
  const before = config.purposes.filter((one) => one.allowed).map((one) => one.id);
  const now = config.purposes.map((one) => one.id).filter((id) => state.granted.includes(id));
  if (String(before) !== String(now)) location.reload();
};

// One box for each purpose, as it stands; those that nobody can switch are locked.
const boxes = (config) =>
  config.purposes.map((one) => {
    const box = element("input", "", { type: "checkbox", name: "purpose", value: one.id });
    Object.assign(box, { checked: one.allowed, disabled: one.locked });
    const label = element("label");
    label.append(box, ` ${one.name}: ${one.description}`);
    return label;
  });

const show = (config) => {
  const { texts, buttons, urls, site } = config;
  const banner = element("section", "", { id: "own-banner", lang: config.language, dir: config.direction });
  banner.setAttribute("role", "dialog");
  banner.setAttribute("aria-labelledby", "own-title");
  const close = () => {
    banner.remove();
    again.hidden = false;
    again.focus({ preventScroll: true });
  };
  const press = (name, choice) => {
    const button = element("button", buttons[name], { type: "button" });
    button.dataset.own = name;
    button.addEventListener("click", () =>
      choose(config, choice()).then(close).catch(() => location.assign(urls.settings)),
    );
    return button;
  };
  const settings = element("details");
  const ticked = () => {
    const all = [...settings.querySelectorAll("input:not(:disabled)")];
    return Object.fromEntries(all.map((box) => [box.value, box.checked]));
  };
  settings.append(
    element("summary", buttons.settings),
    ...boxes(config),
    press("save", () => ({ choice: "save", purposes: ticked() })),
  );
  // Recital 42 of the GDPR: whoever agrees knows at least who asks, and for what.
  const names = element("ul");
  const asked = config.purposes.filter((one) => !one.locked);
  names.append(...asked.map((one) => element("li", one.name)));
  const links = element("p");
  links.append(link(site.policy_url, texts.policy), " ", link(urls.settings, texts.details));
  banner.append(
    element("h2", texts.title, { id: "own-title" }),
    ...[texts.signal, texts.text].filter(Boolean).map((text) => element("p", text)),
    names,
    element("p", texts.facts.join(" ")),
    links,
    // Side by side, the same size and colours: config.first_layer.equal_buttons.
    press("accept", () => ({ choice: "accept" })),
    press("reject", () => ({ choice: "reject" })),
    settings,
  );
  document.body.prepend(banner);
};

const again = document.getElementById("own-open") || element("button");

ask("/_consent/config").then((config) => {
  again.textContent = config.buttons.reopen;
  again.hidden = config.show_banner;
  again.addEventListener("click", () => {
    again.hidden = true;
    // Afresh: a choice may have been made since, here or in another tab.
    ask(config.urls.config).then(show);
  });
  if (config.show_banner) show(config);
});
