package fathom.train.recipe;

import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is damaged in a run's settings, they are read or refused with the file's name. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrainedRunFuzzTest {
    private static final String SETTINGS =
            """
            {
              "model" : "linear",
              "data" : "sample",
              "seed" : 0,
              "epochs" : 2,
              "batchSize" : 64,
              "lr" : 0.001,
              "optimizerSettings" : { "lr" : 0.001, "betas" : [ 0.9, 0.999 ] },
              "run" : "5c5ad7a5-0b36-4b5d-9a39-2f6e9e8f5d1c"
            }
            """;

    @TempDir Path folder;

    @Test
    void settings() throws IOException {
        new FileFuzz(
                        folder,
                        file -> {
                            TrainedRun run = TrainedRun.open(folder);
                            run.hyperParameters();
                            run.seed();
                            run.data();
                            run.limit();
                            run.precision();
                        },
                        e -> e instanceof RecipeException)
                .run("config.json", List.of(SETTINGS.getBytes(StandardCharsets.UTF_8)));
    }
}
