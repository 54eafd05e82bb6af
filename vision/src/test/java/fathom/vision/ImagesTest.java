package fathom.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
    @TempDir Path folder;

    private static Tensor uint8(long[] values, long... shape) {
        return Tensors.tensor(values, DType.UINT8).reshape(shape);
    }

    @Test
    void greyAndColourSurviveWritingAndReading() throws IOException {
        Tensor grey = uint8(new long[] {0, 1, 100, 200, 254, 255}, 1, 2, 3);
        Images.write(folder.resolve("new/grey.png"), grey);
        Tensor back = Images.read(folder.resolve("new/grey.png"));
        assertThat(back.shape().dims()).containsExactly(1, 2, 3);
        assertThat(back.toByteArray()).isEqualTo(grey.toByteArray());

        Tensor colour = uint8(new long[] {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120}, 3, 2, 2);
        Images.write(folder.resolve("colour.png"), colour);
        Tensor again = Images.read(folder.resolve("colour.png"));
        assertThat(again.shape().dims()).containsExactly(3, 2, 2);
        assertThat(again.toByteArray()).isEqualTo(colour.toByteArray());
    }

    @Test
    void channelsAreRedGreenBlue() throws IOException {
        var image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 0x010203);
        assertThat(Images.toTensor(image).toByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void transparentPlacesAreWhite() throws IOException {
        var image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00000000);
        image.setRGB(1, 0, 0xFF102030);
        ImageIO.write(image, "png", folder.resolve("a.png").toFile());
        assertThat(Images.read(folder.resolve("a.png")).toLongArray()).containsExactly(255, 16, 255, 32, 255, 48);
    }

    @Test
    void otherDepthsAreBroughtToBytes() throws IOException {
        var deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 0xABCD);
        deep.getRaster().setSample(1, 0, 0, 0xFFFF);
        ImageIO.write(deep, "png", folder.resolve("deep.png").toFile());
        assertThat(Images.read(folder.resolve("deep.png")).toLongArray()).containsExactly(0xAB, 0xFF);
        var bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.setRGB(1, 0, 0xFFFFFF);
        ImageIO.write(bits, "png", folder.resolve("bits.png").toFile());
        Tensor b = Images.read(folder.resolve("bits.png"));
        assertThat(b.select(0, 0).toLongArray()).containsExactly(0, 255);
    }

    @Test
    void jpegIsRead() throws IOException {
        var image = new BufferedImage(32, 16, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 32; x++) {
            for (int y = 0; y < 16; y++) {
                image.setRGB(x, y, 0x3060C0);
            }
        }
        ImageIO.write(image, "jpg", folder.resolve("a.jpg").toFile());
        Tensor t = Images.read(folder.resolve("a.jpg"));
        assertThat(t.shape().dims()).containsExactly(3, 16, 32);
        assertThat(t.to(DType.FLOAT32).mean(Tensors.dims(1, 2)).toFloatArray())
                .containsExactly(new float[] {0x30, 0x60, 0xC0}, org.assertj.core.api.Assertions.within(3f));
    }

    @Test
    void whatIsNoPictureIsSaidToBeNone() throws IOException {
        Path file = folder.resolve("x.png");
        assertThatThrownBy(() -> Images.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": the file does not exist");
        Files.writeString(file, "hello");
        assertThatThrownBy(() -> Images.read(file))
                .hasMessageStartingWith(file + ": not an image of a known format (bmp");
        Images.write(file, uint8(new long[64 * 64], 1, 64, 64));
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {20, 40, whole.length - 30}) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Images.read(file))
                    .as("%d bytes", length)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file.toString());
        }
    }

    @Test
    void aHeaderThatLiesCostsNoMemory() throws IOException {
        Path file = folder.resolve("x.png");
        Images.write(file, uint8(new long[4], 1, 2, 2));
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putInt(16, 100_000).putInt(20, 100_000);
        var crc = new java.util.zip.CRC32();
        crc.update(bytes, 12, 17);
        ByteBuffer.wrap(bytes).putInt(29, (int) crc.getValue());
        Files.write(file, bytes);
        assertThatThrownBy(() -> Images.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": 100000 x 100000 pixels are more than can be read");
    }

    @Test
    void floatsAreTakenFromZeroToOne() {
        BufferedImage image = Images.toImage(Tensors.tensor(-1.0, 0, 0.5, 1, 2).reshape(1, 5));
        int[] row = image.getRaster().getSamples(0, 0, 5, 1, 0, (int[]) null);
        assertThat(row).containsExactly(0, 0, 128, 255, 255);
        assertThatThrownBy(() -> Images.toImage(Tensors.zeros(2, 4, 4))).hasMessageContaining("got [2, 4, 4]");
        assertThatThrownBy(() -> Images.toImage(Tensors.zeros(Tensors.INT64, 1, 4, 4)))
                .hasMessageContaining("UINT8 or floating");
    }

    @Test
    void greyIsThePerceivedBrightness() {
        Tensor colour = uint8(new long[] {255, 0, 0, 0, 255, 0, 0, 0, 255}, 3, 1, 3);
        assertThat(Images.toGrayscale(colour).toLongArray()).containsExactly(76, 150, 29);
        Tensor grey = uint8(new long[] {7}, 1, 1, 1);
        assertThat(Images.toGrayscale(grey)).isSameAs(grey);
    }

    @Test
    void aPageHasAllPicturesAndTheirTexts() {
        var grid = new ImageGrid(3);
        for (int i = 0; i < 4; i++) {
            grid.add(Tensors.ones(1, 4, 4).mul(0.5), "picture " + i, i != 1);
        }
        BufferedImage page = grid.render();
        assertThat(page.getWidth()).isGreaterThan(3 * 100);
        assertThat(page.getHeight()).isGreaterThan(2 * 100);
        int grey = 0;
        int red = 0;
        for (int y = 0; y < page.getHeight(); y++) {
            for (int x = 0; x < page.getWidth(); x++) {
                int rgb = page.getRGB(x, y) & 0xFFFFFF;
                grey += rgb == 0x808080 ? 1 : 0;
                red += (rgb >> 16) > (rgb & 0xFF) + 60 ? 1 : 0;
            }
        }
        assertThat(grey).isGreaterThanOrEqualTo(4 * 100 * 100);
        assertThat(red).as("the text of the second is red").isPositive();
        assertThatThrownBy(() -> new ImageGrid(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
