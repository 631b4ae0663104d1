import { createHmac } from "node:crypto";

const SECRET_KEY = process.env.SERVICEBOT_SECRET_KEY; // sb_test_… or sb_live_…

// Says who is logged in, as JSON that can stand inside a <script>.
export function servicebotSettings(email) {
  const hash = createHmac("sha256", SECRET_KEY).update(email, "utf8").digest("hex");
  const settings = { portal_id: "PORTAL_ID", email, hash };
  return JSON.stringify(settings).replaceAll("<", "\\u003c");
}
