package fathom.book.check;

import fathom.book.Book;
import fathom.book.Contents.Section;
import fathom.book.page.Page;
import fathom.book.page.PageException;
import fathom.book.run.OutputsFile;
import fathom.book.run.PageOutputs;
import fathom.book.run.PageRunner;
import fathom.book.run.Speed;
import fathom.book.write.ProgramWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Checks pages: their sources, then everything that they print when they are run.
 *
 * @param sections the sections that were checked
 * @param problems what is wrong, in the order of pages
 */
public record BookCheck(List<Section> sections, List<Problem> problems) {
    /** Compiling cells keeps one processor busy, and training all; each page's JVM has a gigabyte. */
    private static final int PAGES_AT_A_TIME = 2;

    /**
     * {@return the result of checking some sections}
     *
     * @param runs whether cells are run; otherwise only sources, and outputs that are committed, are looked at
     * @param progress is told of each page when it is done, in a line; some run side by side
     * @throws IOException if a page cannot be read or its JVM not started
     */
    public static BookCheck of(Book book, List<Section> sections, boolean runs, Consumer<String> progress)
            throws IOException {
        List<Problem> problems = new ArrayList<>();
        for (String stranger : book.strangers()) {
            problems.add(new Problem("pages/" + stranger, 1, "contents.yaml has no such section"));
        }
        var links = new LinkCheck(book);
        var pages = new ArrayList<Future<List<Problem>>>();
        try (ExecutorService threads = Executors.newFixedThreadPool(runs ? PAGES_AT_A_TIME : 1)) {
            for (Section section : sections) {
                pages.add(threads.submit(() -> check(book, section, links, runs, progress)));
            }
            for (Future<List<Problem>> page : pages) {
                problems.addAll(result(page));
            }
        }
        return new BookCheck(List.copyOf(sections), List.copyOf(problems));
    }

    private static List<Problem> result(Future<List<Problem>> page) throws IOException {
        try {
            return page.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException r) {
                throw r;
            }
            throw cause instanceof IOException io ? io : new IOException(String.valueOf(cause), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static List<Problem> check(
            Book book, Section section, LinkCheck links, boolean runs, Consumer<String> progress) throws IOException {
        long start = System.nanoTime();
        List<Problem> found = new ArrayList<>();
        try {
            Page page = book.page(section);
            found.addAll(TextCheck.of(page));
            synchronized (links) {
                found.addAll(links.of(page));
            }
            committed(book, section, page, found);
            if (runs) {
                PageOutputs outputs = PageRunner.run(page, Speed.CHECKED);
                List<Problem> wrong = OutputCheck.of(page, outputs);
                found.addAll(wrong);
                if (wrong.isEmpty()) {
                    ProgramWriter.compile(page, outputs)
                            .ifPresent(e -> found.add(new Problem(page.file(), 1, "as a program: " + e)));
                }
            }
        } catch (PageException e) {
            found.add(Problem.of(e));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        String line =
                "%s %s: %s, %s s"
                        .formatted(
                                section.number(),
                                section.path(),
                                found.isEmpty() ? "ok" : "%s problems".formatted(found.size()),
                                String.format(java.util.Locale.ROOT, "%.1f", seconds));
        synchronized (links) {
            progress.accept(line);
        }
        return found;
    }

    private static void committed(Book book, Section section, Page page, List<Problem> problems) throws IOException {
        Optional<PageOutputs> outputs = OutputsFile.read(book.outputs(section));
        if (outputs.isEmpty()) {
            problems.add(
                    new Problem(
                            page.file(), 1, "its outputs are not committed; ./fathom book run " + section.number()));
        } else if (!outputs.get().digest().equals(page.digest())) {
            problems.add(
                    new Problem(
                            page.file(),
                            1,
                            "its committed outputs are of other cells; ./fathom book run " + section.number()));
        } else {
            problems.addAll(OutputCheck.of(page, outputs.get()));
        }
    }
}
