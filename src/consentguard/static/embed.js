// What stands for frames that wait: as large as they would be, and "load once".
// All else works without this file.
(() => {
  "use strict";
  const loaded = new Map(); // by place: the frame as it waited
  const words = (text) => text?.match(/\S+/g) || [];
  const framed = (place) => {
    const frame = place.nextElementSibling;
    return frame?.localName === "iframe" && frame.hasAttribute("data-cg-src") && frame;
  };

  // One frame, until the page is left; nothing is stored, and nobody but its host learns of it.
  const load = (place, frame) => {
    const link = document.createElement("a");
    link.href = frame.dataset.cgSrc;
    if (link.protocol === "javascript:" || frame.hasAttribute("src")) return;
    const { cgName, cgSrc } = frame.dataset;
    loaded.set(place, frame.cloneNode());
    for (const name of ["cgName", "cgSrc", "cgPurpose", "cgService"]) delete frame.dataset[name];
    if (cgName === undefined) frame.removeAttribute("name");
    else frame.name = cgName;
    // Anew: the history fills none of that name.
    frame.before(frame);
    frame.src = cgSrc;
    place.hidden = true;
    frame.focus();
  };

  // A choice made later says otherwise: back to where it was.
  document.addEventListener("consentguard:change", ({ detail }) => {
    if (detail.show_banner) return;
    for (const [place, frame] of loaded) {
      const { cgPurpose, cgService } = frame.dataset;
      const ids = words(cgService);
      if (words(cgPurpose).every((id) => detail.granted.includes(id))) continue;
      if (ids[0] && ids.every((id) => detail.services?.[id])) continue;
      loaded.delete(place);
      place.nextElementSibling?.matches("iframe[src]") && place.nextElementSibling.replaceWith(frame);
      place.hidden = false;
    }
  });

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
  const places = document.querySelectorAll(".cg-embed");
  addEventListener("resize", () => places.forEach(fit));

  for (const place of places) {
    const frame = framed(place);
    if (!frame) continue;
    size(place, frame);
    fit(place);
    const [once, always] = place.querySelectorAll("button");
    if (!once) continue;
    // Where the focus goes when the page comes back with it.
    always.dataset.cgFocus = `iframe[src="${CSS.escape(frame.dataset.cgSrc)}"]`;
    once.hidden = false;
    once.addEventListener("click", () => framed(place) && load(place, framed(place)));
  }
})();
