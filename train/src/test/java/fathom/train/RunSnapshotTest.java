package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensors;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.train.RunSnapshot.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the folder of a run says while it goes on, and after whatever ended it. */
class RunSnapshotTest {
    @TempDir Path root;

    private Path run() {
        return root.resolve("some/run");
    }

    private Run fit(int epochs, Consumer<TrainerOptions> more) {
        Tensors.manualSeed(3);
        return new Trainer(
                        Fixture.net(),
                        t -> {
                            t.optimizer(p -> new Adam(p, 0.02)).seed(0).progress(false).checkpoints(run());
                            more.accept(t);
                        })
                .fit(Fixture.train(), Fixture.test(), Epochs.of(epochs));
    }

    @Test
    void aRunIsFollowedWhileItGoesOn() {
        List<Status> seen = new ArrayList<>();
        List<Integer> epochs = new ArrayList<>();
        Run result =
                fit(
                        3,
                        t ->
                                t.schedule(o -> new ExponentialLR(o, 0.5))
                                        .callbacks(
                                                new TrainingCallback() {
                                                    @Override
                                                    public void onEpoch(Progress progress, EpochResult result) {
                                                        RunSnapshot now = RunSnapshot.read(run());
                                                        seen.add(now.status());
                                                        epochs.add(now.epochs().rows().size());
                                                    }
                                                }));
        assertThat(seen).containsExactly(Status.RUNNING, Status.RUNNING, Status.RUNNING);
        assertThat(epochs).containsExactly(1, 2, 3);
        RunSnapshot end = RunSnapshot.read(run());
        assertThat(end.status()).isEqualTo(Status.FINISHED);
        assertThat(end.config()).containsEntry("optimizer", "Adam").containsEntry("ending", "FINISHED");
        assertThat(end.config().get("optimizerSettings"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .as("as they were at the start")
                .containsEntry("lr", 0.02);
        assertThat(end.epochs().columns()).startsWith("epoch", "train_loss", "train_acc", "test_loss", "test_acc");
        assertThat(end.epochs().column("test_acc")[2]).isCloseTo(result.last().test().get("acc"), within(1e-6));
        double seconds = result.history().stream().mapToDouble(EpochResult::seconds).sum();
        double[] steps = end.steps().column("step");
        assertThat(steps[steps.length - 1]).as("updates: 13 batches of 16 in each epoch").isEqualTo(39);
        assertThat(end.steps().column("epoch")[steps.length - 1]).isEqualTo(3);
        assertThat(end.steps().column("seconds")[steps.length - 1]).isCloseTo(seconds, within(1e-3));
        assertThat(end.steps().column("lr")[0]).isCloseTo(0.02, within(1e-8));
        assertThat(end.pictures()).isEmpty();
    }

    @Test
    void whatEndedARunIsTold() {
        fit(9, t -> t.earlyStopping(1, 100));
        assertThat(RunSnapshot.read(run()).config()).containsEntry("ending", "NO_IMPROVEMENT");
        assertThat(RunSnapshot.read(run()).status()).isEqualTo(Status.FINISHED);
        var stop =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress progress) {
                        if (progress.step() == 5) {
                            progress.stop();
                        }
                    }
                };
        fit(9, t -> t.overwrite(true).callbacks(stop));
        assertThat(RunSnapshot.read(run()).status()).isEqualTo(Status.INTERRUPTED);
        var kill =
                new TrainingCallback() {
                    @Override
                    public void onEpochStart(Progress progress) {
                        if (progress.epoch() == 3) {
                            throw new StackOverflowError("killed");
                        }
                    }
                };
        assertThatThrownBy(() -> fit(9, t -> t.overwrite(true).callbacks(kill))).hasMessage("killed");
        RunSnapshot killed = RunSnapshot.read(run());
        assertThat(killed.status()).isEqualTo(Status.INTERRUPTED);
        assertThat(killed.epochs().rows()).hasSize(2);
        fit(4, t -> t.resume(true));
        RunSnapshot resumed = RunSnapshot.read(run());
        assertThat(resumed.status()).isEqualTo(Status.FINISHED);
        double[] steps = resumed.steps().column("step");
        assertThat(steps).isSorted().endsWith(52);
    }

    @Test
    void aLockOfAProcessThatIsGoneDoesNotCount() throws Exception {
        fit(1, t -> {});
        Path config = run().resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"FINISHED\"", "null").replace(": 1,", ": 7,"));
        Path lock = run().resolve(".lock");
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(lock, Long.toString(other.pid()));
            assertThat(RunSnapshot.read(run()).status()).isEqualTo(Status.RUNNING);
            long before = RunSnapshot.fingerprint(run());
            Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
            assertThat(RunSnapshot.read(run()).status())
                    .as("the process began after the lock was taken")
                    .isEqualTo(Status.INTERRUPTED);
            assertThat(RunSnapshot.fingerprint(run())).isNotEqualTo(before);
            Files.writeString(lock, Long.toString(other.pid()));
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(RunSnapshot.read(run()).status()).isEqualTo(Status.INTERRUPTED);
        Files.writeString(lock, "");
        assertThat(RunSnapshot.read(run()).status()).as("just being taken").isEqualTo(Status.RUNNING);
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        assertThat(RunSnapshot.read(run()).status()).isEqualTo(Status.INTERRUPTED);
    }

    @Test
    void foldersOfRunsAreFoundAndOthersPassedOver() throws Exception {
        fit(1, t -> {});
        Files.createDirectories(root.resolve("another"));
        Files.writeString(root.resolve("another/config.json"), "{\"theme\": \"dark\"}");
        Files.createDirectories(root.resolve(".hidden"));
        Files.copy(run().resolve("config.json"), root.resolve(".hidden/config.json"));
        Files.createSymbolicLink(root.resolve("link"), run());
        assertThat(RunSnapshot.find(root)).containsExactly(run());
        assertThat(RunSnapshot.find(run())).containsExactly(run());
        assertThat(RunSnapshot.find(root.resolve("none"))).isEmpty();
    }

    @Test
    void picturesAreThoseOfTheFolderAlone() throws Exception {
        fit(1, t -> {});
        Files.createDirectories(run().resolve("samples"));
        Files.write(run().resolve("samples/epoch 1.PNG"), new byte[7]);
        Files.write(run().resolve("predictions.png"), new byte[3]);
        Files.write(run().resolve("notes.txt"), new byte[3]);
        Path secret = Files.write(root.resolve("secret.png"), new byte[5]);
        Files.createSymbolicLink(run().resolve("link.png"), secret);
        assertThat(RunSnapshot.read(run()).pictures())
                .extracting(RunSnapshot.Picture::name)
                .containsExactly("predictions.png", "samples/epoch 1.PNG");
    }

    @Test
    void damagedFilesCountAsEmpty() throws Exception {
        fit(1, t -> {});
        for (String name : List.of("config.json", "metrics.csv", "steps.csv")) {
            Files.write(run().resolve(name), new byte[] {'{', '"', (byte) 0xff, 0, '\n', ','});
        }
        RunSnapshot damaged = RunSnapshot.read(run());
        assertThat(damaged.config()).isEmpty();
        assertThat(damaged.epochs().rows()).isEmpty();
        assertThat(damaged.steps().rows()).isEmpty();
        assertThat(RunSnapshot.isRun(run())).isFalse();
        assertThat(RunSnapshot.read(root.resolve("nowhere")).changed()).isEqualTo(Instant.EPOCH);
    }
}
