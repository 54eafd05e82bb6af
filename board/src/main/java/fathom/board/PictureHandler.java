package fathom.board;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fathom.board.http.Responses;
import fathom.train.RunSnapshot.Picture;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Pictures of runs: {@code /pictures/RUN/NAME}. The name selects one of the pictures that were found in the run's
 * folder; it is never made into a path.
 */
final class PictureHandler implements HttpHandler {
    private static final String PREFIX = "/pictures/";
    private static final int MOST_BYTES = 32 << 20;

    private final RunWatcher watcher;

    PictureHandler(RunWatcher watcher) {
        this.watcher = watcher;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        int slash = path.indexOf('/', PREFIX.length());
        Optional<BoardRun> run = slash < 0 ? Optional.empty() : watcher.run(path.substring(PREFIX.length(), slash));
        Optional<Picture> picture =
                run.flatMap(r ->
                        r.snapshot().pictures().stream()
                                .filter(p -> p.name().equals(path.substring(slash + 1)))
                                .findFirst());
        if (picture.isEmpty()) {
            Responses.error(exchange, 404, "there is no such picture");
            return;
        }
        byte[] bytes;
        try {
            bytes = read(run.get().folder(), picture.get().name());
        } catch (IOException e) {
            Responses.error(exchange, 404, "the picture cannot be read");
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type(picture.get().name()));
        // an SVG file may hold scripts, which would run if it were opened by itself
        headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
        Responses.send(exchange, 200, bytes);
    }

    private static byte[] read(Path folder, String name) throws IOException {
        // the folder's parents may be links, the names inside of it may not: neither file nor subfolder
        Path real = folder.toRealPath().resolve(name);
        if (!real.toRealPath().equals(real)) {
            throw new IOException("a link");
        }
        try (SeekableByteChannel in =
                Files.newByteChannel(real, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            if (in.size() > MOST_BYTES) {
                throw new IOException("too large");
            }
            return Channels.newInputStream(in).readNBytes(MOST_BYTES);
        }
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
            case "png" -> "image/png";
            case "gif" -> "image/gif";
            case "webp" -> "image/webp";
            case "svg" -> "image/svg+xml";
            default -> "image/jpeg";
        };
    }
}
