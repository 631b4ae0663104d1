// The server of the shop: it says who is logged in, and hands out what vite has built.
import { createHmac } from "node:crypto";
import express from "express";

const { SERVICEBOT_URL, SERVICEBOT_PORTAL_ID, PORT = "4000" } = process.env;
const { SERVICEBOT_SECRET_KEY } = process.env; // stays in this process

// Stands in for your own log-in: everybody is this one customer, whose address is verified.
function loggedIn(request) {
  return process.env.SHOP_CUSTOMER;
}

const shop = express();

shop.get("/api/servicebot", (request, response) => {
  const email = loggedIn(request);
  response.set("Cache-Control", "no-store");
  if (!email) return response.status(401).json({ error: "not_logged_in" });
  const hash = createHmac("sha256", SERVICEBOT_SECRET_KEY).update(email, "utf8").digest("hex");
  response.json({ host: SERVICEBOT_URL, portal_id: SERVICEBOT_PORTAL_ID, email, hash });
});

shop.use(express.static(`${import.meta.dirname}/dist`));

shop.listen(Number(PORT), "127.0.0.1");
