package fathom.board;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import fathom.board.http.Responses;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The page: its files, and uPlot's, held in memory. Nothing else can be named. */
final class Page implements HttpHandler {
    private static final List<String> FILES =
            List.of(
                    "index.html",
                    "board.css",
                    "board.js",
                    "charts.js",
                    "data.js",
                    "format.js",
                    "pictures.js",
                    "runs.js",
                    "settings.js",
                    "table.js",
                    "text.js",
                    "icon.svg");

    private static final String UPLOT = "META-INF/maven/org.webjars.npm/uplot/pom.properties";

    private record Resource(String type, byte[] bytes) {}

    private final Map<String, Resource> resources;

    private Page(Map<String, Resource> resources) {
        this.resources = resources;
    }

    /**
     * {@return the page}
     *
     * @throws IOException if uPlot is not there
     */
    static Page load() throws IOException {
        var resources = new HashMap<String, Resource>();
        for (String name : FILES) {
            try (InputStream in = Page.class.getResourceAsStream("page/" + name)) {
                if (in == null) {
                    throw new IOException("the board's page lacks " + name);
                }
                resources.put("/" + name, new Resource(type(name), in.readAllBytes()));
            }
        }
        resources.put("/", resources.get("/index.html"));
        String folder = "META-INF/resources/webjars/uplot/%s/dist/".formatted(uplotVersion());
        resources.put("/uplot.js", new Resource(type(".js"), onPath(folder + "uPlot.iife.min.js")));
        resources.put("/uplot.css", new Resource(type(".css"), onPath(folder + "uPlot.min.css")));
        return new Page(resources);
    }

    private static String uplotVersion() throws IOException {
        var properties = new Properties();
        try (var in = new java.io.ByteArrayInputStream(onPath(UPLOT))) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }

    private static byte[] onPath(String name) throws IOException {
        try (InputStream in = Page.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(
                        "the board needs org.webjars.npm:uplot on the class path, which draws its curves: %s is not there"
                                .formatted(name));
            }
            return in.readAllBytes();
        }
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".html" -> "text/html; charset=utf-8";
            case ".css" -> "text/css; charset=utf-8";
            case ".svg" -> "image/svg+xml";
            default -> "text/javascript; charset=utf-8";
        };
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Resource found = resources.get(exchange.getRequestURI().getPath());
        if (found == null) {
            Responses.error(exchange, 404, "there is no such page");
        } else {
            exchange.getResponseHeaders().set("Content-Type", found.type());
            Responses.send(exchange, 200, found.bytes());
        }
    }
}
