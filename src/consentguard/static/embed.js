// What stands for frames that wait is as large as they would be. What stands for a login button or
// a CAPTCHA goes to where that will be. "Load once". All else works without this file.
(() => {
  "use strict";
  const select = (query) => [...document.querySelectorAll(query)];
  const words = (text) => text?.match(/\S+/g) || [];
  const frames = new Map(); // by place
  // Who asks for less asks first: a box has one question.
  const asked = (place) => words(place.dataset.cgService);
  const widgets = select(".cg-widget").sort((a, b) => asked(a).length - asked(b).length);
  const copies = new Map(widgets.map((home) => [home, new Map()])); // by element of the site's

  // The site's own rules for the frame hold for its place.
  const size = (place, frame) => {
    const { position, width, height, aspectRatio, maxWidth, margin, float } = getComputedStyle(frame);
    if (position !== "static" && position !== "relative") return place.classList.add("cg-over");
    if (place.closest(".cg-over")) return;
    const style = place.style;
    if (/auto/.test(margin)) place.classList.add("cg-wide");
    Object.assign(style, { margin, float, maxWidth: maxWidth === "none" ? "100%" : maxWidth });
    if (width === "auto") return;
    style.width = width;
    if (/%$/.test(height)) {
      style.height = height;
      place.classList.add("cg-box");
    } else if (/px$/.test(height)) style.minHeight = height;
    else if (aspectRatio !== "auto") style.aspectRatio = aspectRatio;
    else return;
    place.classList.add("cg-sized");
  };

  // No word of it is hidden: where it would have to be scrolled the box around it grows.
  const fit = (place) => {
    place.classList.remove("cg-grows");
    const { parentElement: box, scrollHeight, clientHeight } = place;
    const below = place.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
    const cut = below > 1 && /hidden|clip/.test(getComputedStyle(box).overflowY);
    if (cut || scrollHeight > clientHeight + 1) place.classList.add("cg-grows");
  };

  // All that waits for the services of a login button or a CAPTCHA; a frame waits by itself.
  const waiting = (place) => {
    if (frames.has(place)) return [frames.get(place)];
    const ids = asked(place);
    const own = [...frames.values()];
    const its = (el) => words(el.dataset.cgService).every((id) => ids.includes(id));
    return select("[data-cg-purpose][data-cg-service]:not([data-cg-service=''])").filter(
      (el) => its(el) && !own.includes(el) && !el.closest("noscript"),
    );
  };
  const asks = (place) => waiting(place).some((el) => el.matches("script[type='text/plain']"));

  // Where a script of the site's takes it away each time, it is not put there for ever.
  const tries = new WeakMap();
  const put = (place, box) => {
    if (box.previousElementSibling === place) return true;
    const count = (tries.get(box) || 0) + 1;
    tries.set(box, count);
    if (count > 10) return false;
    box.before(place);
    return true;
  };

  // Scripts of the site's make what the button will be in, wrap frames, show another page.
  const settle = () => {
    for (const [place, frame] of frames) {
      place.hidden = !frame.isConnected;
      if (place.hidden || frame.previousElementSibling === place || !put(place, frame)) continue;
      place.removeAttribute("style");
      place.classList.remove("cg-sized", "cg-box");
      size(place, frame);
      fit(place);
    }
    // A fieldset that is disabled would take our buttons along.
    const free = (box) => {
      for (let up = box; (up = up.closest("fieldset:disabled")); up = up.parentElement) box = up;
      return box;
    };
    const taken = new Set();
    for (const [home, made] of copies) {
      const asking = asks(home);
      const found = asking ? select(home.dataset.cgAt || ":not(*)").map(free) : [];
      const boxes = found.filter((box) => !taken.has(box));
      for (const [box, copy] of made) if (!boxes.includes(box)) copy.remove() || made.delete(box);
      for (const box of boxes) {
        const copy = made.get(box) || home.cloneNode(true);
        copy.hidden = false;
        made.set(box, copy);
        if (put(copy, box)) taken.add(box);
      }
      const there = found.some((box) => taken.has(box));
      home.hidden = !asking || there || "cgOnly" in home.dataset;
    }
  };

  // The focus goes to where the widget will be, and on into it.
  const follow = (box) => {
    if (!box) return;
    if (box.tabIndex < 0) box.tabIndex = -1;
    box.focus({ preventScroll: true });
    const inside = "iframe, button, a[href], [tabindex='0'], input:not([type=hidden])";
    const watch = new MutationObserver(() => {
      const one = box.querySelector(inside);
      const stays = document.activeElement === box;
      if (one && stays) one.focus({ preventScroll: true });
      if (one || !stays) watch.disconnect();
    });
    watch.observe(box, { childList: true, subtree: true });
  };
  const go = (place) => {
    const frame = frames.get(place);
    if (!frame) follow(widgets.includes(place) ? null : place.nextElementSibling);
    else if (!frame.hasAttribute("data-cg-src")) frame.focus();
  };

  // Nothing is stored, and nobody but its host learns of it.
  const load = (place, [once, always]) => {
    const refused = () => {
      if (frames.has(place) || !asks(place)) return;
      // A policy of the site's lets no script run that the page did not come with.
      once.hidden = true;
      always.focus();
    };
    document.addEventListener("consentguard:ungated", refused, { once: true });
    document.dispatchEvent(new CustomEvent("consentguard:once", { detail: waiting(place) }));
    go(place);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".cg-embed button");
    const place = button?.closest(".cg-embed");
    if (!place) return;
    const buttons = place.querySelectorAll("button");
    if (button === buttons[0]) return load(place, buttons);
    // What was typed into a form would be lost with the page.
    if (!place.closest("form") || !window.consentguard) return;
    event.preventDefault();
    if (place.ariaBusy) return;
    place.ariaBusy = "true";
    const services = Object.fromEntries(words(button.value).map((id) => [id, true]));
    const choice = window.consentguard.choose({ choice: "allow", services });
    // Where it fails, a page says why.
    const done = choice.then(() => go(place), () => button.form.requestSubmit(button));
    done.then(() => (place.ariaBusy = null));
  });

  // Whose frame a script has moved already finds one of that service that has none before it.
  const framed = (place) => {
    const { nextElementSibling: next, dataset } = place;
    if (next?.localName === "iframe") return next;
    const stray = ({ dataset: { cgService }, previousElementSibling: before }) =>
      cgService === dataset.cgService && !before?.matches(".cg-embed");
    return select("iframe[data-cg-src]").find(
      (frame) => stray(frame) && ![...frames.values()].includes(frame),
    );
  };

  for (const place of select(".cg-embed")) {
    const [once, always] = place.querySelectorAll("button");
    const frame = widgets.includes(place) ? null : framed(place);
    place.hidden ||= frame === undefined;
    if (frame) {
      frames.set(place, frame);
      size(place, frame);
      fit(place);
    }
    if (!once) continue;
    once.hidden = false;
    // Where the focus goes when the page comes back with it.
    const source = frame?.dataset.cgSrc;
    always.dataset.cgFocus = place.dataset.cgAt || `iframe[src="${CSS.escape(source)}"]`;
  }
  addEventListener("resize", () => [...frames.keys()].forEach(fit));
  let due = 0;
  const soon = () => (due ||= requestAnimationFrame(() => settle((due = 0))));
  settle();
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
})();
