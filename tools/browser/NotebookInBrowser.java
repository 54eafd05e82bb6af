import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Opens the tour of Fathom in Jupyter Notebook as {@code ./fathom notebook} starts it, runs its cells in headless
 * Chromium and looks at their outputs: {@code NotebookInBrowser CHROMIUM [FOLDER]}. Pictures of the page are left in
 * the folder.
 */
public final class NotebookInBrowser {
    private static final String CELLS = "Jupyter.notebook.get_cells().filter(c => c.cell_type == 'code')";

    private static int passed;
    private static int failed;

    private static void check(String what, boolean isSo, Object otherwise) {
        if (isSo) {
            passed++;
            System.out.println("notebook: ok: " + what);
        } else {
            failed++;
            System.out.println("notebook: FAILED: " + what + ": " + otherwise);
        }
    }

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args.length > 1 ? args[1] : "target/browser");
        Path work = Files.createTempDirectory("fathom-notebook");
        Files.copy(Path.of("jupyter/examples/tour.ipynb"), work.resolve("tour.ipynb"));
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "./fathom",
                                "notebook",
                                "--no-browser",
                                "--ip=127.0.0.1",
                                "--port=" + port,
                                "--NotebookApp.token=browser",
                                "--notebook-dir=" + work));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--allow-root");
        }
        Path log = work.resolve("log");
        var starting = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        starting.environment().put("JUPYTER_DATA_DIR", work.resolve("jupyter").toString());
        Process jupyter = starting.start();
        try (Browser page = new Browser(args[0])) {
            await(jupyter, log, "http://127.0.0.1:" + port + "/api?token=browser");
            look(page, "http://127.0.0.1:" + port + "/notebooks/tour.ipynb?token=browser", out);
        } finally {
            List<ProcessHandle> children = jupyter.descendants().toList();
            jupyter.destroy();
            if (!jupyter.waitFor(20, TimeUnit.SECONDS)) {
                jupyter.destroyForcibly();
            }
            children.forEach(ProcessHandle::destroyForcibly);
            try (var files = Files.walk(work)) {
                files.sorted(java.util.Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    /** Waits until the server answers; the kernel is built before it starts. */
    private static void await(Process jupyter, Path log, String address) throws Exception {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (System.nanoTime() < until && jupyter.isAlive()) {
                try {
                    var request = HttpRequest.newBuilder(URI.create(address)).build();
                    if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException e) {
                    // not yet
                }
                Thread.sleep(200);
            }
        }
        throw new IOException("Jupyter does not answer:\n" + Files.readString(log));
    }

    private static void look(Browser page, String address, Path out) throws Exception {
        page.size(1100, 900, false);
        page.open(address);
        page.await("window.Jupyter && Jupyter.notebook && Jupyter.notebook._fully_loaded", 60);
        page.await("Jupyter.notebook.kernel && Jupyter.notebook.kernel.info_reply.language_info", 120);
        String kernel = page.text("Jupyter.notebook.kernel.name");
        check("the kernel is Fathom's", kernel.equals("fathom"), kernel);
        check(
                "its language is Java",
                page.text("Jupyter.notebook.kernel.info_reply.language_info.name").equals("java"),
                page.text("JSON.stringify(Jupyter.notebook.kernel.info_reply)"));
        page.value("Jupyter.notebook.execute_all_cells()");
        String training = CELLS + ".find(c => c.get_text().startsWith('var data = FashionMnist'))";
        page.await(training + ".output_area.element[0].querySelector('svg')", 240);
        page.value(training + ".element[0].scrollIntoView()");
        page.screenshot(out.resolve("notebook-training.png"));
        page.await(CELLS + ".every(c => !c.element[0].classList.contains('running'))", 240);
        String errors =
                page.text(CELLS + ".filter(c => c.output_area.outputs.some(o => o.output_type == 'error')).length");
        check("no cell ends with an error", errors.equals("0"), errors);
        String silent = page.text(CELLS + ".filter(c => c.input_prompt_number == null).length");
        check("every cell has run", silent.equals("0"), silent);
        for (String what : List.of("svg", "table", "pre")) {
            int seen =
                    page.value(
                                    """
                                    [...document.querySelectorAll('.output_area %s')]
                                        .filter(e => e.getBoundingClientRect().width > 20).length\
                                    """
                                            .formatted(what))
                            .asInt();
            check("outputs show " + what, seen > 0, seen);
        }
        int wide =
                page.value(
                                """
                                [...document.querySelectorAll('.output_area svg')]
                                    .filter(e => e.getBoundingClientRect().right > innerWidth).length\
                                """)
                        .asInt();
        check("figures fit the page", wide == 0, wide);
        page.value("document.querySelector('.output_area svg').scrollIntoView()");
        page.screenshot(out.resolve("notebook-figures.png"));
        String foreign =
                page.requests.stream()
                        .filter(r -> r.startsWith("http") && !r.startsWith("http://127.0.0.1"))
                        .toList()
                        .toString();
        check("outputs load nothing from elsewhere", !foreign.contains("fathom") && !foreign.contains("cdn."), foreign);
    }
}
