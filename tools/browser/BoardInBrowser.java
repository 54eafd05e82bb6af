import fathom.Tensors;
import fathom.board.Board;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.optim.ExponentialLR;
import fathom.optim.SGD;
import fathom.plot.Plot;
import fathom.train.EpochResult;
import fathom.train.Epochs;
import fathom.train.Trainer;
import fathom.train.TrainingCallback;
import fathom.vision.FashionMnist;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.JsonNode;

/**
 * Looks at the board in headless Chromium: {@code BoardInBrowser CHROMIUM [FOLDER]}. Pictures of the page are left in
 * the folder.
 */
public final class BoardInBrowser {
    private static int passed;
    private static int failed;

    private interface Check {
        void run() throws Exception;
    }

    private static void check(String what, Check check) {
        try {
            check.run();
            passed++;
            System.out.println("browser: ok: " + what);
        } catch (Exception | AssertionError e) {
            failed++;
            System.out.println("browser: FAILED: " + what + ": " + e.getMessage());
        }
    }

    private static void that(boolean isSo, Object otherwise) {
        if (!isSo) {
            throw new AssertionError(otherwise);
        }
    }

    private static Layer net() {
        Tensors.manualSeed(0);
        return new Sequential(new Flatten(), new Linear(784, 32), new ReLU(), new Linear(32, 10));
    }

    private static void train(Path folder, double lr, double momentum, int epochs, TrainingCallback... callbacks) {
        FashionMnist data = FashionMnist.sample();
        new Trainer(
                        net(),
                        t ->
                                t.checkpoints(folder)
                                        .optimizer(p -> new SGD(p, lr, o -> o.momentum(momentum)))
                                        .schedule(o -> new ExponentialLR(o, 0.9))
                                        .batchSize(50)
                                        .seed(0)
                                        .progress(false)
                                        .note("model", "mlp")
                                        .note("lr", lr)
                                        .callbacks(callbacks))
                .fit(data, Epochs.of(epochs));
    }

    /** Lets a training go on epoch by epoch. */
    private static final class Gate implements TrainingCallback {
        final Semaphore next = new Semaphore(0);
        final Semaphore done = new Semaphore(0);

        @Override
        public void onEpoch(Progress progress, EpochResult result) {
            done.release();
            next.acquireUninterruptibly();
        }

        void epoch() throws InterruptedException {
            next.release();
            done.acquire();
        }
    }

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args.length > 1 ? args[1] : "target/browser");
        Path work = Files.createTempDirectory("fathom-board");
        Path runs = Files.createDirectories(work.resolve("runs"));
        train(runs.resolve("mlp-slow"), 0.02, 0, 12);
        train(runs.resolve("mlp-fast"), 0.2, 0.9, 12);
        String hostile = "<img src=x onerror=document.title='broken'>";
        train(runs.resolve(hostile), 0.1, 0, 3);
        Plot.images(FashionMnist.sample().test().images().narrow(0, 0, 8), p -> {})
                .save(runs.resolve("mlp-fast/predictions.png"));
        Gate gate = new Gate();
        Thread training = Thread.ofPlatform().start(() -> train(runs.resolve("running"), 0.05, 0.5, 8, gate));
        gate.done.acquire();
        try (Board board = Board.start(b -> b.runs(runs).port(0));
                Browser page = new Browser(args[0])) {
            look(board, page, runs, gate, hostile, out);
        } finally {
            gate.next.release(100);
            training.join();
            try (var files = Files.walk(work)) {
                files.sorted(java.util.Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    /** Points into the panel of the accuracy, at a share of its width, and waits for the tip. */
    private static void point(Browser page, double share) throws Exception {
        JsonNode at =
                page.value(
                        """
                        (() => { const b = document.querySelector('[data-panel=acc] .u-over').getBoundingClientRect();
                          return { x: b.x + b.width * %s, y: b.y + b.height / 2 }; })()\
                        """
                                .formatted(share));
        page.move(at.get("x").asDouble(), at.get("y").asDouble());
        page.await("!document.querySelector('[data-panel=acc] .tip').hidden");
    }

    private static void fits(Browser page, int width) throws Exception {
        int actual = page.value("document.documentElement.scrollWidth").asInt();
        that(actual <= width, actual + " pixels wide");
    }

    private static final String PANELS = "[...document.querySelectorAll('.panel')]";

    /** The number of the pixels of a panel's canvas that are not empty. */
    private static String drawn(String panel) {
        return """
        (() => { const c = document.querySelector('[data-panel="%s"] canvas');
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i] > 0) n++; return n; })()\
        """
                .formatted(panel);
    }

    /** The number of pixels of a panel's canvas that have about this colour. */
    private static String colored(String panel, String hex) {
        return """
        (() => { const c = document.querySelector('[data-panel="%s"] canvas'), w = parseInt('%s', 16);
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          let n = 0; for (let i = 0; i < d.length; i += 4)
            if (d[i + 3] > 200 && Math.abs(d[i] - (w >> 16)) + Math.abs(d[i + 1] - (w >> 8 & 255)) + Math.abs(d[i + 2] - (w & 255)) < 30) n++;
          return n; })()\
        """
                .formatted(panel, hex);
    }

    private static String item(String name) {
        return "[...document.querySelectorAll('#runs li')].find(l => l.querySelector('.name').textContent === `%s`)"
                .formatted(name);
    }

    private static void look(Board board, Browser page, Path runs, Gate gate, String hostile, Path out)
            throws Exception {
        page.size(1400, 900, false);
        page.prefersDark(false);
        check(
                "the page loads, in English",
                () -> {
                    page.open(board.address() + "?lang=en");
                    page.await(
                            "document.readyState === 'complete' && document.querySelectorAll('#runs li').length === 4");
                    that(page.text("document.documentElement.lang").equals("en"), "language");
                    that(page.text("document.querySelector('#runs-title').textContent").equals("Runs"), "title");
                    page.await("document.querySelector('#connection').className === 'live'");
                });
        check(
                "curves are drawn",
                () -> {
                    page.await(PANELS + ".length === 5");
                    String panels = page.text(PANELS + ".map(p => p.dataset.panel)");
                    that(panels.equals("loss,acc,lr,speed,memory"), panels);
                    for (String panel : panels.split(",")) {
                        long n = page.value(drawn(panel)).asLong();
                        that(n > 500, panel + ": " + n + " pixels");
                    }
                    for (String hex : new String[] {"d66508", "006f53", "a94696"}) {
                        long n = page.value(colored("loss", hex)).asLong();
                        that(n > 20, hex + ": " + n + " pixels of the loss");
                    }
                    String label =
                            page.text("document.querySelector('[data-panel=loss] .plot').getAttribute('aria-label')");
                    that(label.startsWith("Loss. ") && label.contains("mlp-fast test: 0."), label);
                });
        check(
                "the state of each run is shown",
                () -> {
                    that(
                            page.text(item("running") + ".querySelector('.badge').textContent").equals("running"),
                            "running");
                    that(
                            page.text(item("mlp-fast") + ".querySelector('.badge').textContent").equals("finished"),
                            "finished");
                    that(
                            page.text(item("running") + ".querySelector('.state').textContent")
                                    .contains("epoch 1 of 8"),
                            "epoch");
                });
        page.screenshot(out.resolve("light-en.png"));
        check(
                "a run that goes on is updated",
                () -> {
                    page.value("window.before = document.querySelector('[data-panel=loss] canvas').toDataURL()");
                    for (int epoch = 2; epoch <= 5; epoch++) {
                        gate.epoch();
                        page.await(
                                item("running")
                                        + ".querySelector('.state').textContent.includes('epoch "
                                        + epoch
                                        + " of 8')");
                    }
                    page.await("document.querySelector('[data-panel=loss] canvas').toDataURL() !== window.before");
                    that(page.value("performance.getEntriesByType('navigation').length").asInt() == 1, "loaded again");
                });
        check(
                "a new run appears by itself",
                () -> {
                    train(runs.resolve("later"), 0.01, 0.5, 2);
                    page.await(item("later"));
                    page.await(
                            "[...document.querySelectorAll('#table tbody th')].some(e => e.textContent === 'later')");
                });
        check(
                "a run's name is text",
                () -> {
                    that(page.value("Boolean(" + item(hostile) + ")").asBoolean(), "not listed");
                    that(
                            page.value("document.querySelectorAll('img[src=x]').length").asInt() == 0,
                            "it became an element");
                    that(page.text("document.title").endsWith("Fathom board"), page.text("document.title"));
                });
        check(
                "what differs is marked, and columns sort",
                () -> {
                    String marked =
                            page.text(
                                    "[...document.querySelectorAll('thead .differs button')].map(b => b.textContent)");
                    that(
                            marked.contains("lr")
                                    && marked.contains("optimizerSettings.momentum")
                                    && !marked.contains("batchSize"),
                            marked);
                    page.value("document.querySelector('[data-key=\"config.lr\"]').click()");
                    String up = page.text("[...document.querySelectorAll('#table tbody th')].map(e => e.textContent)");
                    that(up.startsWith("later,mlp-slow,running,"), up);
                    page.value("document.querySelector('[data-key=\"config.lr\"]').click()");
                    that(
                            page.text("document.querySelector('#table tbody th').textContent").equals("mlp-fast"),
                            "descending");
                    page.value("document.querySelector('#differing').click()");
                    String titles =
                            page.text("[...document.querySelectorAll('#table thead button')].map(b => b.textContent)");
                    that(!titles.contains("batchSize") && titles.contains("lr"), titles);
                });
        check(
                "the keyboard changes axes, scale and smoothing",
                () -> {
                    for (String key : "2l]]]".split("")) {
                        page.press(key);
                    }
                    that(page.value("document.querySelector('[value=step]').checked").asBoolean(), "axis");
                    that(page.value("document.querySelector('#log').checked").asBoolean(), "log scale");
                    that(page.text("document.querySelector('#smoothing').value").equals("0.3"), "smoothing");
                    page.press("?");
                    page.await("document.querySelector('#help').open");
                    page.press("Escape");
                    page.await("!document.querySelector('#help').open");
                    page.press("/");
                    that(page.text("document.activeElement.id").equals("filter"), "filter");
                    for (String key : "mlp".split("")) {
                        page.press(key);
                    }
                    page.await("document.querySelectorAll('#runs li:not([hidden])').length === 2");
                    page.press("Escape");
                    page.await("document.querySelectorAll('#runs li:not([hidden])').length === 5");
                    page.press("n");
                    page.await(PANELS + ".length === 0 && !document.querySelector('#empty').hidden");
                    page.press("a");
                    page.await(PANELS + ".length === 5");
                });
        page.screenshot(out.resolve("light-step-log.png"));
        check(
                "pictures are shown, and open",
                () -> {
                    page.value("document.querySelector('#samples').scrollIntoView()");
                    page.await("document.querySelector('.picture img').naturalWidth > 100");
                    page.value("document.querySelector('.picture').click()");
                    page.await(
                            "document.querySelector('#viewer').open && document.querySelector('#viewer-image').naturalWidth > 100");
                    page.screenshot(out.resolve("viewer.png"));
                    page.press("Escape");
                });
        check(
                "the page in Chinese, dark",
                () -> {
                    page.prefersDark(true);
                    page.press("z");
                    page.press("1");
                    page.press("l");
                    page.await(
                            "document.documentElement.lang === 'zh-CN' && document.documentElement.dataset.theme === 'dark'");
                    that(page.text("document.querySelector('#runs-title').textContent").equals("训练"), "title");
                    that(page.text(item("running") + ".querySelector('.badge').textContent").equals("进行中"), "status");
                    JsonNode back = page.value("getComputedStyle(document.body).backgroundColor");
                    that(back.asString().equals("rgb(16, 18, 22)"), back);
                    page.await(colored("loss", "53b8f4") + " > 20");
                    that(page.value(colored("loss", "0077c6")).asLong() < 5, "colours of the light page");
                });
        page.screenshot(out.resolve("dark-zh.png"));
        check(
                "the reader's choices are kept",
                () -> {
                    page.open(board.address().toString());
                    page.await("document.documentElement.lang === 'zh-CN' && " + PANELS + ".length === 5");
                    that(page.text("document.querySelector('#smoothing').value").equals("0.3"), "smoothing");
                    page.press("Tab");
                    that(page.text("document.activeElement.className").equals("skip"), "the first stop: to the curves");
                });
        check(
                "a tip names the values under the pointer",
                () -> {
                    page.value("document.querySelector('.panel').scrollIntoView({block: 'center'})");
                    point(page, 0.5);
                    String tip = page.text("document.querySelector('[data-panel=acc] .tip').textContent");
                    that(tip.startsWith("轮数") && tip.contains("mlp-fast 测试"), tip);
                    that(
                            page.value("document.querySelector('[data-panel=loss] .tip').hidden").asBoolean(),
                            "one is enough");
                });
        page.screenshot(out.resolve("tip-dark-zh.png"));
        check(
                "a narrow screen shows all without scrolling sideways",
                () -> {
                    point(page, 0.3);
                    page.size(390, 844, true);
                    page.await("document.documentElement.clientWidth === 390");
                    page.await(
                            PANELS
                                    + ".length === 5 && "
                                    + PANELS
                                    + ".every(p => p.getBoundingClientRect().right <= 390)");
                    page.await("document.querySelector('[data-panel=acc] .tip').hidden"); // it was for the wide chart
                    fits(page, 390);
                    page.value("document.querySelector('[data-panel=acc]').scrollIntoView({block: 'center'})");
                    for (double x : new double[] {0.02, 0.45, 0.55, 0.98}) {
                        point(page, x);
                        fits(page, 390);
                    }
                });
        page.screenshot(out.resolve("narrow-dark-zh.png"));
        check("no error on the console", () -> that(page.errors.isEmpty(), page.errors));
        check(
                "no request leaves the machine",
                () -> {
                    var foreign =
                            page.requests.stream()
                                    .filter(u ->
                                            !u.startsWith(board.address().toString())
                                                    && !u.startsWith("data:")
                                                    && !u.equals("about:blank"))
                                    .toList();
                    that(foreign.isEmpty(), foreign);
                    that(page.requests.size() > 10, page.requests);
                });
        check(
                "a board that is gone is noticed, and one that comes back",
                () -> {
                    int port = board.address().getPort();
                    board.close();
                    page.await("document.querySelector('#connection').className === 'lost'");
                    try (Board again = Board.start(b -> b.runs(runs).port(port))) {
                        page.await("document.querySelector('#connection').className === 'live'");
                    }
                });
    }
}
