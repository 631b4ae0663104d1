import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class Servicebot {
    private static final String PORTAL_ID = "__PORTAL_ID__";
    private static final String SECRET_KEY = "__SECRET_KEY__"; // stays on the server

    /** The identity is who your own session says is logged in, with an address that is verified. */
    public static String hash(String identity) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET_KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(identity.getBytes(StandardCharsets.UTF_8)));
    }

    /** What the page needs, as JSON that can stand inside a script element. */
    public static String settings(String identity) throws GeneralSecurityException {
        return String.format(
            "{\"portal_id\": \"%s\", \"__IDENTIFY_BY__\": \"%s\", \"hash\": \"%s\"}",
            PORTAL_ID, escaped(identity), hash(identity));
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder();
        for (char c : text.toCharArray()) {
            boolean isPlain = c < 128 && Character.isLetterOrDigit(c) || "@._+-".indexOf(c) >= 0;
            json.append(isPlain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return json.toString();
    }
}
