<?php

// The shortcode [servicebot_portal] shows the billing page to whoever is logged in.
add_shortcode('servicebot_portal', function (): string {
    if (!is_user_logged_in()) {
        return '<p>Log in to see your subscriptions.</p>';
    }
    $portal_id = '__PORTAL_ID__';
    $secret_key = '__SECRET_KEY__'; // stays on the server
    $user = wp_get_current_user();
    // REPLACE where your site lets people sign up without confirming their address:
    // return early unless this user's is verified. Anyone can type somebody else's.
    $identity = $user->__WORDPRESS_IDENTITY__;
    $settings = wp_json_encode([
        'portal_id' => $portal_id,
        '__IDENTIFY_BY__' => $identity,
        'hash' => hash_hmac('sha256', $identity, $secret_key),
    ], JSON_HEX_TAG | JSON_HEX_AMP);
    return '<div id="servicebot-portal"></div>'
        . '<script>window.servicebotSettings = ' . $settings . ';</script>'
        . '<script async src="__HOST__/embed/v1.js"></script>';
});
