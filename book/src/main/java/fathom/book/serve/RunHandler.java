package fathom.book.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fathom.board.http.Responses;
import fathom.book.page.PageException;
import fathom.book.run.CellOutput;
import fathom.book.run.CellResult;
import fathom.book.run.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs a cell and answers with a line of JSON whenever its outputs change, and one at its end; {@code {"page", "stop":
 * true}} stops what runs.
 */
final class RunHandler implements HttpHandler {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_BYTES = 10_000;

    /** Figures of a training change often; the browser draws them as often as this. */
    private static final long BETWEEN_NANOS = 200_000_000;

    private final CellRuns runs;
    private final byte[] token;

    RunHandler(CellRuns runs, String token) {
        this.runs = runs;
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String given = exchange.getRequestHeaders().getFirst("X-Fathom-Token");
        if (given == null || !MessageDigest.isEqual(token, given.getBytes(StandardCharsets.UTF_8))) {
            Responses.error(exchange, 403, "to run cells, open the address that fathom book has printed");
            return;
        }
        JsonNode request;
        try {
            request = JSON.readTree(exchange.getRequestBody().readNBytes(MOST_BYTES));
        } catch (JacksonException e) {
            Responses.error(exchange, 400, "this is not JSON");
            return;
        }
        String page = request.path("page").asString("");
        if (request.path("stop").asBoolean(false)) {
            runs.stop(page);
            Responses.send(exchange, 200, new byte[0]);
            return;
        }
        var settings = new LinkedHashMap<String, String>();
        request.path("settings").properties().forEach(e -> settings.put(e.getKey(), e.getValue().asString("")));
        exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        run(exchange.getResponseBody(), page, request.path("cell").asInt(-1), settings);
    }

    private void run(OutputStream out, String page, int cell, Map<String, String> settings) throws IOException {
        var isGone = new AtomicBoolean();
        long[] last = {0};
        CellResult result;
        try {
            result =
                    runs.run(
                            page,
                            cell,
                            settings,
                            outputs -> {
                                if (System.nanoTime() - last[0] < BETWEEN_NANOS || isGone.get()) {
                                    return;
                                }
                                last[0] = System.nanoTime();
                                try {
                                    send(out, outputs, null, false);
                                } catch (IOException e) {
                                    // the reader has left
                                    isGone.set(true);
                                    runs.stop(page);
                                }
                            });
        } catch (IllegalArgumentException | PageException | IOException e) {
            result =
                    new CellResult(
                            List.of(),
                            java.util.Optional.of(new Failure(Failure.Kind.NOT_RUN, String.valueOf(e.getMessage()))),
                            0);
        }
        if (!isGone.get()) {
            send(out, result.outputs(), result.failure().orElse(null), true);
        }
    }

    private static void send(OutputStream out, List<CellOutput> outputs, @Nullable Failure failure, boolean isDone)
            throws IOException {
        List<Object> shown = new ArrayList<>();
        for (CellOutput output : outputs) {
            shown.add(
                    switch (output) {
                        case CellOutput.Printed p -> Map.of("printed", p.text());
                        case CellOutput.Noted n -> Map.of("noted", n.text());
                        case CellOutput.Value v -> Map.of("html", v.html());
                        case CellOutput.Figure f -> Map.of("light", f.light(), "dark", f.dark(), "html", f.html());
                    });
        }
        var line = new LinkedHashMap<String, Object>();
        line.put("outputs", shown);
        line.put("done", isDone);
        if (failure != null) {
            line.put(
                    "failure",
                    Map.of("kind", failure.kind().name().toLowerCase(Locale.ROOT), "message", failure.message()));
        }
        out.write((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
