import { loadServicebot } from "@servicebot/portal";

const HOST = "https://billing.example.com"; // REPLACE: Servicebot's address

// Your server answers this for whoever your session says is logged in, and makes the hash.
async function identify() {
  const answer = await fetch("/api/servicebot");
  if (!answer.ok) throw new Error("Log in to see your subscriptions.");
  return answer.json();
}

/** @param {Element} element */
export async function showPortal(element) {
  try {
    const [Servicebot, settings] = await Promise.all([loadServicebot(HOST), identify()]);
    return Servicebot.mount(element, { ...settings, identify });
  } catch (error) {
    element.textContent = error instanceof Error ? error.message : String(error);
  }
}
