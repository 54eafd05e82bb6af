package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.vision.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A diffusion model from the command line: trained for some steps, its pictures, its samples. */
class SampleTest {
    @TempDir Path folder;

    @Test
    void aDiffusionModelIsTrainedEvaluatedAndSampledFrom() throws IOException {
        Path run = folder.resolve("run");
        Cli trained =
                Cli.run(
                        "train",
                        "diffusion",
                        "--data",
                        "sample",
                        "--width",
                        8,
                        "--limit",
                        64,
                        "--batch-size",
                        16,
                        "--epochs",
                        1,
                        "--out",
                        run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.err()).contains("diffusion on 64 images of Fashion-MNIST");
        assertThat(trained.lines().getFirst()).matches("loss \\d\\.\\d+, test loss \\d\\.\\d+");
        assertThat(run.resolve("pictures/samples.png")).exists();
        assertThat(run.resolve("ema.safetensors")).exists();

        Cli sampled = Cli.run("sample", run, "--count", 3, "--steps", 2);
        assertThat(sampled.exitCode()).as(sampled.err()).isZero();
        assertThat(sampled.out().strip())
                .isEqualTo("3 images of all classes in 2 steps: " + run.resolve("samples.png"));
        byte[] page = Files.readAllBytes(run.resolve("samples.png"));
        Path again = folder.resolve("again.png");
        assertThat(Cli.run("sample", run, "--count", 3, "--steps", 2, "--out", again).exitCode()).isZero();
        assertThat(Files.readAllBytes(again)).isEqualTo(page);
        Path other = folder.resolve("other.png");
        Cli bags =
                Cli.run(
                        "sample",
                        run,
                        "--count",
                        2,
                        "--steps",
                        2,
                        "--eta",
                        1,
                        "--guidance",
                        0,
                        "--class",
                        "bag",
                        "--seed",
                        5,
                        "--best",
                        "--out",
                        other);
        assertThat(bags.out()).contains("2 images of bag in 2 steps");
        assertThat(Images.read(other).numel()).isPositive();

        isRefused(Cli.run("sample", run, "--class", "car"), "--class: there is no class car");
        isRefused(Cli.run("sample", run, "--steps", 1001), "--steps: must be at most 1000");
        isRefused(Cli.run("sample", run, "--eta", 2), "--eta: must be from 0 to 1, is 2.0");
        isRefused(Cli.run("sample", run, "--count", 0), "--count: must be from 1 to 1000");
        isRefused(Cli.run("sample", run, "--guidance", -1), "--guidance: must not be negative");
        isRefused(Cli.run("sample", run, "--out", "x.jpg"), "--out: must end in .png or .svg");
        assertThat(Cli.run("predict", run).err()).contains("a diffusion model generates images: fathom sample");
        assertThat(Cli.run("train", "diffusion", "--width", 12).err())
                .contains("--width: must be a multiple of 8, is 12");

        Path softmax = folder.resolve("softmax");
        Cli.run("train", "softmax", "--data", "sample", "--limit", 20, "--epochs", 1, "--out", softmax);
        isRefused(Cli.run("sample", softmax), "is a run of softmax, which generates no images");
        isRefused(Cli.run("explain", run), "is a run of diffusion, which is no classifier of images");
    }

    private static void isRefused(Cli cli, String message) {
        assertThat(cli.exitCode()).as(cli.out()).isEqualTo(2);
        assertThat(cli.err()).contains(message);
    }
}
