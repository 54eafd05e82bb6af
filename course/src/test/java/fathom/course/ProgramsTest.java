package fathom.course;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each program of {@code course/programs} as its reader would, as a source file on the JDK's launcher, and holds
 * what it prints against the {@code //>} comments: every such line must come, in that order.
 *
 * <p>Programs that train for hours are {@linkplain #SHORTENED shortened} first. Their lines must come with the same
 * words; the numbers are those of the whole training.
 */
class ProgramsTest {
    private static final String MARK = "//>";

    /** What is written in place of what, by the name of a program: fewer examples and epochs. */
    private static final Map<String, Map<String, String>> SHORTENED =
            Map.of(
                    "FirstProgram.java",
                    Map.of("epoch <= 3", "epoch <= 1", "data.train(), 256", "data.train().range(0, 4096), 64"),
                    "ResidualNetwork.java",
                    Map.of(
                            "data.train(), 256", "data.train().range(0, 64), 16",
                            "data.test(), 256", "data.test().range(0, 32), 16",
                            "Epochs.of(10)", "Epochs.of(2)"));

    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?(e-?\\d+)?");

    @TempDir Path folder;

    static Stream<Path> programs() throws IOException {
        Path programs = Path.of("programs");
        return Files.list(Files.isDirectory(programs) ? programs : Path.of("course", "programs"))
                .filter(p -> p.toString().endsWith(".java"))
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void printsWhatItsCommentsSay(Path program) throws IOException, InterruptedException {
        List<String> expected = expected(program);
        Path file = shortened(program);
        List<String> printed = run(file);
        if (!file.equals(program)) {
            expected = withoutNumbers(expected);
            printed = withoutNumbers(printed);
        }
        if (!expected.isEmpty()) { // a program that trains says only that it prints
            assertThat(printed).containsSubsequence(expected);
        }
        long prints = Files.readAllLines(program).stream().filter(l -> l.contains("IO.println(")).count();
        assertThat(printed.size()).as("every print happens").isGreaterThanOrEqualTo((int) prints);
    }

    /** {@return the program, or a copy that ends soon} */
    private Path shortened(Path program) throws IOException {
        Map<String, String> changes = SHORTENED.get(program.getFileName().toString());
        if (changes == null) {
            return program;
        }
        String text = Files.readString(program);
        for (var change : changes.entrySet()) {
            assertThat(text).as("what is shortened").containsOnlyOnce(change.getKey());
            text = text.replace(change.getKey(), change.getValue());
        }
        return Files.writeString(folder.resolve(program.getFileName()), text);
    }

    private static List<String> withoutNumbers(List<String> lines) {
        return lines.stream().map(l -> NUMBER.matcher(l).replaceAll("#")).toList();
    }

    private static List<String> expected(Path program) throws IOException {
        var lines = new ArrayList<String>();
        for (String line : Files.readAllLines(program)) {
            int at = line.indexOf(MARK);
            if (at >= 0) {
                String text = line.substring(at + MARK.length());
                lines.add(text.startsWith(" ") ? text.substring(1) : text);
            }
        }
        return lines;
    }

    private List<String> run(Path program) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                        "--module-path",
                                        modulePath(),
                                        "--add-modules",
                                        "fathom,fathom.cpu,fathom.onednn,jdk.incubator.vector",
                                        "--enable-native-access=fathom.core,fathom.cpu,fathom.onednn",
                                        "-Dfathom.offline=true", // the sample will do
                                        "-Dfathom.bfloat16=always", // slow where it is not in the processor, but shown
                                        program.toAbsolutePath().toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .directory(folder.toFile())
                        .start();
        process.getOutputStream().close();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output);
        assertThat(ended).as("ends within two minutes; printed: " + text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text.lines().toList();
    }

    /** What of this test's own paths holds modules of the project or of its libraries. */
    private static String modulePath() {
        String all =
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
        var parts =
                Arrays.stream(all.split(File.pathSeparator))
                        .filter(p -> !p.isEmpty() && !p.contains("test-classes"))
                        .distinct()
                        .filter(p -> isModule(Path.of(p)))
                        .toList();
        return String.join(File.pathSeparator, parts);
    }

    private static boolean isModule(Path path) {
        try {
            return ModuleFinder.of(path).findAll().stream()
                    .noneMatch(m ->
                            m.descriptor().name().startsWith("org.junit")
                                    || m.descriptor().name().equals("fathom.course"));
        } catch (java.lang.module.FindException e) {
            return false; // a jar without a name that a module could have: native libraries, for instance
        }
    }
}
