// The theme editor: what is set here shows on the banner of this page, and is written down as TOML
// and CSS. Palettes, names and the pairs that must differ come from the server.
(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const root = find("theme");
  const { palettes, properties, demands, fonts } = JSON.parse(root.dataset.theme);
  const form = find("editor");
  const { elements } = form;
  const banner = find("cg-banner");
  const shown = [banner, find("cg-reopen")].filter(Boolean);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colours = [...form.querySelectorAll("[type=color]")];
  const typefaces = new RegExp(`^(?:${fonts})$`);
  const names = { muted: "lesser text" };
  for (const input of colours) names[properties[input.name]] = input.labels[0].textContent.toLowerCase();
  let own = {}; // what was set here, by key of [banner.colours]

  // As consentguard check has it: WCAG 2.2, "relative luminance" and "contrast ratio".
  const long = (colour) => (colour.length === 7 ? colour : colour.replace(/[^#]/g, "$&$&"));
  const parts = (colour) => [1, 3, 5].map((at) => parseInt(long(colour).slice(at, at + 2), 16));
  const luminance = (colour) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = parts(colour).map((part) => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
  };
  const mixed = (one, other, share) => {
    const more = parts(other);
    const hex = (part, at) => Math.round(part * share + more[at] * (1 - share)).toString(16).padStart(2, "0");
    return `#${parts(one).map(hex).join("")}`;
  };

  // The palettes of the theme with what was set: what goes with it keeps its distance.
  const painted = () => {
    const found = {};
    for (const [scheme, given] of Object.entries(palettes[elements.theme.value])) {
      const palette = { ...given };
      for (const key in own) palette[properties[key]] = own[key];
      if (own.background || own.text) {
        const lesser = mixed(palette.fg, palette.bg, 0.8);
        palette.muted = contrast(lesser, palette.bg) >= 4.5 ? lesser : palette.fg;
        palette.line = mixed(palette.fg, palette.bg, 0.2);
      }
      found[scheme] = palette;
    }
    return found;
  };

  const warn = (all) => {
    const schemes = Object.keys(all);
    const found = new Map(); // what is said → of which schemes
    for (const scheme of schemes) {
      for (const [front, back, least, criterion] of demands) {
        const ratio = contrast(all[scheme][front], all[scheme][back]);
        const says = `: ${ratio.toFixed(2)} to 1, and WCAG 2.2, ${criterion}, wants ${least} to 1`;
        const pair = JSON.stringify([`${names[front]} on ${names[back]}`, says]);
        if (ratio < least) found.set(pair, [...(found.get(pair) ?? []), scheme]);
      }
    }
    const list = document.createElement("ul");
    for (const [pair, where] of found) {
      const [what, says] = JSON.parse(pair);
      const item = document.createElement("li");
      item.textContent = what + (where.length < schemes.length ? ` in ${where} windows` : "") + says;
      list.append(item);
    }
    const bad = found.size > 0;
    find("warnings").className = bad ? "error" : "";
    find("warnings").replaceChildren(bad ? list : "Every pair can be read (WCAG 2.2, 1.4.3 and 1.4.11).");
  };

  const write = (palette) => {
    const toml = ["[banner]"];
    const css = [];
    if (elements.position.value !== "bottom") toml.push(`position = "${elements.position.value}"`);
    if (elements.theme.value !== "auto") toml.push(`theme = "${elements.theme.value}"`);
    if (Object.keys(own).length) toml.push("", "[banner.colours]");
    for (const key in own) {
      toml.push(`${key} = ${JSON.stringify(own[key])}`);
      css.push(`  --cg-${properties[key]}: ${own[key]};`);
    }
    // The policy file works these out.
    if (own.background || own.text) css.push(`  --cg-muted: ${palette.muted};`, `  --cg-line: ${palette.line};`);
    find("toml").value = `${toml.join("\n")}\n`;
    find("css").value = css.length ? `#cg-banner, #cg-reopen {\n${css.join("\n")}\n}\n` : "";
  };

  const paint = () => {
    const all = painted();
    const palette = all[dark.matches ? "dark" : "light"] ?? Object.values(all)[0];
    const theme = elements.theme.value;
    for (const one of shown) {
      for (const name in palette) one.style.setProperty(`--cg-${name}`, palette[name]);
      one.style.colorScheme = theme in { light: 1, dark: 1 } ? theme : "light dark";
    }
    for (const { value } of elements.position.options) {
      banner?.classList.toggle(`cg-${value}`, value === elements.position.value);
    }
    for (const input of colours) {
      input.value = long(palette[properties[input.name]]);
      input.nextElementSibling.value = own[input.name] ? input.value : `${input.value}, default`;
    }
    elements.radius.nextElementSibling.value = own.radius ?? "default";
    warn(all);
    write(palette);
  };

  form.addEventListener("input", ({ target: { name, value } }) => {
    const taken = name === "radius" ? `${value}px` : value.trim();
    if (name === "font" && !typefaces.test(taken)) delete own.font;
    else if (name in properties) own[name] = taken;
    paint();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    own = {};
    setTimeout(paint); // once the fields are as they were
  });
  dark.addEventListener("change", paint);
  root.addEventListener("click", ({ target: { dataset } }) => {
    if (!dataset.copy) return;
    find(dataset.copy).select();
    navigator.clipboard?.writeText(find(dataset.copy).value).then(() => (find("copied").textContent = "Copied."), () => {});
  });

  find("no-banner").hidden = Boolean(banner);
  root.hidden = false;
  paint();
})();
