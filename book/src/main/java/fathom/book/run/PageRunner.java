package fathom.book.run;

import fathom.book.page.Page;
import fathom.book.page.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Runs pages, each in a JVM and a folder of its own. */
public final class PageRunner {
    /** A page may take so many times as long as it says before its cells are ended: machines differ, and are busy. */
    private static final int PATIENCE = 20;

    private static final int LEAST_SECONDS = 120;
    private static final int FULL_SECONDS = 24 * 60 * 60;

    private PageRunner() {}

    /**
     * {@return what a page shows}
     *
     * @throws IOException if its JVM does not start
     */
    public static PageOutputs run(Page page, Speed speed) throws IOException {
        int seconds = speed == Speed.FULL ? FULL_SECONDS : Math.max(LEAST_SECONDS, PATIENCE * page.front().seconds());
        return run(page, speed, Limits.ofSeconds(seconds));
    }

    /**
     * {@return what a page shows}
     *
     * @throws IOException if its JVM does not start
     */
    public static PageOutputs run(Page page, Speed speed, Limits limits) throws IOException {
        Path folder = Files.createTempDirectory("fathom-page");
        long start = System.nanoTime();
        List<CellResult> results = new ArrayList<>();
        var values = new LinkedHashMap<String, ShownValues>();
        try (PageSession session = PageSession.start(limits, folder)) {
            int component = 0;
            for (Part part : page.parts()) {
                switch (part) {
                    case Part.Cell cell -> results.add(session.run(code(page, cell, speed)));
                    case Part.Component c -> {
                        for (String variable : c.variables()) {
                            try {
                                values.put(component + "." + variable, session.values(variable));
                            } catch (IllegalArgumentException e) {
                                // a variable without values is reported when the page is checked
                            }
                        }
                        component++;
                    }
                    default -> {
                        // text does not run
                    }
                }
            }
        } finally {
            delete(folder);
        }
        double took = Math.round((System.nanoTime() - start) / 1e8) / 10.0;
        var made =
                new PageOutputs.Made(
                        speed.name().toLowerCase(Locale.ROOT),
                        LocalDate.now(java.time.ZoneOffset.UTC).toString(),
                        machine(),
                        Runtime.version().toString(),
                        took);
        return new PageOutputs(page.digest(), made, List.copyOf(results), Map.copyOf(values));
    }

    private static String code(Page page, Part.Cell cell, Speed speed) {
        return speed == Speed.FULL ? cell.code() : Substitution.apply(cell.code(), page.front().checked());
    }

    private static String machine() {
        String processor = System.getProperty("os.arch");
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            processor =
                    lines.filter(l -> l.startsWith("model name"))
                            .map(l -> l.substring(l.indexOf(':') + 1).strip())
                            .findFirst()
                            .orElse(processor);
        } catch (IOException e) {
            // another system: its architecture serves
        }
        return "%s, %s cores".formatted(processor, Runtime.getRuntime().availableProcessors());
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            // the system's folder of temporary files
        }
    }
}
