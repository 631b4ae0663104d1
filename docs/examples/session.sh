#region session
curl --fail-with-body https://HOST/api/v1/portal/session \
  --header "Content-Type: application/json" \
  --data '{"portal_id": "PORTAL_ID", "email": "ada@example.com", "hash": "HASH"}'
#endregion
#region settings
curl --fail-with-body https://HOST/api/v1/portals/PORTAL_ID/settings \
  --request PATCH \
  --header "Authorization: Bearer $SERVICEBOT_API_TOKEN" \
  --header "Content-Type: application/json" \
  --data '{"can_cancel": true}'
#endregion
#region trouble
curl https://HOST/api/v1/portal/session \
  --header "Content-Type: application/json" \
  --data '{"portal_id": "PORTAL_ID", "email": "ada@example.com", "hash": "of something else"}'
#endregion
