/* Where the page meets Stripe.js: saving a card, and asking the customer's bank. It is loaded when
   it is needed; the card's number is typed into Stripe's own frame and never passes through here. */
(function () {
  "use strict";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let loading = null;

  function load(url) {
    loading = loading || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = resolve;
      script.onerror = () => {
        loading = null; // so that another try may work
        script.remove();
        reject(new Error("offline"));
      };
      document.head.append(script);
    });
    return loading;
  }

  // Stripe.js takes plain colours, and the page's may be computed from one another.
  function colour(name) {
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const swatch = document.getElementById("swatch-" + name);
    probe.fillStyle = getComputedStyle(swatch).color;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    return `rgb(${r}, ${g}, ${b})`;
  }

  // Stripe.js calls Simplified Chinese by another name than the rest of the world.
  function locale() {
    return document.documentElement.lang.replace("zh-Hans", "zh");
  }

  function appearance() {
    const page = getComputedStyle(document.documentElement);
    const isDark = page.colorScheme === "light dark" ? dark.matches : page.colorScheme === "dark";
    return {
      theme: isDark ? "night" : "stripe",
      variables: {
        colorPrimary: colour("accent"),
        colorBackground: colour("paper"),
        colorText: colour("ink"),
        colorDanger: colour("bad"),
        borderRadius: page.getPropertyValue("--radius-small").trim(),
        fontFamily: page.getPropertyValue("--font").trim(),
      },
    };
  }

  function tell(place, text) {
    const alert = place.querySelector("[role=alert]");
    alert.textContent = text;
    alert.hidden = !text;
  }

  function lost(place) {
    tell(place, place.dataset.offline);
    Servicebot.events.lost(place.dataset.offline);
  }

  // Stripe says what is wrong with a card; what to do after a refusal is for us to say.
  function worded(error, { declined, refused }) {
    if (/_intent_authentication_failure$/.test(error.code)) return refused;
    return error.code === "card_declined" ? `${error.message} ${declined}` : error.message;
  }

  function fail(place, error) {
    const text = worded(error, place.dataset);
    tell(place, text);
    Servicebot.events.tell("error", null, { code: error.code, message: text });
  }

  // A piece of page that says why, in place of the panel.
  async function refuse(form, answer) {
    const html = await answer.text();
    form.closest("[data-panel]").innerHTML = html;
    Servicebot.events.failed(answer.headers.get("Servicebot-Problem"), html);
  }

  function busy(button, on) {
    button.disabled = on;
    button.setAttribute("aria-busy", on);
  }

  // While the bank may ask, the frame lies over the whole viewport, and the rest of it is quiet.
  async function covered(tools, act) {
    document.documentElement.classList.add("covering");
    tools.say("overlay", { on: true });
    try {
      return await act();
    } finally {
      document.documentElement.classList.remove("covering");
      tools.say("overlay", { on: false });
    }
  }

  Servicebot.card = async function (form, tools) {
    const button = form.querySelector("[type=submit]");
    const place = form.querySelector("[data-element]");
    busy(button, true);
    let stripe, elements;
    try {
      await load(tools.stripeJs);
      const begun = await tools.post("card/begin", { customer: form.dataset.card, key: form.dataset.key });
      if (!begun.ok) return await refuse(form, begun);
      const { client_secret: clientSecret, publishable_key: key } = await begun.json();
      stripe = Stripe(key, { locale: locale() });
      elements = stripe.elements({ clientSecret, appearance: appearance() });
      const element = elements.create("payment");
      element.on("ready", () => {
        place.classList.remove("skeleton");
        busy(button, false);
        element.focus();
      });
      element.on("escape", () => tools.close(form));
      element.on("loaderror", () => lost(form));
      element.mount(place);
      dark.onchange = () => form.isConnected && elements.update({ appearance: appearance() });
    } catch {
      return lost(form);
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      busy(button, true);
      tell(form, "");
      try {
        await Servicebot.events.ask("pre_update_card", Servicebot.events.object(form));
      } catch (error) {
        busy(button, false);
        return tell(form, error.message);
      }
      try {
        const result = await covered(tools, () => stripe.confirmSetup({ elements, redirect: "if_required" }));
        if (result.error) return fail(form, result.error);
        const ticked = new FormData(form).getAll("pay").map((invoice) => ["pay", invoice]);
        const saved = await tools.post("card/save", [["setup_intent", result.setupIntent.id], ...ticked]);
        if (saved.ok) tools.show(await saved.text());
        else await refuse(form, saved);
      } catch {
        lost(form);
      } finally {
        busy(button, false);
      }
    });
  };

  Servicebot.confirm = function (box, tools) {
    const button = box.querySelector("button");
    const { clientSecret, publishableKey, method, finished, place } = box.dataset;

    async function ask() {
      busy(button, true);
      tell(box, "");
      try {
        await load(tools.stripeJs);
        const params = method ? { payment_method: method } : {};
        const result = await covered(tools, () =>
          Stripe(publishableKey, { locale: locale() }).confirmPayment({ clientSecret, confirmParams: params, redirect: "if_required" }),
        );
        if (result.error) return fail(box, result.error);
        const now = await tools.post("page", { happened: box.dataset.happened });
        tools.show(await now.text());
        if (now.ok) tools.finish(finished, place);
      } catch {
        lost(box);
      } finally {
        busy(button, false);
      }
    }

    button.addEventListener("click", ask);
    ask();
  };
})();
