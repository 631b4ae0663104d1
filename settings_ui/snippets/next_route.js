import { servicebotSettings } from "../../../servicebot.mjs"; // the Node.js file of step 3
import { currentUser } from "../../../session.mjs"; // REPLACE: how you know who is logged in

export const dynamic = "force-dynamic";

export async function GET() {
  const user = await currentUser();
  // Only a verified address: anyone can type somebody else's.
  if (!user?.email_verified) return Response.json({ error: "not_logged_in" }, { status: 401 });
  return new Response(servicebotSettings(user.__USER_IDENTITY__), {
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  });
}
