package fathom.train.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches whose trials are divided among processes by the locks in their folder. */
class SearchProcessesTest {
    private static final int TRIALS = 12;

    @TempDir Path folder;

    private final List<Process> processes = new ArrayList<>();

    /** A search that notes each trial's begin, and prints its table. */
    static final class Searching {
        private Searching() {}

        /** Takes the folder and the milliseconds that a trial takes. */
        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            long pause = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1]));
            var result =
                    Search.random(new SearchSpace().uniform("x", -1, 1), TRIALS, 3)
                            .folder(folder.resolve("search"))
                            .evaluate(t -> {
                                note(folder.resolve("begun"), t.index() + " " + ProcessHandle.current().pid() + "\n");
                                LockSupport.parkNanos(pause);
                                return Map.of("test loss", t.real("x") * t.real("x"));
                            });
            System.out.println(result);
        }

        private static void note(Path file, String line) {
            try {
                Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private Process start(int milliseconds) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process =
                new ProcessBuilder(
                                java,
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Searching.class.getName(),
                                folder.toString(),
                                Integer.toString(milliseconds))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out-" + processes.size()).toFile())
                        .start();
        processes.add(process);
        return process;
    }

    private static void end(Process process) throws InterruptedException {
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the search ends").isTrue();
    }

    private List<String> begun() throws IOException {
        Path file = folder.resolve("begun");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void eachTrialIsMadeOnce() throws Exception {
        Process first = start(150);
        Process second = start(150);
        end(first);
        end(second);
        assertThat(Files.readString(folder.resolve("out-0"))).startsWith("trial").contains("test loss");
        List<String> trials = begun().stream().map(line -> line.split(" ")[0]).toList();
        assertThat(trials).as("trials that began").hasSize(TRIALS).doesNotHaveDuplicates();
        assertThat(scores(0)).as("both processes know all results").isEqualTo(scores(1));
        assertThat(first.exitValue()).isZero();
        assertThat(second.exitValue()).isZero();
    }

    /** {@return the table without the seconds at the end of its lines, in the trials' order} */
    private List<String> scores(int process) throws IOException {
        return Files.readAllLines(folder.resolve("out-" + process)).stream()
                .filter(line -> line.matches("\\s*\\d+ .*"))
                .map(line -> line.strip().replaceAll("\\s+\\S+$", ""))
                .sorted()
                .toList();
    }

    @Test
    void whatAKilledProcessWasAtIsMadeAgain() throws Exception {
        Process killed = start(100_000);
        while (begun().isEmpty()) {
            assertThat(killed.isAlive()).as("the first process").isTrue();
            Thread.sleep(20);
        }
        Process other = start(1);
        while (begun().size() < TRIALS) {
            assertThat(other.isAlive()).as("the other process").isTrue();
            Thread.sleep(20);
        }
        assertThat(other.waitFor(300, TimeUnit.MILLISECONDS)).as("it waits for the trial of the first").isFalse();
        killed.destroyForcibly().waitFor();
        end(other);
        assertThat(other.exitValue()).isZero();
        List<String> trials = begun().stream().map(line -> line.split(" ")[0]).toList();
        assertThat(trials).hasSize(TRIALS + 1);
        assertThat(trials.getLast()).as("the trial made again").isEqualTo(trials.getFirst());
        assertThat(scores(1)).hasSize(TRIALS);
    }
}
