import type { HandleResponse } from "@servicebot/portal";

export const handleResponse: HandleResponse = ({ event, response, extras }) => {
  if (event === "pre_cancel" && extras.reason === "too_expensive") return false;
  if (event === "change_plan") console.log("Now on", response.items[0]?.tier);
};
