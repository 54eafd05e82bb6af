package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.vision.Images;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A masked autoencoder from the command line: trained for some steps, its pictures, its probe, its export. */
class PretrainTest {
    @TempDir Path folder;

    @Test
    void aMaskedAutoencoderIsTrainedEvaluatedAndDrawn() throws IOException {
        Path run = folder.resolve("run");
        Cli trained =
                Cli.run(
                        "train",
                        "mae",
                        "--data",
                        "sample",
                        "--limit",
                        64,
                        "--batch-size",
                        32,
                        "--epochs",
                        1,
                        "--decoder-width",
                        24,
                        "--decoder-layers",
                        1,
                        "--mask-ratio",
                        0.6,
                        "--out",
                        run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.err()).contains("mae on 64 images of Fashion-MNIST");
        assertThat(trained.out())
                .containsPattern("loss \\d\\.\\d+, test loss \\d\\.\\d+")
                .containsPattern("linear probe: train acc [01]\\.\\d{3}, test acc [01]\\.\\d{3}")
                .containsPattern("linear probe, random weights: train acc [01]\\.\\d{3}");
        assertThat(run.resolve("pictures/reconstructions.png")).exists();

        Cli evaluated = Cli.run("eval", run);
        assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
        assertThat(evaluated.out()).containsPattern("loss \\d\\.\\d+");

        Path page = folder.resolve("page.png");
        Cli drawn = Cli.run("predict", run, "--count", 4, "--out", page);
        assertThat(drawn.exitCode()).as(drawn.err()).isZero();
        assertThat(drawn.out().strip()).isEqualTo("images: " + page);
        assertThat(Images.read(page).size(2)).isGreaterThan(Images.read(page).size(1));

        Path exported = folder.resolve("encoder.onnx");
        Cli export = Cli.run("export", run, exported);
        assertThat(export.exitCode()).as(export.err()).isZero();
        assertThat(exported).exists();
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        assertThat(Cli.run("train", "mae", "--mask-ratio", 0.99).err())
                .contains("--mask-ratio: must be from 0.1 to 0.97, is 0.99");
        assertThat(Cli.run("train", "mae", "--decoder-width", 40).err())
                .contains("--decoder-width: must be a multiple of 12, is 40");
    }
}
