window.servicebotSettings = {
  portal_id: "PORTAL_ID", email: "ada@example.com", hash: "HASH",
  resource: { en: { "cancel.button": "End my membership" } },
};
