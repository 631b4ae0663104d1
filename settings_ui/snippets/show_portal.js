const EMBED = "__HOST__/embed/v1.js";
let loading;

function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = EMBED;
    script.onload = () => resolve(window.Servicebot);
    script.onerror = () => {
      loading = undefined;
      reject(new Error("The billing page couldn't be loaded. Try again."));
    };
    document.head.append(script);
  });
  return loading;
}

// REPLACE the address: one of your own server that answers the settings made in step 3,
// for whoever your session says is logged in.
async function identify() {
  const answer = await fetch("/api/servicebot");
  if (!answer.ok) throw new Error("Log in to see your subscriptions.");
  return answer.json();
}

// Shows the portal in an element; returns what takes it away again.
export function showPortal(element) {
  let portal;
  let isGone = false;
  Promise.all([load(), identify()]).then(
    ([Servicebot, settings]) => {
      if (!isGone) portal = Servicebot.mount(element, { ...settings, identify });
    },
    (error) => {
      if (!isGone) element.textContent = error.message;
    },
  );
  return () => {
    isGone = true;
    portal?.destroy();
  };
}
