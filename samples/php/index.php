<?php

// A shop with one page, which shows the customer portal to who is logged in.

// Stands in for your own log-in: everybody is this one customer, whose address is verified.
function logged_in(): string
{
    return (string) getenv('SHOP_CUSTOMER');
}

// Who is there and the proof, as JSON that can stand inside a script element.
function servicebot_settings(string $email): string
{
    $secret_key = getenv('SERVICEBOT_SECRET_KEY') ?: exit('SERVICEBOT_SECRET_KEY is missing.');
    $given = [
        'portal_id' => getenv('SERVICEBOT_PORTAL_ID'),
        'email' => $email,
        'hash' => hash_hmac('sha256', $email, $secret_key),
    ];
    return json_encode($given, JSON_HEX_TAG | JSON_THROW_ON_ERROR);
}

header('Cache-Control: no-store');
$email = logged_in();
if ($email === '') {
    http_response_code(401);
    exit('Log in to see your subscriptions.');
}
?>
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Billing</title>
  <link rel="icon" href="data:,">
</head>
<body>
  <h1>Billing</h1>
  <div id="servicebot-portal"></div>
  <script>
    window.servicebotSettings = <?= servicebot_settings($email) ?>;
  </script>
  <script async src="<?= htmlspecialchars(getenv('SERVICEBOT_URL')) ?>/embed/v1.js"></script>
</body>
</html>
