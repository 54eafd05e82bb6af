package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.Images;
import fathom.vision.models.ResNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fathom explain}: maps of a trained run, and of weights without a run. */
class ExplainTest {
    @TempDir Path folder;

    /** The classes, sizes and the normalisation come from the model's metadata. */
    @Test
    void anExportedModelIsExplainedAsItsRun() throws IOException {
        Path run = folder.resolve("run");
        Cli trained = Cli.run("train", "lenet-relu", "--data", "sample", "--limit", 64, "--epochs", 1, "--out", run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Path file = folder.resolve("lenet.onnx");
        Cli exported = Cli.run("export", run, file);
        assertThat(exported.exitCode()).as(exported.err()).isZero();
        Path image = folder.resolve("image.png");
        Images.write(image, Tensors.rand(1, 40, 30));
        Path page = folder.resolve("page.png");
        String method = "integrated-gradients";
        Cli ofRun = Cli.run("explain", run, image, "--method", method, "--out", page);
        Cli ofFile = Cli.run("explain", file, image, "--method", method, "--out", page);
        assertThat(ofFile.exitCode()).as(ofFile.err()).isZero();
        assertThat(ofFile.lines().getFirst()).isEqualTo(ofRun.lines().getFirst());
        Cli map = Cli.run("explain", file, image, "--class", "bag", "--out", page);
        assertThat(map.exitCode()).as(map.err()).isZero();
        assertThat(map.lines().getFirst()).contains("; grad-cam of layer Relu_", " for bag");
        isRefused(Cli.run("explain", file), "which images");
        isRefused(Cli.run("explain", file, image, "--method", "attention-rollout"), "only vision transformers");
    }

    @Test
    void theMapsOfARunAreDrawnAndSaidInWords() throws IOException {
        Path run = folder.resolve("run");
        Cli trained = Cli.run("train", "lenet-relu", "--data", "sample", "--limit", 64, "--epochs", 1, "--out", run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();

        Cli byDefault = Cli.run("explain", run, "--data", "sample", "--count", 2);
        assertThat(byDefault.exitCode()).as(byDefault.err()).isZero();
        assertThat(byDefault.lines()).hasSize(3);
        assertThat(byDefault.lines().getFirst()).matches("test image 0: .* \\d\\.\\d{3}; grad-cam of layer 3 for .*");
        assertThat(byDefault.lines().getLast()).isEqualTo("pictures: " + run.resolve("explanations.png"));
        assertThat(Images.read(run.resolve("explanations.png")).size(2)).isGreaterThan(400);

        Path image = folder.resolve("image.png");
        Images.write(image, Tensors.rand(1, 40, 30));
        for (String method : new String[] {"saliency", "smooth-grad", "integrated-gradients", "occlusion"}) {
            Path page = folder.resolve(method + ".svg");
            Cli named = Cli.run("explain", run, image, "--method", method, "--class", "bag", "--out", page);
            assertThat(named.exitCode()).as(named.err()).isZero();
            assertThat(named.lines().getFirst()).startsWith(image + ": ").contains("; " + method + " for bag");
            assertThat(Files.readString(page)).contains("for bag");
            if (method.equals("integrated-gradients")) {
                assertThat(named.out()).contains("; the values sum to ", "exceeds that of the baseline by ");
            }
        }

        assertThat(Cli.run("explain", run, image, "--class", "8", "--layer", "0").lines().getFirst())
                .contains("grad-cam of layer 0 for bag");
        isRefused(Cli.run("explain", run, image, "--class", "10"), "--class: there is no class 10; there are 0 to 9: ");
        isRefused(
                Cli.run("explain", run, image, "--method", "magic"),
                "--method: there is no magic; there are grad-cam,");
        isRefused(Cli.run("explain", run, image, "--layer", "x"), "--layer: ");
        isRefused(
                Cli.run("explain", run, image, "--method", "attention-rollout"), "--method: only vision transformers");
        isRefused(Cli.run("explain", run, image, "--method", "saliency", "--layer", "0"), "--layer: only grad-cam");
        isRefused(Cli.run("explain", run, image, "--out", "map.gif"), "--out: must end in .png or .svg");
        isRefused(Cli.run("explain", run, folder.resolve("no.png")), "there is no image");
        isRefused(Cli.run("explain", folder.resolve("no")), "there is no folder");

        Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
        Cli some = Cli.run("explain", run, broken, image);
        assertThat(some.exitCode()).isEqualTo(1);
        assertThat(some.err()).contains("fathom explain: " + broken + ": not an image");
        assertThat(some.lines()).hasSize(2);
    }

    @Test
    void weightsOfTorchvisionsNetworksAreExplainedWithoutARun() throws IOException {
        Path weights = folder.resolve("resnet18.safetensors");
        Tensors.manualSeed(0);
        ResNet.resnet18().stateDict().save(weights);
        Path image = folder.resolve("image.png");
        Images.write(image, Tensors.rand(3, 50, 60));
        Path page = folder.resolve("page.png");
        Cli explained = Cli.run("explain", "resnet18", image, "--weights", weights, "--class", 7, "--out", page);
        assertThat(explained.exitCode()).as(explained.err()).isZero();
        assertThat(explained.lines().getFirst()).contains("grad-cam of layer layer4 for class 7");
        Tensor drawn = Images.read(page);
        assertThat(drawn.size(0)).isEqualTo(3);

        isRefused(
                Cli.run("explain", "lenet", image, "--weights", weights), "--weights: lenet is none of torchvision's");
        isRefused(Cli.run("explain", "resnet34", image, "--weights", weights), "--weights: ");
        isRefused(Cli.run("explain", "resnet0", image, "--weights", weights), "there is no model resnet0");
    }

    @Test
    void theAttentionOfAVisionTransformerIsRolledOut() throws IOException {
        Path run = folder.resolve("run");
        Cli trained = Cli.run("train", "vit-tiny", "--data", "sample", "--limit", 8, "--epochs", 1, "--out", run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Cli explained = Cli.run("explain", run, "--data", "sample", "--count", 1, "--method", "attention-rollout");
        assertThat(explained.exitCode()).as(explained.err()).isZero();
        assertThat(explained.lines().getFirst()).contains("; attention-rollout for ");
        assertThat(Images.read(run.resolve("explanations.png")).numel()).isPositive();
    }

    private static void isRefused(Cli cli, String message) {
        assertThat(cli.exitCode()).as(cli.out()).isEqualTo(2);
        assertThat(cli.err()).startsWith("fathom explain: ").contains(message);
        assertThat(cli.err().lines()).hasSize(1);
    }
}
