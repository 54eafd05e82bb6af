package fathom.book.write;

import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.page.Page;
import fathom.book.run.OutputsFile;
import fathom.book.run.PageOutputs;
import fathom.book.run.PageRunner;
import fathom.book.run.Speed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Builds the site with VitePress, which Node.js runs; what is built needs none. */
public final class SiteBuilder {
    /** Heap of Node.js, which for 250 pages needs more than its own 4 GB. */
    private static final int NODE_MEGABYTES = 8192;

    private static final int BUILD_MINUTES = 15;

    private final Book book;
    private final Path site;
    private final Consumer<String> progress;

    /**
     * @param progress is told what is done, a line each
     */
    public SiteBuilder(Book book, Consumer<String> progress) {
        this.book = book;
        this.site = book.folder().resolve("site");
        this.progress = progress;
    }

    /** {@return the folder of the built site} */
    public Path built() {
        return site.resolve(".vitepress/dist");
    }

    /** {@return whether the site was built after the last change of its sources} */
    public boolean isCurrent() throws IOException {
        Path index = built().resolve("index.html");
        if (!Files.exists(index)) {
            return false;
        }
        FileTime time = Files.getLastModifiedTime(index);
        for (String source :
                List.of("contents.yaml", "pages", "outputs", "site/package-lock.json", "site/.vitepress")) {
            try (Stream<Path> files = Files.walk(book.folder().resolve(source))) {
                boolean isNewer =
                        files.filter(Files::isRegularFile)
                                .filter(f -> !f.startsWith(built()) && !f.startsWith(site.resolve(".vitepress/cache")))
                                .anyMatch(f -> f.toFile().lastModified() > time.toMillis());
                if (isNewer) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * {@return the outputs of all pages that are written: the committed ones, or where these are of other cells, those
     * of a run now}
     */
    public Map<String, PageOutputs> outputs() throws IOException {
        var outputs = new LinkedHashMap<String, PageOutputs>();
        for (Contents.Section section : book.written()) {
            Page page = book.page(section);
            Optional<PageOutputs> committed =
                    OutputsFile.read(book.outputs(section)).filter(o -> o.digest().equals(page.digest()));
            if (committed.isEmpty()) {
                progress.accept("running " + section.number() + " " + page.front().title().en());
            }
            outputs.put(section.path(), committed.isPresent() ? committed.get() : PageRunner.run(page, Speed.CHECKED));
        }
        return outputs;
    }

    /**
     * Builds the site.
     *
     * @throws IOException if Node.js or what it needs is missing, or VitePress fails
     */
    public void build() throws IOException {
        requireNode();
        SiteWriter.write(book, outputs(), site.resolve("src"));
        Path installed = site.resolve("node_modules/.package-lock.json");
        Path lock = site.resolve("package-lock.json");
        if (!Files.exists(installed)
                || Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(lock)) < 0) {
            progress.accept("installing VitePress (once)");
            run("npm", "ci", "--ignore-scripts");
        }
        progress.accept("building the site");
        run("npm", "run", "--silent", "build");
    }

    private void requireNode() throws IOException {
        try {
            run("node", "--version");
            run("npm", "--version");
        } catch (IOException e) {
            throw new IOException(
                    "the site is built by Node.js 20 or later with npm, which is not here: apt install npm, or see nodejs.org",
                    e);
        }
    }

    private void run(String... command) throws IOException {
        Path log = Files.createTempFile("fathom-book", ".log");
        try {
            var builder =
                    new ProcessBuilder(command)
                            .directory(site.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putIfAbsent("NODE_OPTIONS", "--max-old-space-size=" + NODE_MEGABYTES);
            Process process = builder.start();
            boolean hasEnded = process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES);
            if (!hasEnded) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            if (!hasEnded || process.exitValue() != 0) {
                throw new IOException(
                        "%s failed: %s".formatted(String.join(" ", command), Files.readString(log).strip()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(log);
        }
    }
}
