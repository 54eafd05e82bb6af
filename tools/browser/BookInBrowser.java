import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.page.Part;
import fathom.book.serve.BookServer;
import fathom.book.write.SiteBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the book in headless Chromium: {@code BookInBrowser CHROMIUM BOOK [FOLDER]}. Pictures of one page in six are
 * left in the folder. Beside the board's, since both drive the same browser.
 */
public final class BookInBrowser {
    /** Of so many pages one is shown in both languages, light and dark, large and small. */
    private static final int EVERY = 6;

    private static int passed;
    private static int failed;
    private static final String CELL = "document.querySelector('.book-cell[data-cell=\"%s\"]')";

    private interface Check {
        void run() throws Exception;
    }

    private static void check(String what, Check check) {
        try {
            check.run();
            passed++;
            System.out.println("book: ok: " + what);
        } catch (Exception | AssertionError e) {
            failed++;
            System.out.println("book: FAILED: " + what + ": " + e.getMessage());
        }
    }

    private static void that(boolean isSo, Object otherwise) {
        if (!isSo) {
            throw new AssertionError(otherwise);
        }
    }

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args.length > 2 ? args[2] : "target/book");
        Book book = Book.open(Path.of(args[1]));
        Path site = new SiteBuilder(book, System.out::println).built();
        try (BookServer server = BookServer.start(book, site, 0);
                Browser page = new Browser(args[0])) {
            read(book, server.address(), page, out);
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private static void open(Browser page, String address) throws Exception {
        page.open(address);
        page.await("document.readyState === 'complete' && document.querySelector('.vp-doc h1')");
    }

    /** Types into the search and waits for a result with some text. */
    private static void search(Browser page, String words, String found) throws Exception {
        page.value("document.querySelector('.VPNavBarSearch button').click()");
        page.await("document.querySelector('.VPLocalSearchBox input')");
        page.value(
                "(() => { const i = document.querySelector('.VPLocalSearchBox input'); i.value = '%s'; i.dispatchEvent(new Event('input')); })()"
                        .formatted(words));
        page.await(
                "[...document.querySelectorAll('.VPLocalSearchBox .result')].some(r => r.textContent.includes('%s'))"
                        .formatted(found));
        page.press("Escape");
        page.await("!document.querySelector('.VPLocalSearchBox')");
    }

    private static int post(URI address, String token, String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(address.resolve("/run"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"page\": \"none\", \"cell\": 0}"));
        if (!token.isEmpty()) {
            request.header("X-Fathom-Token", token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    /** Moves whatever can be moved in the pictures of a page, each of which must change and must have names for all. */
    private static final String MOVE =
            """
            (async () => {
              const wait = () => new Promise((done) => setTimeout(done, 30));
              for (const picture of document.querySelectorAll('.moving')) {
                const name = picture.className;
                if (!picture.getAttribute('aria-label')) return name + ' has no label';
                for (const image of picture.querySelectorAll('svg, [role=img]')) {
                  if (!image.getAttribute('aria-label')) return name + ' has an image without a label';
                }
                for (const slider of picture.querySelectorAll('input[type=range]')) {
                  if (!slider.closest('label')) return name + ' has a slider without a label';
                  if (slider.disabled) continue;
                  const before = picture.innerHTML;
                  slider.value = slider.value === slider.min ? slider.max : slider.min;
                  slider.dispatchEvent(new Event('input', { bubbles: true }));
                  await wait();
                  if (picture.innerHTML === before) return name + ' does not move: ' + slider.closest('label').textContent;
                }
                const buttons = [...picture.querySelectorAll('button')].filter((b) => b.getAttribute('aria-pressed') === 'false');
                for (const button of buttons) {
                  const before = picture.innerHTML;
                  button.click();
                  await wait();
                  if (picture.innerHTML === before) return name + ' does not change: ' + button.textContent;
                }
              }
              return '';
            })()
            """;

    private static void pictures(String address, long count, Browser page) throws Exception {
        String text =
                HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                        .body();
        long still = Pattern.compile("<figure class=\"moving").matcher(text).results().count();
        that(still == count, still + " pictures in the page, " + count + " in its source");
        // formulas and moving pictures are drawings in the page
        int words = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(text).replaceAll("").length();
        that(words < 300_000, "a page of " + words / 1000 + " kB without drawings");
        open(page, address);
        page.await("document.querySelectorAll('.moving').length === " + count);
        Thread.sleep(500);
        String problem = page.value(MOVE).asString();
        that(problem.isEmpty(), problem);
    }

    private static void read(Book book, URI address, Browser page, Path out) throws Exception {
        String root = address.resolve("/").toString();
        String token = address.getFragment().substring("run=".length());
        check(
                "cells run only for those who know the token, from the book's own pages",
                () -> {
                    that(post(address, "") == 403, "no token");
                    that(post(address, "0".repeat(token.length())) == 403, "another token");
                    that(post(address, token, "Origin", "http://evil.example") == 403, "another origin");
                    that(post(address, token, "Origin", "http://127.0.0.1:1") == 403, "another port");
                    that(post(address, token, "Sec-Fetch-Site", "cross-site") == 403, "another site");
                    that(post(address, token) == 200, "the reader");
                });
        page.size(1280, 900, false);
        check(
                "the contents in both languages",
                () -> {
                    open(page, root);
                    that(
                            page.text("document.querySelector('h1').textContent").contains("Deep Learning in Java"),
                            "title");
                    open(page, root + "zh/");
                    that(page.text("document.querySelector('h1').textContent").contains("深度学习"), "title");
                });
        String algebra = "preliminaries/linear-algebra.html";
        check(
                "a Chinese page: search by a word inside of sentences",
                () -> {
                    open(page, root + "zh/" + algebra);
                    search(page, "广播", "为什么要保留轴");
                    search(page, "不声不响", "练习");
                    search(page, "方格路", "范数");
                    search(page, "matmul 三种乘积", "三种乘积"); // many pages have the first word
                });
        check(
                "an English page: search",
                () -> {
                    open(page, root + algebra);
                    search(page, "taxi", "Norms");
                    search(page, "elementwise", "Three products");
                });
        check(
                "without the token no button; with it a cell runs, with the cells above it",
                () -> {
                    page.value("localStorage.clear()");
                    open(page, root + algebra);
                    Thread.sleep(500);
                    that(page.value("document.querySelectorAll('.book-cell .run').length").asInt() == 0, "buttons");
                    open(page, root + "#run=" + token);
                    page.await("location.hash === ''");
                    open(page, root + algebra);
                    String cell = CELL.formatted(4);
                    page.await(cell + ".querySelector('.run')");
                    page.value(cell + ".querySelector('.run').click()");
                    page.await(
                            cell
                                    + ".querySelector('.live') && "
                                    + cell
                                    + ".querySelector('.live').textContent.includes('0.2286')");
                    page.await("!" + cell + ".querySelector('.stop')");
                    cell = CELL.formatted(5);
                    page.value(cell + ".querySelector('.run').click()");
                    page.await(
                            cell
                                    + ".querySelector('.live .failure') && "
                                    + cell
                                    + ".querySelector('.live .failure').textContent.includes('do not broadcast')");
                });
        page.screenshot(out.resolve("run.png"));
        check(
                "the picture moves",
                () -> {
                    // a click before the page's script has taken over the picture moves nothing
                    boolean moved = false;
                    for (int second = 1; second <= 5 && !moved; second++) {
                        open(page, root + algebra);
                        Thread.sleep(1000L * second);
                        page.value("document.querySelectorAll('.axis-sum .axes-chosen button')[1].click()");
                        Thread.sleep(500);
                        moved =
                                page.value(
                                                "document.querySelector('.axis-sum figcaption code').textContent.includes('dims(0, 1)')")
                                        .asBoolean();
                    }
                    that(moved, page.text("document.querySelector('.axis-sum figcaption code').textContent"));
                    page.await("document.querySelector('.axis-sum .result').textContent.includes('190')");
                });
        check(
                "a picture moves by the keyboard",
                () -> {
                    String slider = "document.querySelector('.matrix-product input')";
                    page.value(slider + ".focus()");
                    page.press("ArrowRight");
                    page.await(slider + ".value === '1'");
                    page.await("document.querySelector('.matrix-product output').textContent === '1'");
                });
        List<Contents.Section> written = book.written();
        for (Contents.Section section : written) {
            long pictures = book.page(section).parts().stream().filter(p -> p instanceof Part.Component).count();
            for (String language : pictures == 0 ? new String[0] : new String[] {"", "zh/"}) {
                check(
                        "each picture of %s%s: still without JavaScript, and moved"
                                .formatted(language, section.number()),
                        () -> pictures(root + language + section.path() + ".html", pictures, page));
            }
        }
        // all would take a quarter of an hour
        var some = new ArrayList<Contents.Section>();
        for (int i = 0; i < written.size(); i += EVERY) {
            some.add(written.get(i));
        }
        for (boolean dark : new boolean[] {false, true}) {
            page.prefersDark(dark);
            for (Contents.Section section : some) {
                for (String language : new String[] {"", "zh/"}) {
                    String name = section.number() + (language.isEmpty() ? "-en" : "-zh") + (dark ? "-dark" : "-light");
                    check(
                            "page " + name,
                            () -> {
                                page.size(1280, 900, false);
                                open(page, root + language + section.path() + ".html");
                                page.await("document.documentElement.classList.contains('dark') === " + dark);
                                int height = page.value("document.documentElement.scrollHeight").asInt();
                                page.size(1280, height, false);
                                Thread.sleep(300);
                                page.screenshot(out.resolve(name + ".png"));
                                page.size(390, 844, true);
                                page.await("document.documentElement.clientWidth === 390");
                                that(
                                        page.value("document.documentElement.scrollWidth").asInt() <= 390,
                                        "wider than a phone: " + page.value("document.documentElement.scrollWidth"));
                            });
                }
            }
        }
        check("no error on the console", () -> that(page.errors.isEmpty(), page.errors));
        check(
                "no request leaves the machine",
                () -> {
                    var foreign =
                            page.requests.stream()
                                    .filter(u ->
                                            !u.startsWith(root)
                                                    && !u.startsWith("data:")
                                                    && !u.startsWith("blob:")
                                                    && !u.equals("about:blank"))
                                    .toList();
                    that(foreign.isEmpty(), foreign);
                });
    }
}
