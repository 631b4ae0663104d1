<?php
/**
 * Plugin Name: Servicebot portal
 * Description: Shows customers their own subscriptions, wherever a page says [servicebot_portal].
 * Version: 0.1.0
 * Requires at least: 5.8
 * Requires PHP: 7.4
 * Text Domain: servicebot-portal
 */

defined('ABSPATH') || exit;

const SERVICEBOT_PORTAL_OPTION = 'servicebot_portal';
const SERVICEBOT_PORTAL_DEFAULTS = [
    'host' => '',
    'portal_id' => '',
    'secret_key' => '',
    'meta_key' => 'stripe_customer_id',
];

add_shortcode('servicebot_portal', 'servicebot_portal_shortcode');
add_action('template_redirect', 'servicebot_portal_keep_out_of_caches');
add_action('admin_menu', 'servicebot_portal_menu');
add_action('admin_post_servicebot_portal', 'servicebot_portal_save');
register_activation_hook(__FILE__, 'servicebot_portal_activate');

/* What is saved, and the key. */

function servicebot_portal_settings(): array
{
    $saved = get_option(SERVICEBOT_PORTAL_OPTION);
    return array_merge(SERVICEBOT_PORTAL_DEFAULTS, is_array($saved) ? $saved : []);
}

/** Whether wp-config.php has the key, which then stands in place of the saved one. */
function servicebot_portal_has_constant(): bool
{
    return defined('SERVICEBOT_SECRET_KEY') && SERVICEBOT_SECRET_KEY !== '';
}

function servicebot_portal_secret_key(): string
{
    return servicebot_portal_has_constant()
        ? (string) SERVICEBOT_SECRET_KEY
        : servicebot_portal_settings()['secret_key'];
}

function servicebot_portal_is_set_up(): bool
{
    $settings = servicebot_portal_settings();
    return $settings['host'] !== '' && $settings['portal_id'] !== '' && servicebot_portal_secret_key() !== '';
}

/* The page. */

/**
 * A place for the portal, and in the footer what mounts it there for who is logged in.
 *
 * The hash is never part of the content, so that nothing made of the content can carry it.
 */
function servicebot_portal_shortcode($attributes): string
{
    if (!servicebot_portal_is_a_page_of_its_own()) {
        return '';
    }
    if (is_preview()) {
        return servicebot_portal_note(__('The portal is shown here to who is logged in.', 'servicebot-portal'));
    }
    servicebot_portal_forbid_caching();
    if (!is_user_logged_in()) {
        return servicebot_portal_log_in();
    }
    if (!servicebot_portal_is_set_up()) {
        return servicebot_portal_unfinished();
    }
    $given = shortcode_atts(
        ['portal' => '', 'identify' => 'email', 'language' => ''],
        $attributes,
        'servicebot_portal'
    );
    $identity = servicebot_portal_identity($given['identify'], wp_get_current_user());
    if ($identity === []) {
        return servicebot_portal_note(__('There are no subscriptions for this account.', 'servicebot-portal'));
    }
    $id = wp_unique_id('servicebot-portal-');
    servicebot_portal_mount($id, $given, $identity);
    return '<div id="' . esc_attr($id) . '"></div>';
}

/** Whether this is one page or post that somebody looks at: no editor, API, feed, list or excerpt. */
function servicebot_portal_is_a_page_of_its_own(): bool
{
    $is_rest = defined('REST_REQUEST') && REST_REQUEST;
    return is_singular() && !is_admin() && !$is_rest && !wp_doing_ajax() && !is_feed() && !is_search()
        && !is_embed() && !doing_filter('get_the_excerpt');
}

/** Who is there, as the portal is told it; empty where nobody can be named. */
function servicebot_portal_identity(string $by, WP_User $user): array
{
    if ($by === 'email') {
        $email = (string) $user->user_email; // as it is stored: the hash is of these very bytes
        return strpos($email, '@') === false ? [] : ['email' => $email];
    }
    if ($by !== 'customer_id') {
        return [];
    }
    $customer = get_user_meta($user->ID, servicebot_portal_settings()['meta_key'], true);
    $is_one = is_string($customer) && preg_match('/^cus_[A-Za-z0-9]+$/D', $customer);
    return $is_one ? ['customer_id' => $customer] : [];
}

/** Has the footer mount the portal in an element; the script itself is there once. */
function servicebot_portal_mount(string $id, array $given, array $identity): void
{
    $settings = servicebot_portal_settings();
    $told = ['portal_id' => $given['portal'] !== '' ? $given['portal'] : $settings['portal_id']];
    $told += $identity;
    $told['hash'] = hash_hmac('sha256', (string) reset($identity), servicebot_portal_secret_key());
    if ($given['language'] !== '') {
        $told['language'] = $given['language'];
    }
    $element = servicebot_portal_json($id);
    $told = servicebot_portal_json($told);
    wp_enqueue_script('servicebot-portal', $settings['host'] . '/embed/v1.js', [], null, true);
    wp_add_inline_script(
        'servicebot-portal',
        "window.Servicebot && Servicebot.mount(document.getElementById($element), $told);"
    );
}

/** JSON that can stand inside a <script>. */
function servicebot_portal_json($value): string
{
    return (string) wp_json_encode($value, JSON_HEX_TAG | JSON_HEX_AMP);
}

function servicebot_portal_note(string $text): string
{
    return '<p>' . esc_html($text) . '</p>';
}

function servicebot_portal_log_in(): string
{
    $text = __('Log in to see your subscriptions.', 'servicebot-portal');
    return '<p><a href="' . esc_url(wp_login_url((string) get_permalink())) . '">' . esc_html($text) . '</a></p>';
}

/** What is missing, to who can put it right; nobody else learns of it. */
function servicebot_portal_unfinished(): string
{
    if (!current_user_can('manage_options')) {
        return '';
    }
    $text = __('Finish the settings of the Servicebot portal.', 'servicebot-portal');
    return '<p><a href="' . esc_url(servicebot_portal_address()) . '">' . esc_html($text) . '</a></p>';
}

function servicebot_portal_keep_out_of_caches(): void
{
    $post = is_singular() ? get_post() : null;
    if ($post && has_shortcode($post->post_content, 'servicebot_portal')) {
        servicebot_portal_forbid_caching();
    }
}

/** Keeps a page that is one person's out of browsers' and plugins' caches. */
function servicebot_portal_forbid_caching(): void
{
    defined('DONOTCACHEPAGE') || define('DONOTCACHEPAGE', true);
    if (!headers_sent()) {
        nocache_headers();
    }
}

/* The settings. */

function servicebot_portal_menu(): void
{
    $title = __('Servicebot portal', 'servicebot-portal');
    add_options_page($title, $title, 'manage_options', 'servicebot-portal', 'servicebot_portal_page');
}

function servicebot_portal_address(): string
{
    return admin_url('options-general.php?page=servicebot-portal');
}

/** What is wrong with a field, by its name. */
function servicebot_portal_faults(): array
{
    return [
        'host' => __('Servicebot’s address begins with https:// and has no path.', 'servicebot-portal'),
        'portal_id' => __('A portal id has 20 letters and digits.', 'servicebot-portal'),
        'secret_key' => __('That isn’t a whole secret key: copy it from the portal’s secret keys.', 'servicebot-portal'),
        'meta_key' => __('A user meta key has letters, digits, - and _.', 'servicebot-portal'),
    ];
}

/** A field as it is saved, or null where it is wrong. */
function servicebot_portal_cleaned(string $name, string $given): ?string
{
    $given = trim($given);
    if ($name === 'host') {
        $given = rtrim(strtolower($given), '/');
    }
    $forms = [
        'host' => '~^(?:https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?$~D',
        'portal_id' => '/^[A-Za-z0-9]{20}$/D',
        'secret_key' => '/^sb_(?:test|live)_[A-Za-z0-9]{32}[0-9a-f]{6}$/D',
        'meta_key' => '/^[A-Za-z0-9_-]{1,255}$/D',
    ];
    $is_right = preg_match($forms[$name], $given) === 1;
    // A secret key ends in a checksum of the rest, so that a slip is seen here and not by a customer.
    $is_whole = $name !== 'secret_key' || substr(hash('sha256', substr($given, 0, -6)), 0, 6) === substr($given, -6);
    return $is_right && $is_whole ? $given : null;
}

/** Saves what is right of the form and says what isn't; an empty key leaves the saved one. */
function servicebot_portal_save(): void
{
    if (!current_user_can('manage_options')) {
        wp_die(esc_html__('You may not change these settings.', 'servicebot-portal'), '', ['response' => 403]);
    }
    check_admin_referer('servicebot_portal');
    $settings = servicebot_portal_settings();
    $wrong = [];
    foreach (array_keys(SERVICEBOT_PORTAL_DEFAULTS) as $name) {
        $given = isset($_POST[$name]) && is_string($_POST[$name]) ? wp_unslash($_POST[$name]) : '';
        if ($name === 'secret_key' && (trim($given) === '' || servicebot_portal_has_constant())) {
            continue;
        }
        $cleaned = servicebot_portal_cleaned($name, $given);
        if ($cleaned === null) {
            $wrong[] = $name;
        } else {
            $settings[$name] = $cleaned;
        }
    }
    update_option(SERVICEBOT_PORTAL_OPTION, $settings, false); // loaded where it is needed alone
    wp_safe_redirect(add_query_arg('saved', $wrong ? implode('.', $wrong) : 'all', servicebot_portal_address()));
    exit;
}

/** The page under Settings. */
function servicebot_portal_page(): void
{
    if (!current_user_can('manage_options')) {
        return;
    }
    echo '<div class="wrap"><h1>' . esc_html__('Servicebot portal', 'servicebot-portal') . '</h1>';
    servicebot_portal_say_what_was_saved();
    echo '<form method="post" action="' . esc_url(admin_url('admin-post.php')) . '">';
    echo '<input type="hidden" name="action" value="servicebot_portal">';
    wp_nonce_field('servicebot_portal');
    echo '<table class="form-table" role="presentation">';
    $settings = servicebot_portal_settings();
    servicebot_portal_field('host', __('Servicebot’s address', 'servicebot-portal'), $settings['host']);
    servicebot_portal_field('portal_id', __('Portal id', 'servicebot-portal'), $settings['portal_id']);
    servicebot_portal_key_field($settings['secret_key'] !== '');
    servicebot_portal_field(
        'meta_key',
        __('User meta key of the Stripe customer id', 'servicebot-portal'),
        $settings['meta_key']
    );
    echo '</table>';
    submit_button();
    echo '</form></div>';
}

function servicebot_portal_say_what_was_saved(): void
{
    $saved = isset($_GET['saved']) && is_string($_GET['saved']) ? wp_unslash($_GET['saved']) : '';
    if ($saved === 'all') {
        $text = esc_html__('Saved.', 'servicebot-portal');
        echo '<div class="notice notice-success"><p>' . $text . '</p></div>';
    }
    foreach (array_intersect_key(servicebot_portal_faults(), array_flip(explode('.', $saved))) as $fault) {
        echo '<div class="notice notice-error"><p>' . esc_html($fault) . '</p></div>';
    }
}

function servicebot_portal_field(string $name, string $label, string $value): void
{
    echo '<tr><th scope="row"><label for="' . esc_attr($name) . '">' . esc_html($label) . '</label></th><td>';
    echo '<input class="regular-text" id="' . esc_attr($name) . '" name="' . esc_attr($name) . '"';
    echo ' value="' . esc_attr($value) . '"></td></tr>';
}

/** The key is taken and never shown: the page says only where it is. */
function servicebot_portal_key_field(bool $is_saved): void
{
    $label = __('Secret key', 'servicebot-portal');
    echo '<tr><th scope="row"><label for="secret_key">' . esc_html($label) . '</label></th><td>';
    if (servicebot_portal_has_constant()) {
        $text = __('It is in wp-config.php, as SERVICEBOT_SECRET_KEY.', 'servicebot-portal');
    } else {
        echo '<input class="regular-text" id="secret_key" name="secret_key" type="password" autocomplete="off" value="">';
        $text = $is_saved
            ? __('A key is saved. Leave this empty to keep it.', 'servicebot-portal')
            : __('From the portal’s secret keys. It stays on this server.', 'servicebot-portal');
    }
    echo '<p class="description">' . esc_html($text) . '</p></td></tr>';
}

/* Coming and going: deactivated, it keeps what is saved; uninstalled, nothing is left. */

function servicebot_portal_activate(): void
{
    register_uninstall_hook(__FILE__, 'servicebot_portal_uninstall');
}

function servicebot_portal_uninstall(): void
{
    if (!is_multisite()) {
        delete_option(SERVICEBOT_PORTAL_OPTION);
        return;
    }
    foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $site) {
        switch_to_blog($site);
        delete_option(SERVICEBOT_PORTAL_OPTION);
        restore_current_blog();
    }
}
