// A shop with one page, which shows the customer portal to who is logged in.
import { createHmac } from "node:crypto";
import express from "express";

const { SERVICEBOT_URL, SERVICEBOT_PORTAL_ID, PORT = "4000" } = process.env;
const { SERVICEBOT_SECRET_KEY } = process.env; // stays in this process

// Stands in for your own log-in: everybody is this one customer, whose address is verified.
function loggedIn(request) {
  return process.env.SHOP_CUSTOMER;
}

// Who is there and the proof, as JSON that can stand inside a script element.
function settings(email) {
  const hash = createHmac("sha256", SERVICEBOT_SECRET_KEY).update(email, "utf8").digest("hex");
  const given = { portal_id: SERVICEBOT_PORTAL_ID, email, hash };
  return JSON.stringify(given).replaceAll("<", "\\u003c");
}

const page = (email) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Billing</title>
<link rel="icon" href="data:,">
<h1>Billing</h1>
<div id="servicebot-portal"></div>
<script>
  window.servicebotSettings = ${settings(email)};
</script>
<script async src="${SERVICEBOT_URL}/embed/v1.js"></script>
</html>`;

const shop = express();

shop.get("/", (request, response) => {
  const email = loggedIn(request);
  response.set("Cache-Control", "no-store");
  if (!email) return response.status(401).send("Log in to see your subscriptions.");
  response.send(page(email));
});

shop.listen(Number(PORT), "127.0.0.1");
