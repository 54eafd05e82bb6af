package fathom.course;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of {@code course/programs} as its reader would, as a source file on the JDK's launcher. */
final class ProgramRun {
    static final Path PROGRAMS =
            Files.isDirectory(Path.of("programs")) ? Path.of("programs") : Path.of("course", "programs");

    /** Far more than any program takes, on a busy machine as well. */
    private static final int HANGS_AFTER_MINUTES = 15;

    private ProgramRun() {}

    /**
     * Runs a program without a network.
     *
     * @param folder the program's working directory
     * @return the lines that it prints
     */
    static List<String> of(Path program, Path folder) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                        "--module-path",
                                        modulePath(),
                                        "--add-modules",
                                        "fathom,fathom.cpu,fathom.onednn,fathom.cuda,jdk.incubator.vector",
                                        "--enable-native-access=fathom.core,fathom.cpu,fathom.onednn,fathom.cuda",
                                        "-Dfathom.offline=true", // the sample will do
                                        "-Dfathom.bfloat16=always", // slow where it is not in the processor, but shown
                                        program.toAbsolutePath().toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .directory(folder.toFile())
                        .start();
        process.getOutputStream().close();
        boolean ended = process.waitFor(HANGS_AFTER_MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        String text = Files.readString(output);
        assertThat(ended).as("ends within %s minutes; printed: %s", HANGS_AFTER_MINUTES, text).isTrue();
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
