// For a page that caches share: it is the same for everybody, so it asks who its visitor is. Then
// it goes on as a page of their own would; before, nothing that waits is given back.
(async () => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const banner = find("cg-banner");
  const control = find("cg-reopen");
  const told = control?.dataset;
  if (!banner || !("cgShared" in told)) return;
  const show = (asks) => {
    // In a frame the window around it asks.
    banner.hidden = !asks || self !== top;
    control.hidden = asks || self !== top;
    banner.classList.remove("cg-waits");
  };
  // Who has chosen is not asked again, most likely.
  if (/(^|; )(__\w+-)?consent-hint=/.test(document.cookie)) show(false);
  let state;
  try {
    const next = encodeURIComponent(location.pathname + location.search);
    const lang = encodeURIComponent(document.documentElement.lang);
    const answer = await fetch(`${told.cgPrefix}/state?next=${next}&lang=${lang}`);
    if (!answer.ok) throw answer.status;
    state = await answer.json();
  } catch {
    return show(true);
  }
  if (state.unknown) state.granted.push("unknown");
  try {
    const own = document.createRange().createContextualFragment(state.banner);
    if (self !== top) for (const part of own.children) part.hidden = true;
    control.replaceWith(own);
    banner.remove();
  } catch {
    // Trusted Types: the same forms in the site's own language.
    told.cgGranted = state.granted.join(" ");
    told.cgServices = JSON.stringify(state.services);
    told.cgStand = state.stand;
    if (!state.show_banner) delete told.cgAsks;
    show(state.show_banner);
  }
  find("cg-reopen").dataset.cgMet = "yes";
  document.dispatchEvent(new CustomEvent("consentguard:met"));
  document.dispatchEvent(new CustomEvent("consentguard:change", { detail: state }));
})();
