import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** For each identity of a line: its hash in one line, the page with its settings in the next. */
public final class Main {
    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line; (line = lines.readLine()) != null; ) {
            out.println(Servicebot.hash(line));
            out.println("<script>window.servicebotSettings = " + Servicebot.settings(line) + ";</script>");
        }
    }
}
