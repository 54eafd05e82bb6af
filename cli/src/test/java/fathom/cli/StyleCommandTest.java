package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.vision.Images;
import fathom.vision.models.VGG;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StyleCommandTest {
    @TempDir Path folder;

    private Path content;
    private Path style;

    @BeforeEach
    void images() throws IOException {
        Tensors.manualSeed(1);
        content = folder.resolve("content.png");
        style = folder.resolve("style.png");
        Images.write(content, Tensors.randint(0, 256, 3, 40, 80).to(DType.UINT8));
        Images.write(style, Tensors.randint(0, 256, 3, 50, 50).to(DType.UINT8));
    }

    @Test
    void aPictureOfTheContentsShapeIsWritten() throws IOException {
        VGG net = Init.skip(() -> VGG.vgg19(o -> o.hidden(1).classes(1)));
        var state = new StateDict();
        net.features.stateDict().entries().forEach((name, t) -> state.put("features." + name, t));
        Path weights = folder.resolve("vgg19.safetensors");
        state.save(weights);
        Path out = folder.resolve("out.png");
        Cli styled = Cli.run("style", content, style, "--weights", weights, "--size", 32, "--steps", 3, "--out", out);
        assertThat(styled.exitCode()).as(styled.err()).isZero();
        assertThat(styled.err()).contains("step 3: content ");
        assertThat(styled.out()).contains("in the style of", "out.png, 32 x 64");
        assertThat(Images.read(out).shape().dims()).containsExactly(3, 32, 64);
    }

    @Test
    void wrongOptionsAreRefused() throws IOException {
        refused("--size: must be at least 32, is 3", content, style, "--size", 3);
        refused("--steps: must be at least 1, is 0", content, style, "--steps", 0);
        refused("--out: must end in .png, is x.jpg", content, style, "--out", "x.jpg");
        Path none = Files.writeString(folder.resolve("none.pth"), "no weights");
        refused("--weights: ", content, style, "--weights", none);
        Cli missing = Cli.run("style", content, folder.resolve("missing.png"));
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains("missing.png");
    }

    private static void refused(String message, Object content, Object style, Object option, Object value) {
        Cli refused = Cli.run("style", content, style, option, value);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains(message);
    }
}
