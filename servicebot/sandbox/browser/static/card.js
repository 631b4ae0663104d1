// The card form: typed into, checked and sent from here alone.

import {
  brandOf, cutCvc, cvcProblem, digitsOf, expiryParts, expiryProblem, groupExpiry, groupNumber,
  numberProblem,
} from "./fields.js";
import { applyLook } from "./look.js";

const host = new URLSearchParams(window.location.search).get("origin");
const form = document.getElementById("form");
const { number, expiry, cvc } = form.elements;
const fields = [number, expiry, cvc];
const shown = new Set();
let words = {};
let isReady = false;

function tell(type, message = {}) {
  window.parent.postMessage({ ...message, type }, host);
}

function problemOf(field) {
  if (field === number) return numberProblem(number.value);
  return field === expiry ? expiryProblem(expiry.value) : cvcProblem(cvc.value, number.value);
}

function errorOf(field) {
  const code = problemOf(field);
  return code && { type: "validation_error", code, message: words[code] };
}

function showError(field) {
  const error = shown.has(field) ? errorOf(field) : undefined;
  const place = document.getElementById(`${field.id}-error`);
  field.classList.toggle("Input--invalid", Boolean(error));
  field.setAttribute("aria-invalid", String(Boolean(error)));
  if (error) field.setAttribute("aria-describedby", place.id);
  else field.removeAttribute("aria-describedby");
  place.hidden = !error;
  place.textContent = error ? error.message : "";
}

function showBrand() {
  const mark = document.getElementById("brand");
  const { title } = brandOf(number.value);
  mark.textContent = title;
  mark.hidden = !title;
}

function format(field, isDeleting) {
  if (field === number) return groupNumber(number.value);
  return field === expiry ? groupExpiry(expiry.value, isDeleting) : cutCvc(cvc.value, number.value);
}

/** Put what was typed into shape and keep the caret behind the same digit. */
function reshape(field, isDeleting) {
  const atEnd = field.selectionStart === field.value.length;
  const before = digitsOf(field.value.slice(0, field.selectionStart)).length;
  field.value = format(field, isDeleting);
  if (atEnd) return;
  let caret = 0;
  for (let seen = 0; seen < before && caret < field.value.length; caret += 1) {
    if (/\d/.test(field.value[caret])) seen += 1;
  }
  field.setSelectionRange(caret, caret);
}

function tellChange() {
  const errors = fields.map((field) => (shown.has(field) ? errorOf(field) : undefined));
  tell("change", {
    empty: fields.every((field) => field.value === ""),
    complete: fields.every((field) => !problemOf(field)),
    error: errors.find(Boolean),
    brand: brandOf(number.value).name,
  });
}

function typed(event) {
  const field = event.target;
  const isDeleting = (event.inputType || "").startsWith("delete");
  reshape(field, isDeleting);
  if (field === number) {
    showBrand();
    cvc.value = cutCvc(cvc.value, number.value);
  }
  const code = problemOf(field);
  if (code && !code.startsWith("incomplete")) shown.add(field);
  fields.forEach(showError);
  tellChange();
}

function left(event) {
  if (event.target.value !== "") shown.add(event.target);
  showError(event.target);
  if (!form.contains(event.relatedTarget)) tell("blur");
}

function entered(event) {
  if (!form.contains(event.relatedTarget)) tell("focus");
}

/** Show every error; the first one gets the focus and is returned. */
function validate() {
  fields.forEach((field) => { shown.add(field); showError(field); });
  const wrong = fields.find(problemOf);
  if (!wrong) return {};
  wrong.focus();
  return { error: errorOf(wrong) };
}

function withCard(given) {
  const data = new URLSearchParams(given);
  const { month, year } = expiryParts(expiry.value);
  data.set("payment_method_data[type]", "card");
  data.set("payment_method_data[card][number]", digitsOf(number.value));
  data.set("payment_method_data[card][exp_month]", String(Number(month)));
  data.set("payment_method_data[card][exp_year]", year);
  data.set("payment_method_data[card][cvc]", cvc.value);
  return data;
}

async function send({ key, path, fields: given }) {
  const headers = { Authorization: `Bearer ${key}` };
  const url = new URL(`../v1/${path}`, window.location.href);
  try {
    return await (await fetch(url, { method: "POST", headers, body: withCard(given) })).json();
  } catch {
    return { error: { type: "api_connection_error", message: words.connection } };
  }
}

async function confirm(message) {
  const checked = validate();
  if (checked.error) return checked;
  lock(true);
  const answer = await send(message);
  lock(false);
  return answer;
}

function lock(isLocked) {
  fields.forEach((field) => { field.readOnly = isLocked; });
  form.setAttribute("aria-busy", String(isLocked));
}

function clear() {
  form.reset();
  shown.clear();
  fields.forEach(showError);
  showBrand();
  tellChange();
}

function look(message) {
  words = applyLook(message);
  fields.forEach((field) => { field.readOnly = message.locked; showError(field); });
  if (!isReady) tell("ready");
  isReady = true;
  return {};
}

const actions = {
  look,
  validate,
  confirm,
  clear,
  focus: () => (fields.find(problemOf) || number).focus(),
  blur: () => document.activeElement.blur(),
};

window.addEventListener("message", async (event) => {
  if (event.source !== window.parent || event.origin !== host) return;
  if (!Object.hasOwn(actions, event.data.type)) return;
  const answer = await actions[event.data.type](event.data);
  if (event.data.id) tell("answer", { id: event.data.id, answer });
});
form.addEventListener("input", typed);
form.addEventListener("focusin", entered);
form.addEventListener("focusout", left);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") tell("escape");
  if (event.key === "Enter") tell("enter");
});
new ResizeObserver(() => {
  tell("height", { height: Math.ceil(document.body.getBoundingClientRect().height) });
}).observe(document.body);
tell("hello");
