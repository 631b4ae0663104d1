<?php

// For each identity of a line: its hash in one line, the page with its settings in the next.
require 'servicebot.php';

while (($line = fgets(STDIN)) !== false) {
    $identity = rtrim($line, "\n");
    $user = (object) ['email' => $identity, 'stripe_customer_id' => $identity];
    ob_start();
    require 'page.php';
    $page = strtr(ob_get_clean(), "\n", ' ');
    echo servicebot_hash($identity), "\n", $page, "\n";
}
