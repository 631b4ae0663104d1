<?php

// What WordPress has that the shortcode needs; shows it to each person of a line, "" for nobody.
$shortcodes = [];
$user = null;

function add_shortcode(string $name, callable $shown): void
{
    $GLOBALS['shortcodes'][$name] = $shown;
}

function is_user_logged_in(): bool
{
    return $GLOBALS['user'] !== null;
}

function wp_get_current_user(): object
{
    return $GLOBALS['user'];
}

function wp_json_encode(mixed $value, int $flags = 0): string|false
{
    return json_encode($value, $flags);
}

require 'servicebot.php';

while (($line = fgets(STDIN)) !== false) {
    $who = rtrim($line, "\n");
    $user = $who === '' ? null : (object) ['user_email' => $who, 'stripe_customer_id' => $who];
    echo $shortcodes['servicebot_portal'](), "\n";
}
