package fathom.book.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fathom.board.http.Responses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files of the built site. */
final class SiteFiles implements HttpHandler {
    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("png", "image/png"),
                    Map.entry("json", "application/json"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("ipynb", "application/x-ipynb+json"),
                    Map.entry("java", "text/plain; charset=utf-8"));

    private static final Pattern INLINE_SCRIPT = Pattern.compile("(?s)<script(?![^>]*\\bsrc=)[^>]*>(.*?)</script>");

    private final Path site;
    private final String policy;

    SiteFiles(Path site, String policy) {
        this.site = site;
        this.policy = policy;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Path file = file(exchange.getRequestURI().getPath());
        int status = 200;
        if (file == null) {
            file = site.resolve("404.html");
            status = 404;
            if (!Files.isRegularFile(file)) {
                Responses.error(exchange, status, "there is no such page");
                return;
            }
        }
        byte[] bytes = Files.readAllBytes(file);
        String name = file.getFileName().toString();
        String end = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        exchange.getResponseHeaders().set("Content-Type", TYPES.getOrDefault(end, "application/octet-stream"));
        if (end.equals("html")) {
            String digests = digests(new String(bytes, StandardCharsets.UTF_8));
            exchange.getResponseHeaders()
                    .set("Content-Security-Policy", policy.replace("script-src 'self'", "script-src 'self'" + digests));
        }
        Responses.send(exchange, status, bytes);
    }

    /** {@return the file of a path; null if there is none, or it is outside of the site} */
    private @Nullable Path file(String path) {
        Path file;
        try {
            file = site.resolve(path.substring(1)).normalize();
        } catch (InvalidPathException e) {
            return null;
        }
        if (!file.startsWith(site)) {
            return null;
        }
        if (Files.isDirectory(file)) {
            file = file.resolve("index.html");
        }
        if (!Files.isRegularFile(file)) {
            file = file.resolveSibling(file.getFileName() + ".html");
        }
        return Files.isRegularFile(file) ? file : null;
    }

    /** {@return the digests of the scripts inside of a page, for its policy} */
    private static String digests(String html) throws IOException {
        var digests = new StringBuilder();
        Matcher m = INLINE_SCRIPT.matcher(html);
        while (m.find()) {
            try {
                byte[] digest =
                        MessageDigest.getInstance("SHA-256").digest(m.group(1).getBytes(StandardCharsets.UTF_8));
                digests.append(" 'sha256-").append(Base64.getEncoder().encodeToString(digest)).append('\'');
            } catch (NoSuchAlgorithmException e) {
                throw new IOException(e);
            }
        }
        return digests.toString();
    }
}
