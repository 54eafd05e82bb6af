package fathom.board.http;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that do not come from the server's own pages, and sets headers that confine the page.
 *
 * <p>A page of another site can send requests here, by address or through a name of its own that it lets resolve to
 * this machine (DNS rebinding). The first carry another origin, the second another host.
 */
public final class RequestGuard extends Filter {
    private final String name;
    private final String policy;
    private final List<String> methods;
    private final Set<String> hosts;

    /**
     * @param name what answers, in messages: "the board"
     * @param policy the content security policy of all answers
     * @param port the server's port
     * @param methods the methods that are served
     */
    public RequestGuard(String name, String policy, int port, List<String> methods) {
        this.name = name;
        this.policy = policy;
        this.methods = List.copyOf(methods);
        String suffix = ":" + port;
        hosts = Set.of("127.0.0.1" + suffix, "localhost" + suffix);
    }

    @Override
    public String description() {
        return "requests of the own pages of " + name;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Headers answer = exchange.getResponseHeaders();
        answer.set("Content-Security-Policy", policy);
        answer.set("X-Content-Type-Options", "nosniff");
        answer.set("X-Frame-Options", "DENY");
        answer.set("Referrer-Policy", "no-referrer");
        answer.set("Cross-Origin-Resource-Policy", "same-origin");
        answer.set("Cross-Origin-Opener-Policy", "same-origin");
        answer.set("Cache-Control", "no-store");
        try {
            if (!isAllowed(exchange.getRequestHeaders())) {
                Responses.error(exchange, 403, name + " answers only to its own address");
            } else if (!methods.contains(exchange.getRequestMethod())) {
                answer.set("Allow", String.join(", ", methods));
                Responses.error(
                        exchange,
                        405,
                        name
                                + (methods.contains("POST")
                                        ? " takes " + String.join(", ", methods)
                                        : " can only be read"));
            } else {
                chain.doFilter(exchange);
            }
        } finally {
            exchange.close();
        }
    }

    private boolean isAllowed(Headers request) {
        List<String> host = request.get("Host");
        if (host == null || host.size() != 1 || !hosts.contains(lower(host.getFirst()))) {
            return false;
        }
        String origin = request.getFirst("Origin");
        if (origin != null && !origin.equals("http://" + lower(host.getFirst()))) {
            return false;
        }
        // "none": typed into the address bar
        String site = request.getFirst("Sec-Fetch-Site");
        return site == null || site.equals("same-origin") || site.equals("none") || isNavigation(request);
    }

    /** A link on another page may open a page here; that page does not see it. */
    private static boolean isNavigation(Headers request) {
        return is(request.getFirst("Sec-Fetch-Mode"), "navigate") && is(request.getFirst("Sec-Fetch-Dest"), "document");
    }

    private static boolean is(@Nullable String value, String expected) {
        return expected.equals(value);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
