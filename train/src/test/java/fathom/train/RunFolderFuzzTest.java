package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is damaged in a run's folder, the run goes on or is refused with the file's name. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunFolderFuzzTest {
    private static final String CHECKPOINT = "checkpoint.safetensors";

    @TempDir Path run;

    @BeforeEach
    void train() {
        new Trainer(
                        Fixture.net(),
                        t ->
                                t.optimizer(p -> new Adam(p, 0.02))
                                        .schedule(o -> new ExponentialLR(o, 0.9))
                                        .progress(false)
                                        .checkpoints(run))
                .fit(Fixture.train(), Fixture.test(), Epochs.of(2));
    }

    private void resume() throws IOException {
        Layer net = Fixture.net();
        try (var folder = RunFolder.open(run, true, false)) {
            folder.load(net, new Adam(net.parameters(), 0.02)::loadStateDict, (state, schedule) -> {});
        }
    }

    private FileFuzz fuzz(FileFuzz.Reader reader) {
        return new FileFuzz(run, reader, e -> e instanceof IOException || e instanceof IllegalArgumentException);
    }

    @Test
    void checkpoints() throws IOException {
        fuzz(file -> resume()).run(CHECKPOINT, List.of(Files.readAllBytes(run.resolve(CHECKPOINT))));
    }

    /** The text in the header has numbers, names and nesting of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"training", "schedule", "optimizer"})
    void whatACheckpointSays(String key) throws IOException {
        StateDict good = StateDict.load(run.resolve(CHECKPOINT));
        byte[] text = Objects.requireNonNull(good.metadata().get(key)).getBytes(StandardCharsets.UTF_8);
        fuzz(
                        file -> {
                            good.metadata().put(key, Files.readString(file, StandardCharsets.ISO_8859_1));
                            good.save(run.resolve(CHECKPOINT));
                            try {
                                resume();
                            } catch (IOException | IllegalArgumentException e) {
                                assertThat(e).hasMessageContaining(CHECKPOINT);
                                throw new IOException(file + ": " + e.getMessage(), e);
                            }
                        })
                .run(key, List.of(text));
    }

    @Test
    void settings() throws IOException {
        fuzz(file -> resume()).run("config.json", List.of(Files.readAllBytes(run.resolve("config.json"))));
    }
}
