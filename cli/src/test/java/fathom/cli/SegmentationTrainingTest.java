package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.vision.Images;
import fathom.vision.datasets.Voc2012;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder in the format of Pascal VOC: from the command line to a trained model and its pictures. */
class SegmentationTrainingTest {
    private static final int CAT = 8;

    @TempDir Path folder;

    /** Bright discs are cats; their edge has no class. */
    private Path draw() throws IOException {
        Path root = folder.resolve("voc");
        Path lists = Files.createDirectories(root.resolve("ImageSets/Segmentation"));
        Path images = Files.createDirectories(root.resolve("JPEGImages"));
        Path labels = Files.createDirectories(root.resolve("SegmentationClass"));
        var random = new Random(4);
        var names = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            var image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
            var label = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            Graphics2D l = label.createGraphics();
            int x = random.nextInt(30);
            int y = random.nextInt(18);
            g.setColor(Color.WHITE);
            g.fillOval(x, y, 30, 30);
            l.setColor(new Color(Voc2012.color(CAT)));
            l.fillOval(x, y, 30, 30);
            l.setColor(new Color(224, 224, 192));
            l.drawOval(x, y, 30, 30);
            assertThat(ImageIO.write(image, "jpg", images.resolve("i" + i + ".jpg").toFile())).isTrue();
            assertThat(ImageIO.write(label, "png", labels.resolve("i" + i + ".png").toFile())).isTrue();
            names.append('i').append(i).append('\n');
        }
        Files.writeString(lists.resolve("train.txt"), names);
        Files.writeString(lists.resolve("val.txt"), "i0\ni1\ni2\n");
        return root;
    }

    @Test
    void pixelsAreClassifiedEvaluatedAndDrawn() throws IOException {
        Path data = draw();
        Path run = folder.resolve("run");
        Cli trained =
                Cli.run(
                        "train",
                        "unet",
                        "--data",
                        data,
                        "--crop",
                        "40x56",
                        "--test-crop",
                        "40x56",
                        "--width",
                        4,
                        "--epochs",
                        12,
                        "--lr",
                        0.02,
                        "--batch-size",
                        4,
                        "--out",
                        run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.err()).contains("unet on 12 images of Pascal VOC 2012 from " + data, "crops of 40 x 56");
        assertThat(trained.out()).contains("test mean iou", "test acc");
        assertThat(run.resolve("pictures/predictions.png")).exists();

        Cli evaluated = Cli.run("eval", run, "--confusion");
        assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
        assertThat(evaluated.out()).contains("background", "cat", "mean iou");

        Cli predicted = Cli.run("predict", run, "--count", 2);
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.lines()).hasSize(3).last().asString().startsWith("images: ");

        Path image = data.resolve("JPEGImages/i0.jpg");
        Path picture = folder.resolve("classes.png");
        Cli segmented = Cli.run("segment", run, image, "--out", picture);
        assertThat(segmented.exitCode()).as(segmented.err()).isZero();
        assertThat(segmented.out()).contains("i0.jpg: cat ", " %, drawn in " + picture);
        assertThat(Images.read(picture).size(1)).as("with a legend").isGreaterThan(48);

        Cli several = Cli.run("segment", run, image, folder.resolve("none.png"));
        assertThat(several.exitCode()).isEqualTo(1);
        assertThat(several.err()).contains("fathom segment: ", "none.png");
        assertThat(run.resolve("i0-segmented.png")).exists();
    }

    @Test
    void wrongOptionsAndRunsAreRefused() throws IOException {
        Path data = draw();
        Cli crop = Cli.run("train", "unet", "--data", data, "--crop", "40");
        assertThat(crop.exitCode()).isEqualTo(2);
        assertThat(crop.err()).contains("--crop: must be HEIGHTxWIDTH in pixels, such as 320x480, is 40");
        Cli large = Cli.run("train", "unet", "--data", data, "--crop", "400x400");
        assertThat(large.exitCode()).isEqualTo(2);
        assertThat(large.err()).contains("--crop: no image is as large as 400 x 400");
        Path weights = Files.writeString(folder.resolve("x.pth"), "no weights");
        Cli wrong = Cli.run("train", "fcn", "--data", data, "--crop", "32x32", "--weights", weights);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--weights: ", "x.pth");

        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("config.json"), "{\"model\": \"lenet\"}");
        Cli refused = Cli.run("segment", other, "image.png");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("is a run of lenet, which gives no pixel a class");
    }
}
