/* Passkeys: a form with data-passkey asks the browser for one, puts it into `credential`, is sent. */
(() => {
  "use strict";

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const withBytes = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

  async function made({ publicKey }) {
    return navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
        excludeCredentials: withBytes(publicKey.excludeCredentials),
        authenticatorSelection: {
          ...publicKey.authenticatorSelection,
          residentKey: "required",
          requireResidentKey: true,
          userVerification: "required",
        },
      },
    });
  }

  async function found({ publicKey }) {
    return navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        allowCredentials: withBytes(publicKey.allowCredentials),
      },
    });
  }

  function written(credential) {
    const response = {};
    const parts = "clientDataJSON attestationObject authenticatorData signature userHandle";
    for (const name of parts.split(" ")) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    return JSON.stringify({
      type: credential.type,
      id: credential.id,
      rawId: toText(credential.rawId),
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  async function optionsOf(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json()).request_options;
  }

  function say(form, text) {
    const place = form.querySelector("[data-problem]");
    place.textContent = text;
    place.hidden = !text;
  }

  async function ask(form) {
    say(form, "");
    if (!window.PublicKeyCredential) return say(form, form.dataset.unsupported);
    try {
      const options = await optionsOf(form);
      const credential = await (form.dataset.passkey === "make" ? made(options) : found(options));
      form.elements.credential.value = written(credential);
      form.submit();
    } catch (problem) {
      const text = { SecurityError: "address", InvalidStateError: "known" }[problem.name];
      say(form, form.dataset[text] ?? form.dataset.failed);
    }
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-passkey]")) return;
    event.preventDefault();
    ask(event.target);
  });
})();
