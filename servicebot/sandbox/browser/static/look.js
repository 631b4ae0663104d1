// The host's wishes for language, theme, colours and shapes.

import { wordsFor } from "./words.js";

const RULE = /^\.(Input|Label|Error|Field)(--invalid)?(:{1,2}[a-z-]+)?$/;
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [sheet];

/** Dress the form and return the words of its language. */
export function applyLook({ appearance, locale }) {
  applyVariables(appearance);
  applyRules(appearance.rules || {});
  return applyWords(locale);
}

function applyVariables({ theme = "stripe", variables = {}, inputs = "spaced" }) {
  const root = document.documentElement;
  root.removeAttribute("style");
  root.dataset.theme = theme;
  root.dataset.inputs = inputs;
  Object.entries(variables).forEach(([name, value]) => {
    if (/^[A-Za-z0-9]+$/.test(name)) root.style.setProperty(`--${name}`, value);
  });
}

function applyRules(rules) {
  sheet.replaceSync("");
  Object.entries(rules).forEach(([selector, styles]) => {
    if (!RULE.test(selector)) return;
    const rule = sheet.cssRules[sheet.insertRule(`${selector} {}`)];
    Object.assign(rule.style, styles);
  });
}

function applyWords(locale) {
  const { language, direction, words } = wordsFor(locale);
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  document.querySelectorAll("label").forEach((label) => {
    label.textContent = words[label.htmlFor];
  });
  document.getElementById("number").placeholder = "1234 1234 1234 1234";
  document.getElementById("expiry").placeholder = words.expiry_hint;
  document.getElementById("cvc").placeholder = words.cvc_hint;
  return words;
}
