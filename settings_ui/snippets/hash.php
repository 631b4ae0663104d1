<?php

const SERVICEBOT_PORTAL_ID = '__PORTAL_ID__';
const SERVICEBOT_SECRET_KEY = '__SECRET_KEY__'; // stays on the server

// The identity is who your own session says is logged in, with an address that is verified.
function servicebot_hash(string $identity): string
{
    return hash_hmac('sha256', $identity, SERVICEBOT_SECRET_KEY);
}

// What the page needs, as JSON that can stand inside a <script>.
function servicebot_settings(string $identity): string
{
    $settings = [
        'portal_id' => SERVICEBOT_PORTAL_ID,
        '__IDENTIFY_BY__' => $identity,
        'hash' => servicebot_hash($identity),
    ];
    return json_encode($settings, JSON_HEX_TAG | JSON_THROW_ON_ERROR);
}
