package fathom.book.serve;

import com.sun.net.httpserver.HttpServer;
import fathom.board.http.LoopbackServer;
import fathom.board.http.RequestGuard;
import fathom.book.Book;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The built site for a browser on this machine, with cells that run when the reader presses a button.
 *
 * <p>The server listens on the loopback address alone and answers only requests that name it. Cells run for those who
 * know the token that is part of {@link #address}: neither pages of other sites nor of other ports do. Only cells of
 * the book can be run, each page's in a JVM of its own.
 */
public final class BookServer implements AutoCloseable {
    /** The port that is tried first if none is given. */
    public static final int DEFAULT_PORT = 7117;

    /**
     * Everything from this server, nothing from elsewhere. Scripts inside of pages are VitePress's own, named by their
     * digests; it makes the search's tokenizer of a text, hence {@code unsafe-eval}.
     */
    private static final String POLICY =
            "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                    + " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final int TOKEN_BYTES = 24;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CellRuns runs;
    private final String token;

    private BookServer(HttpServer server, CellRuns runs, String token) {
        this.server = server;
        this.runs = runs;
        this.token = token;
    }

    /**
     * Starts a server, which runs until it is closed.
     *
     * @param site the folder of the built site
     * @param port the port; 0 for any free one; negative for {@link #DEFAULT_PORT} or one of the next
     * @throws IOException if there is no site, or the port is in use
     */
    public static BookServer start(Book book, Path site, int port) throws IOException {
        if (!Files.exists(site.resolve("index.html"))) {
            throw new NoSuchFileException(site.resolve("index.html").toString());
        }
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String token = HexFormat.of().formatHex(random);
        HttpServer http = LoopbackServer.bind(port, DEFAULT_PORT);
        var runs = new CellRuns(book);
        var server = new BookServer(http, runs, token);
        int bound = http.getAddress().getPort();
        http.createContext("/", new SiteFiles(site, POLICY))
                .getFilters()
                .add(new RequestGuard("the book", POLICY, bound, List.of("GET", "HEAD")));
        http.createContext("/run", new RunHandler(runs, token))
                .getFilters()
                .add(new RequestGuard("the book", POLICY, bound, List.of("POST")));
        http.setExecutor(server.threads);
        http.start();
        return server;
    }

    /** {@return the address to open in a browser; the token in it lets the reader run cells} */
    public URI address() {
        return URI.create(
                String.format(Locale.ROOT, "http://127.0.0.1:%d/#run=%s", server.getAddress().getPort(), token));
    }

    /** Stops the server and all that runs. */
    @Override
    public void close() {
        server.stop(0);
        runs.close();
        threads.shutdownNow();
    }
}
