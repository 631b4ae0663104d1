<?php

// What WordPress has that the plugin calls, told by JSON what the site is like; says what came of it.
error_reporting(-1);
set_error_handler(function (int $level, string $text, string $file, int $line): bool {
    throw new ErrorException($text, 0, $level, $file, $line);
});
$site = json_decode((string) stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
$site += ['user' => null, 'page' => [], 'options' => [], 'sites' => [], 'post' => '', 'form' => [], 'query' => []];
$hooks = $scripts = $inline = $headers = $autoload = [];
$counter = $blog = 1;
$ended = '';
$saved = [1 => $site['options']] + array_fill_keys($site['sites'], $site['options']);

class WP_User
{
    public $ID;
    public $user_email;

    public function __construct(array $user)
    {
        $this->ID = 7;
        $this->user_email = $user['email'];
    }
}

class Ended extends Exception
{
}

function is(string $name): bool
{
    return in_array($name, $GLOBALS['site']['page'], true);
}

function hook(string $kind, string $name, callable $called): void
{
    $GLOBALS['hooks']["$kind $name"][] = $called;
}

function add_shortcode(string $name, callable $called): void
{
    hook('shortcode', $name, $called);
}

function add_action(string $name, callable $called): void
{
    hook('action', $name, $called);
}

function register_activation_hook(string $file, callable $called): void
{
    hook('activation', basename($file), $called);
}

function register_uninstall_hook(string $file, callable $called): void
{
    hook('uninstall', basename($file), $called);
}

function is_singular(): bool
{
    return is('singular');
}

function is_preview(): bool
{
    return is('preview');
}

function is_admin(): bool
{
    return is('admin');
}

function wp_doing_ajax(): bool
{
    return is('ajax');
}

function is_feed(): bool
{
    return is('feed');
}

function is_search(): bool
{
    return is('search');
}

function is_embed(): bool
{
    return is('embed');
}

function doing_filter(string $name): bool
{
    return $name === 'get_the_excerpt' && is('excerpt');
}

function is_multisite(): bool
{
    return $GLOBALS['site']['sites'] !== [];
}

function get_sites(array $arguments): array
{
    // WordPress gives a hundred unless it is told otherwise.
    return $arguments === ['fields' => 'ids', 'number' => 0] ? $GLOBALS['site']['sites'] : [];
}

function switch_to_blog(int $site): void
{
    $GLOBALS['blog'] = $site;
}

function restore_current_blog(): void
{
    $GLOBALS['blog'] = 1;
}

function get_option(string $name)
{
    return $GLOBALS['saved'][$GLOBALS['blog']][$name] ?? false;
}

function update_option(string $name, $value, $autoload = null): void
{
    $GLOBALS['saved'][$GLOBALS['blog']][$name] = $value;
    $GLOBALS['autoload'][$name] = $autoload;
}

function delete_option(string $name): void
{
    unset($GLOBALS['saved'][$GLOBALS['blog']][$name]);
}

function is_user_logged_in(): bool
{
    return $GLOBALS['site']['user'] !== null;
}

function wp_get_current_user(): WP_User
{
    return new WP_User($GLOBALS['site']['user']);
}

function current_user_can(string $right): bool
{
    return in_array($right, $GLOBALS['site']['user']['rights'] ?? [], true);
}

function get_user_meta(int $id, string $key, bool $is_single)
{
    return $GLOBALS['site']['user']['meta'][$key] ?? '';
}

function get_post(): object
{
    return (object) ['post_content' => $GLOBALS['site']['post']];
}

function has_shortcode(string $content, string $name): bool
{
    return strpos($content, "[$name") !== false;
}

function shortcode_atts(array $known, $given, string $name): array
{
    return array_merge($known, array_intersect_key(is_array($given) ? $given : [], $known));
}

function wp_unique_id(string $prefix): string
{
    return $prefix . $GLOBALS['counter']++;
}

function wp_enqueue_script(string $name, string $address, array $needs, $version, bool $in_footer): void
{
    $GLOBALS['scripts'][$name] = $address;
}

function wp_add_inline_script(string $name, string $code): void
{
    $GLOBALS['inline'][] = [$name, $code];
}

function wp_json_encode($value, int $flags = 0)
{
    return json_encode($value, $flags);
}

function esc_html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function esc_attr(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function esc_url(string $address): string
{
    return htmlspecialchars($address, ENT_QUOTES);
}

function __(string $text, string $domain): string
{
    return $domain === 'servicebot-portal' ? $text : '';
}

function esc_html__(string $text, string $domain): string
{
    return esc_html(__($text, $domain));
}

function wp_login_url(string $back): string
{
    return 'https://shop.example.com/wp-login.php?redirect_to=' . urlencode($back);
}

function get_permalink(): string
{
    return 'https://shop.example.com/billing/';
}

function admin_url(string $path): string
{
    return "https://shop.example.com/wp-admin/$path";
}

function add_options_page(string $title, string $menu, string $right, string $slug, callable $shown): void
{
    $GLOBALS['page'] = [$right, $slug];
    hook('page', $slug, $shown);
}

function wp_nonce_field(string $action): void
{
    echo '<input type="hidden" name="_wpnonce" value="nonce of ' . $action . '">';
}

function check_admin_referer(string $action): void
{
    if (($_POST['_wpnonce'] ?? '') !== "nonce of $action") {
        wp_die('The link has expired.', '', ['response' => 403]);
    }
}

function submit_button(): void
{
    echo '<button>Save</button>';
}

function wp_unslash(string $text): string
{
    return stripslashes($text);
}

function wp_die(string $text, string $title, array $arguments): void
{
    throw new Ended("died {$arguments['response']}");
}

function add_query_arg(string $name, string $value, string $address): string
{
    return "$address&$name=$value";
}

function wp_safe_redirect(string $address): void
{
    throw new Ended("redirected $address");
}

function nocache_headers(): void
{
    $GLOBALS['headers'][] = 'no-cache';
}

function call(string $what, ...$given): string
{
    ob_start();
    try {
        $said = '';
        foreach ($GLOBALS['hooks'][$what] ?? [] as $called) {
            $said .= $called(...$given);
        }
    } catch (Ended $end) {
        $GLOBALS['ended'] = $end->getMessage();
    }
    return ob_get_clean() . $said;
}

define('ABSPATH', '/');
if (is('rest')) {
    define('REST_REQUEST', true);
}
if (isset($site['constant'])) {
    define('SERVICEBOT_SECRET_KEY', $site['constant']);
}
$_POST = array_map('addslashes', $site['form']);
$_GET = array_map('addslashes', $site['query']);
require $site['plugin'];

$html = [];
call('action admin_menu');
foreach ($site['calls'] as $each) {
    $html[] = call(...$each);
}
echo json_encode([
    'html' => $html,
    'scripts' => (object) $scripts,
    'inline' => $inline,
    'no_cache' => $headers !== [] && defined('DONOTCACHEPAGE'),
    'saved' => $saved,
    'autoload' => $autoload,
    'ended' => $ended,
    'page' => $page,
], JSON_THROW_ON_ERROR);
