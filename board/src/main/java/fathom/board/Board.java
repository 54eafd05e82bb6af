package fathom.board;

import com.sun.net.httpserver.HttpServer;
import fathom.board.http.LoopbackServer;
import fathom.board.http.RequestGuard;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * A live page of training runs, for a browser on this machine: curves of running and finished runs side by side,
 * hyper-parameters, pictures. New runs and progress appear by themselves.
 *
 * {@snippet :
 * try (Board board = Board.start(b -> b.runs(Path.of("runs")))) {
 *     IO.println(board.address());
 *     new Trainer(net, t -> t.checkpoints(Path.of("runs/mine"))).fit(data, Epochs.of(10));
 * }
 * }
 *
 * <p>The server listens on the loopback address alone, answers only requests that name it (a page of another site
 * cannot read it through a name that resolves to this machine), sends nothing but its own page and the pictures of
 * runs, and changes nothing. The page loads nothing from elsewhere.
 */
public final class Board implements AutoCloseable {
    /** The port that is tried first if none is given. */
    public static final int DEFAULT_PORT = 7007;

    /** Everything from this server, nothing from elsewhere, and no script or style inside of the page's text. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Options of a board, with the defaults stated here. */
    public static final class Options {
        private List<Path> runs = List.of(Path.of("runs"));
        private int port = -1;

        Options() {}

        /**
         * The folders to show: each a run, or a folder that has runs up to four levels below. One that does not exist
         * yet appears when it does. Default: {@code runs}.
         */
        public Options runs(Path... folders) {
            if (folders.length == 0) {
                throw new IllegalArgumentException("runs: which folder?");
            }
            runs = List.of(folders);
            return this;
        }

        /** The port; 0 for any free one. Default: {@link #DEFAULT_PORT}, or one of the next if it is in use. */
        public Options port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "port: must be from 0 to 65535, is %d", port));
            }
            this.port = port;
            return this;
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final RunWatcher watcher;

    private Board(HttpServer server, RunWatcher watcher) {
        this.server = server;
        this.watcher = watcher;
    }

    /**
     * Starts a board, which runs until it is closed.
     *
     * @throws IOException if a folder is a file, or the port is in use
     */
    public static Board start(Consumer<Options> options) throws IOException {
        var o = new Options();
        options.accept(o);
        for (Path folder : o.runs) {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw new NotDirectoryException(folder.toString());
            }
        }
        Page page = Page.load();
        HttpServer server = LoopbackServer.bind(o.port, DEFAULT_PORT);
        var watcher = new RunWatcher(o.runs);
        var board = new Board(server, watcher);
        var guard = new RequestGuard("the board", POLICY, server.getAddress().getPort(), List.of("GET", "HEAD"));
        server.createContext("/", page).getFilters().add(guard);
        server.createContext("/events", new EventStream(watcher)).getFilters().add(guard);
        server.createContext("/pictures/", new PictureHandler(watcher)).getFilters().add(guard);
        server.setExecutor(board.threads);
        server.start();
        watcher.start();
        return board;
    }

    /** {@return the address to open in a browser} */
    public URI address() {
        return URI.create(String.format(Locale.ROOT, "http://127.0.0.1:%d/", server.getAddress().getPort()));
    }

    /** Stops the server; pages that are open say so. */
    @Override
    public void close() {
        watcher.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
