package fathom.book.serve;

import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.page.CellKind;
import fathom.book.page.Page;
import fathom.book.page.Part;
import fathom.book.run.CellOutput;
import fathom.book.run.CellResult;
import fathom.book.run.Failure;
import fathom.book.run.Limits;
import fathom.book.run.PageSession;
import fathom.book.run.Substitution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs cells for readers: a session for each page, in which the cells above run first. */
final class CellRuns implements AutoCloseable {
    /** The page that was used longest ago ends for one more. */
    private static final int MOST_SESSIONS = 3;

    /** A reader stops what takes longer. */
    private static final int CELL_SECONDS = 2 * 60 * 60;

    private static final Pattern VALUE = Pattern.compile("-?\\d{1,12}(\\.\\d{1,12})?([eE]-?\\d{1,3})?|true|false");

    /** A page's session, and what has run in it. */
    private static final class Open {
        private final Object turn = new Object();
        private final Set<Integer> executed = new HashSet<>();
        private volatile @Nullable PageSession session;
    }

    private final Book book;
    private final LinkedHashMap<String, Open> pages = new LinkedHashMap<>(16, 0.75f, true);
    private boolean isClosed;

    CellRuns(Book book) {
        this.book = book;
    }

    /**
     * Runs a cell, after the cells above it that have not run yet.
     *
     * @param path the page
     * @param number the cell
     * @param settings other values for variables that the page lets readers change
     * @param watcher is given the outputs so far
     * @return what came of it; of a cell above, if that failed
     * @throws IllegalArgumentException if there is no such cell, or a value is none
     * @throws IOException if the page cannot be read, or its JVM not started
     */
    CellResult run(String path, int number, Map<String, String> settings, Consumer<List<CellOutput>> watcher)
            throws IOException {
        Contents.Section section =
                book.written().stream()
                        .filter(s -> s.path().equals(path))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("the book has no page " + path));
        Page page = book.page(section);
        List<Part.Cell> cells = page.cells();
        if (number < 0 || number >= cells.size()) {
            throw new IllegalArgumentException("the page has no cell " + number);
        }
        for (var setting : settings.entrySet()) {
            if (!page.front().checked().containsKey(setting.getKey()) || !VALUE.matcher(setting.getValue()).matches()) {
                throw new IllegalArgumentException(
                        "%s = %s: not a setting of this page, or no number"
                                .formatted(setting.getKey(), setting.getValue()));
            }
        }
        Open open = open(path);
        synchronized (open.turn) {
            PageSession session = open.session;
            if (session == null || session.hasEnded()) {
                open.executed.clear();
                session = PageSession.start(new Limits(CELL_SECONDS, 2048, 8192, 200_000), folder());
                open.session = session;
            }
            for (Part.Cell cell : cells.subList(0, number)) {
                boolean isNeeded = cell.kind() == CellKind.PLAIN || cell.kind() == CellKind.SLOW;
                if (isNeeded && !open.executed.contains(cell.number())) {
                    // what only prepares another cell trains as little as it can
                    var values = new HashMap<>(page.front().checked());
                    values.putAll(settings);
                    CellResult above = session.run(Substitution.apply(cell.code(), values));
                    if (above.failure().isPresent()) {
                        return inAbove(cell, above);
                    }
                    open.executed.add(cell.number());
                }
            }
            CellResult result = session.run(Substitution.apply(cells.get(number).code(), settings), watcher);
            if (result.failure().isEmpty()) {
                open.executed.add(number);
            }
            return result;
        }
    }

    private static CellResult inAbove(Part.Cell cell, CellResult above) {
        Failure failure = above.failure().orElseThrow();
        return new CellResult(
                above.outputs(),
                Optional.of(
                        new Failure(
                                failure.kind(),
                                "in the cell above that begins with \"%s\": %s"
                                        .formatted(cell.code().lines().findFirst().orElse(""), failure.message()))),
                above.millis());
    }

    /** Stops what runs for a page. */
    void stop(String path) {
        Open open;
        synchronized (pages) {
            open = pages.get(path);
        }
        PageSession session = open == null ? null : open.session;
        if (session != null) {
            session.stop();
        }
    }

    private Open open(String path) throws IOException {
        List<Open> ended = new ArrayList<>();
        Open open;
        synchronized (pages) {
            if (isClosed) {
                throw new IOException("the book is closed");
            }
            open = pages.computeIfAbsent(path, p -> new Open());
            var oldest = pages.entrySet().iterator();
            while (pages.size() > MOST_SESSIONS && oldest.hasNext()) {
                ended.add(oldest.next().getValue());
                oldest.remove();
            }
        }
        ended.forEach(CellRuns::end);
        return open;
    }

    private static void end(Open open) {
        PageSession session = open.session;
        if (session != null) {
            session.close();
        }
    }

    private static Path folder() throws IOException {
        Path folder = Files.createTempDirectory("fathom-book");
        folder.toFile().deleteOnExit();
        return folder;
    }

    @Override
    public void close() {
        List<Open> all;
        synchronized (pages) {
            isClosed = true;
            all = List.copyOf(pages.values());
            pages.clear();
        }
        all.forEach(CellRuns::end);
    }
}
