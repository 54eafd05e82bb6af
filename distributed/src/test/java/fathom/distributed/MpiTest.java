package fathom.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes started by {@code mpirun}; left out, visibly, where there is none. */
class MpiTest {
    @TempDir Path scratch;

    private Path mpirun = Path.of("mpirun");

    private record Outcome(int code, String output, double seconds) {}

    @BeforeEach
    void findLauncher() {
        Optional<Path> found =
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                        .map(folder -> Path.of(folder, "mpirun"))
                        .filter(Files::isExecutable)
                        .findFirst();
        if (found.isEmpty()) {
            System.err.println("LEFT OUT: MpiTest, since there is no mpirun (Debian: apt install openmpi-bin)");
        }
        assumeTrue(found.isPresent());
        mpirun = found.get();
    }

    private Process start(int processes, List<String> properties, String what) throws IOException {
        var command = new ArrayList<String>(List.of(mpirun.toString()));
        if (isOpenMpi()) {
            command.addAll(List.of("--oversubscribe", "--bind-to", "none"));
        }
        command.addAll(List.of("-np", Integer.toString(processes)));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-Dfathom.threads=1", "-Dfathom.accelerator=none"));
        command.addAll(List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(properties);
        command.addAll(List.of("-cp", classPath(), MpiProgram.class.getName(), what));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT", "1");
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
        return builder.start();
    }

    /** Class path and module path of this JVM: tests run as modules under Maven. */
    private static String classPath() {
        String modules = System.getProperty("jdk.module.path", "");
        String classes = System.getProperty("java.class.path");
        String tests =
                Path.of(MpiProgram.class.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
        return String.join(":", List.of(tests, classes, modules)).replaceAll(":+$", "");
    }

    private boolean isOpenMpi() throws IOException {
        Process version = new ProcessBuilder(mpirun.toString(), "--version").redirectErrorStream(true).start();
        return new String(version.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                .contains("Open MPI");
    }

    private Path log() {
        return scratch.resolve("output");
    }

    private Outcome run(int processes, List<String> properties, String what) throws Exception {
        long begin = System.nanoTime();
        return ended(start(processes, properties, what), begin);
    }

    private Outcome ended(Process process, long begin) throws Exception {
        if (!process.waitFor(3, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("the job does not end: " + Files.readString(log()));
        }
        return new Outcome(process.exitValue(), Files.readString(log()), (System.nanoTime() - begin) * 1e-9);
    }

    @Test
    void collectivesOfProcessesHaveTheirDefinedResults() throws Exception {
        Outcome o = run(3, List.of(), "collectives");
        assertThat(o.code).as(o.output).isZero();
        assertThat(o.output).contains("rank 0 of 3: collectives agree", "rank 2 of 3: collectives agree");
    }

    @Test
    void aProcessThatFailsEndsAllAndIsNamed() throws Exception {
        Outcome o = run(2, List.of(), "throws");
        assertThat(o.code).isNotZero();
        assertThat(o.output).contains("rank 1 of 2 ends the job", "no memory for a tensor of 3 GB");
    }

    @Test
    void aProcessThatLeavesEarlyEndsTheOthers() throws Exception {
        Outcome o = run(2, List.of(), "leaves");
        assertThat(o.code).isNotZero();
        assertThat(o.output)
                .contains("rank 0 of 2 ends the job: barrier waits for a process that has left: rank 1 closed");
    }

    @Test
    void aStoppedProcessEndsAllAndIsNamed() throws Exception {
        long begin = System.nanoTime();
        Process job = start(2, List.of("-Dfathom.distributed.heartbeat=3"), "waits");
        Pattern pid = Pattern.compile("rank 1 of 2: pid ([0-9]+)");
        Matcher found = pid.matcher(Files.readString(log()));
        while (!found.find()) {
            assertThat(job.isAlive()).as(Files.readString(log())).isTrue();
            Thread.sleep(50);
            found = pid.matcher(Files.readString(log()));
        }
        new ProcessBuilder("kill", "-STOP", found.group(1)).start().waitFor();
        Outcome o = ended(job, begin);
        assertThat(o.code).isNotZero();
        assertThat(o.output).contains("rank 0 of 2 ends the job: rank 1 has not answered for 3 s");
        // it may be a zombie for a moment
        Optional<ProcessHandle> stopped = ProcessHandle.of(Long.parseLong(found.group(1)));
        if (stopped.isPresent()) {
            stopped.get().onExit().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void anOperationThatOthersDoNotJoinIsGivenUp() throws Exception {
        Outcome o = run(2, List.of("-Dfathom.distributed.timeout=2"), "timeout");
        assertThat(o.code).isNotZero();
        assertThat(o.output).contains("barrier has waited for 2 s", "rank 1 has begun 0 operations, this one 1");
    }

    @Test
    void twoProcessesTrainWhatOneHasNoMemoryFor() throws Exception {
        List<String> limit = List.of("-Dfathom.memory.limit=40m");
        Outcome one = run(1, limit, "large");
        assertThat(one.code).as(one.output).isNotZero();
        assertThat(one.output).contains("OutOfMemoryError: no room for a tensor");
        Outcome two = run(2, limit, "large");
        assertThat(two.code).as(two.output).isZero();
        assertThat(two.output).contains("rank 0 of 2: the loss falls: true", "rank 1 of 2: the loss falls: true");
    }
}
