package fathom.cli;

import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

/** Whatever is damaged in a run's settings, they are read or refused with the file's name. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunConfigFuzzTest {
    private static final String SETTINGS =
            """
            {
              "model" : "lenet",
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
                            var spec = Main.commandLine().getCommandSpec();
                            RunConfig config = RunConfig.read(spec, folder);
                            config.recipe(spec);
                            config.text("data");
                            config.number("seed", 0);
                            config.integer("batchSize", 1);
                            config.real("lr", 1);
                        },
                        e -> e instanceof ParameterException)
                .run("config.json", List.of(SETTINGS.getBytes(StandardCharsets.UTF_8)));
    }
}
