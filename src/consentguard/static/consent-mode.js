// Google Consent Mode, "advanced": Google's tags run and are told what is denied, where the law asks
// nobody first. They wait for this file, which tells them before it runs them.
(() => {
  "use strict";
  const told = document.querySelector("[data-cg-granted]")?.dataset;
  const tags = [...document.querySelectorAll("script[data-cg-signal=google]")];
  if (!told || !tags[0]) return;
  const own = document.currentScript.nonce;
  const nonces = [...document.scripts].some((one) => one.nonce);
  // Its types, by our purposes.
  const TYPES = {
    ad_storage: "advertising",
    ad_user_data: "advertising",
    ad_personalization: "advertising",
    analytics_storage: "analytics",
    functionality_storage: "functional",
    personalization_storage: "personalisation",
  };
  const layer = (window.dataLayer ||= []);
  // It takes nothing but an `arguments`.
  function tell() {
    layer.push(arguments);
  }
  const said = (granted) => {
    const word = ([type, purpose]) => [type, granted.includes(purpose) ? "granted" : "denied"];
    return Object.fromEntries(Object.entries(TYPES).map(word));
  };
  const state = said(told.cgGranted.split(" "));
  // The update too: what the page has said before, or says of single regions, does not stand.
  const repeat = () => tell("consent", "update", state);
  tell("consent", "default", state);
  repeat();
  tell("set", "ads_data_redaction", state.ad_storage === "denied");
  document.addEventListener("consentguard:change", ({ detail }) => {
    Object.assign(state, said(detail.granted));
    repeat();
  });

  const run = (el) => {
    // 'strict-dynamic' asks for no nonce of ours.
    if (own ? el.nonce !== own : nonces && !el.nonce) return;
    const copy = el.cloneNode(true);
    copy.removeAttribute("type");
    for (const name of ["src", "type"]) {
      const value = el.getAttribute(`data-cg-${name}`);
      if (value === null) continue;
      copy.setAttribute(name, value);
      copy.removeAttribute(`data-cg-${name}`);
    }
    copy.async = el.hasAttribute("async");
    return new Promise((end) => {
      copy.addEventListener("load", end);
      copy.addEventListener("error", end);
      el.replaceWith(copy);
      if (!copy.src) repeat(); // it may have said otherwise
      setTimeout(end, copy.src && !copy.async ? 10000 : 0);
    });
  };
  tags.reduce((before, el) => before.then(() => run(el)), Promise.resolve());
})();
