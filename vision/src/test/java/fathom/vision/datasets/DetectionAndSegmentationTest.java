package fathom.vision.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Example;
import fathom.data.hub.DataHub;
import fathom.vision.Images;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectionAndSegmentationTest {
    /** One cache for all, so that stand-ins are drawn once. */
    @TempDir static Path cache;

    @TempDir Path folder;

    private static DataHub nowhere;

    @BeforeAll
    static void hub() {
        nowhere = DataHub.standard().withDataFolder(null).withCache(cache).withDownload(null);
    }

    @Test
    void bananasAreReadWithTheirBoxes() throws IOException {
        for (String part : new String[] {"bananas_train", "bananas_val"}) {
            Path images = Files.createDirectories(folder.resolve(part).resolve("images"));
            Images.write(images.resolve("0.png"), Tensors.full(51, DType.UINT8, 3, 256, 256));
            Files.writeString(
                    folder.resolve(part).resolve("label.csv"),
                    "img_name,label,xmin,ymin,xmax,ymax\n0.png,0,64,32,128,192\n");
        }
        BananaDetection data = BananaDetection.load(folder);
        Example one = data.train().get(0);
        assertThat(one.x().shape().dims()).containsExactly(3, 256, 256);
        assertThat(one.x().max().item()).isEqualTo(0.2, within(1e-6));
        assertThat(one.y().shape().dims()).containsExactly(1, 5);
        assertThat(one.y().toFloatArray()).containsExactly(0, 0.25f, 0.125f, 0.5f, 0.75f);
        Files.delete(folder.resolve("bananas_val/images/0.png"));
        assertThatThrownBy(() -> BananaDetection.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("0.png does not exist");
    }

    private static double iou(float[] box, double[] other) {
        double w = Math.min(box[3], other[2]) - Math.max(box[1], other[0]);
        double h = Math.min(box[4], other[3]) - Math.max(box[2], other[1]);
        double both = Math.max(0, w) * Math.max(0, h);
        double all = (box[3] - box[1]) * (box[4] - box[2]) + (other[2] - other[0]) * (other[3] - other[1]);
        return both / (all - both);
    }

    /** The box around all yellow pixels, and the middle of the image. */
    @Test
    void yellowPixelsDoNotTellWhereTheBananaIs() {
        var notices = new ArrayList<String>();
        BananaDetection data = BananaDetection.load(nowhere, notices::add);
        assertThat(notices).hasSize(1);
        assertThat(data.isStandIn()).isTrue();
        assertThat(data.train().size()).isEqualTo(400);
        assertThat(data.test().size()).isEqualTo(80);
        int yellow = 0;
        int middle = 0;
        for (int i = 0; i < 80; i++) {
            Example example = data.test().get(i);
            float[] box = example.y().toFloatArray();
            assertThat(box[3]).isGreaterThan(box[1] + 0.05f).isLessThanOrEqualTo(1);
            assertThat(box[4]).isGreaterThan(box[2] + 0.05f).isLessThanOrEqualTo(1);
            yellow += iou(box, yellowBox(example.x())) > 0.5 ? 1 : 0;
            middle += iou(box, new double[] {0.35, 0.35, 0.65, 0.65}) > 0.5 ? 1 : 0;
        }
        assertThat(yellow).isLessThan(40);
        assertThat(middle).isLessThan(20);
        for (var batch : DataLoader.of(data.test(), 32).shuffle(true)) {
            assertThat(batch.y().shape().dims()).endsWith(1, 5);
        }
    }

    private static double[] yellowBox(Tensor image) {
        float[] x = image.toFloatArray();
        double[] box = {1, 1, 0, 0};
        int n = 256 * 256;
        for (int i = 0; i < n; i++) {
            boolean isYellow = x[i] > 0.75 && x[n + i] > 0.6 && x[2 * n + i] < 0.35;
            if (isYellow) {
                box[0] = Math.min(box[0], i % 256 / 256.0);
                box[1] = Math.min(box[1], i / 256 / 256.0);
                box[2] = Math.max(box[2], i % 256 / 256.0);
                box[3] = Math.max(box[3], i / 256 / 256.0);
            }
        }
        return box;
    }

    @Test
    void segmentationIsReadAndCropped() throws IOException {
        Path lists = Files.createDirectories(folder.resolve("ImageSets/Segmentation"));
        Path images = Files.createDirectories(folder.resolve("JPEGImages"));
        Path labels = Files.createDirectories(folder.resolve("SegmentationClass"));
        Files.writeString(lists.resolve("train.txt"), "a\nsmall\n");
        Files.writeString(lists.resolve("val.txt"), "a\n");
        var image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        ImageIO.write(image, "jpg", new File(images.resolve("a.jpg").toString()));
        ImageIO.write(
                new BufferedImage(10, 30, BufferedImage.TYPE_INT_RGB), "jpg", images.resolve("small.jpg").toFile());
        for (int y = 0; y < 30; y++) {
            for (int x = 0; x < 40; x++) {
                // aeroplane, border, television, background
                image.setRGB(x, y, new int[] {0x800000, 0xE0E0C0, 0x004080, 0}[x / 10]);
            }
        }
        ImageIO.write(image, "png", labels.resolve("a.png").toFile());
        ImageIO.write(
                new BufferedImage(10, 30, BufferedImage.TYPE_INT_RGB), "png", labels.resolve("small.png").toFile());

        Voc2012 whole = Voc2012.load(folder, o -> {});
        assertThat(whole.train().size()).isEqualTo(2);
        Tensor y = whole.train().get(0).y();
        assertThat(y.shape().dims()).containsExactly(30, 40);
        assertThat(y.select(0, 7).toLongArray()).startsWith(1, 1).endsWith(0, 0);
        assertThat(y.get(3, 15).itemLong()).as("the border").isZero();
        assertThat(y.get(3, 25).itemLong()).isEqualTo(20);
        assertThat(whole.train().get(0).x().get(0, 0, 0).item()).isEqualTo(-0.485 / 0.229, within(1e-5));

        Tensor apart = Voc2012.load(folder, o -> o.ignoreVoid()).train().get(0).y();
        assertThat(apart.get(3, 15).itemLong()).as("the border").isEqualTo(255);
        assertThat(apart.get(3, 35).itemLong()).as("the background").isZero();
        assertThat(Voc2012.image(whole.train().get(0).x()).max().item()).as("a black image").isZero();

        Voc2012 cropped = Voc2012.load(folder, o -> o.crop(20, 30));
        assertThat(cropped.train().size()).as("the small image is left out").isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            Example example = cropped.train().get(0);
            assertThat(example.x().shape().dims()).containsExactly(3, 20, 30);
            assertThat(example.y().shape().dims()).containsExactly(20, 30);
        }
    }

    /** The colours of the development kit, which it defines by the bits of the class. */
    @Test
    void theColoursAreThoseOfTheDataSet() {
        assertThat(Voc2012.color(1)).isEqualTo(0x800000);
        assertThat(Voc2012.color(2)).isEqualTo(0x008000);
        assertThat(Voc2012.color(8)).isEqualTo(0x400000);
        assertThat(Voc2012.color(15)).isEqualTo(0xC08080);
        assertThat(Voc2012.color(20)).isEqualTo(0x004080);
        Tensor all = Tensors.arange(21).reshape(3, 7);
        assertThat(Voc2012.labels(Voc2012.picture(all)).toLongArray()).containsExactly(all.toLongArray());
    }

    @Test
    void theStandInsPixelsAreLabelledByTheirThings() {
        Voc2012 voc = Voc2012.load(nowhere, o -> o.crop(320, 480), line -> {});
        assertThat(voc.isStandIn()).isTrue();
        assertThat(voc.train().size()).isEqualTo(120);
        assertThat(voc.test().size()).isEqualTo(30);
        var counts = new long[21];
        // brightness alone: background if it is near the image's mean
        long right = 0;
        long all = 0;
        for (int i = 0; i < 30; i++) {
            Example example = voc.test().get(i);
            for (long label : example.y().toLongArray()) {
                counts[(int) label]++;
            }
            Tensor grey = example.x().mean(0);
            Tensor guess = grey.sub(grey.mean()).abs().gt(grey.std());
            right += (long) guess.eq(example.y().gt(0)).sum().item();
            all += example.y().numel();
        }
        double background = counts[0] / (double) all;
        assertThat(background).isBetween(0.5, 0.9);
        assertThat(java.util.Arrays.stream(counts).filter(n -> n > 0).count()).isEqualTo(8);
        // telling things from background by brightness is hardly better than saying background everywhere
        assertThat(right / (double) all).isLessThan(background + 0.12);
    }
}
