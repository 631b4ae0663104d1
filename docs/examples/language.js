window.servicebotSettings = {
  portal_id: "PORTAL_ID", email: "ada@example.com", hash: "HASH",
  language: "fr",
  options: { i18n: { defaultLng: "de" } },
};
