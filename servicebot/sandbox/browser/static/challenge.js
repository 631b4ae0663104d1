// The bank's dialog: accepts or refuses, then hands the page back.

const query = new URLSearchParams(window.location.search);
const intent = query.get("intent");
const secret = query.get("client_secret");
const buttons = [...document.querySelectorAll("button")];
let isBusy = false;

async function complete(outcome) {
  const body = new URLSearchParams({ outcome, client_secret: secret });
  const answer = await fetch(`${encodeURIComponent(intent)}/complete`, { method: "POST", body });
  if (!answer.ok) throw new Error(`The bank answered ${answer.status}`);
}

function setBusy(busy) {
  isBusy = busy;
  buttons.forEach((button) => button.setAttribute("aria-disabled", String(busy)));
}

function showTrouble(text) {
  const place = document.getElementById("trouble");
  place.textContent = text;
  place.hidden = text === "";
}

function goBack(outcome) {
  if (window.parent !== window) {
    window.parent.postMessage({ type: "done", outcome }, query.get("origin"));
    return;
  }
  const target = new URL(query.get("return_url"), window.location.href);
  const name = intent.startsWith("seti_") ? "setup_intent" : "payment_intent";
  target.searchParams.set(name, intent);
  target.searchParams.set(`${name}_client_secret`, secret);
  target.searchParams.set("redirect_status", outcome === "accept" ? "succeeded" : "failed");
  window.location.replace(target);
}

async function choose(event) {
  if (isBusy) return;
  const { outcome } = event.currentTarget.dataset;
  setBusy(true);
  showTrouble("");
  try {
    await complete(outcome);
    goBack(outcome);
  } catch {
    showTrouble("The bank could not be reached. Try again.");
    setBusy(false);
  }
}

/** Keep Tab inside the dialog, as it covers everything else. */
function trap(event) {
  if (event.key !== "Tab") return;
  const round = event.shiftKey ? [...buttons].reverse() : buttons;
  const isInside = buttons.includes(document.activeElement);
  if (isInside && document.activeElement !== round.at(-1)) return;
  event.preventDefault();
  round[0].focus();
}

buttons.forEach((button) => {
  button.addEventListener("click", choose);
  button.disabled = false; // until now nobody would have heard it
});
document.addEventListener("keydown", trap);
window.addEventListener("focus", () => {
  if (!buttons.includes(document.activeElement)) buttons[0].focus();
});
buttons[0].focus();
