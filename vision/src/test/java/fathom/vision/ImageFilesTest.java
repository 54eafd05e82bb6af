package fathom.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Picture files of many kinds against Pillow's pixels, and those that are refused. */
class ImageFilesTest {
    private static final Golden GOLDEN = Golden.load("golden/images.safetensors");

    @TempDir Path folder;

    static List<GoldenCase> files() {
        return GOLDEN.cases();
    }

    static byte[] file(String name) {
        return GOLDEN.tensor(name + "/file").toByteArray();
    }

    @ParameterizedTest
    @MethodSource("files")
    void pixelsAreThoseStored(GoldenCase file) throws IOException {
        boolean exif = file.has("exif");
        Path path = Files.write(folder.resolve(file.name()), file(file.name()));
        Tensor actual = Images.read(path, o -> o.applyExifOrientation(exif));
        Tensor expected = file.out(0);
        assertThat(actual.dtype()).isEqualTo(DType.UINT8);
        assertThat(actual.shape()).isEqualTo(expected.shape());
        int difference = (int) actual.to(DType.INT32).sub(expected.to(DType.INT32)).abs().max().itemLong();
        assertThat(difference).isLessThanOrEqualTo(file.getInt("tolerance"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"orientation6.jpg", "orientation6.png", "orientation6.tiff", "orientation6.webp"})
    void orientationIsAppliedOnlyWhereItIsAskedFor(String name) throws IOException {
        byte[] file = file(name);
        assertThat(Images.read(new ByteArrayInputStream(file), name).shape().dims()).containsExactly(3, 8, 12);
        assertThat(Images.read(new ByteArrayInputStream(file), name, o -> o.applyExifOrientation(true)).shape().dims())
                .containsExactly(3, 12, 8);
    }

    @Test
    void anOrientationThatCannotBeUnderstoodIsUpright() throws IOException {
        byte[] file = file("orientation6.png");
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("eXIf");
        int length = ByteBuffer.wrap(file).getInt(at - 4);
        for (int i = at + 4; i < at + 4 + length; i++) {
            for (int value : new int[] {0, 9, 127, 255}) {
                byte[] changed = file.clone();
                changed[i] = (byte) value;
                Tensor t = Images.read(new ByteArrayInputStream(changed), "x", o -> o.applyExifOrientation(true));
                assertThat(t.numel()).isEqualTo(3 * 8 * 12);
            }
        }
    }

    /** Colours and greys of a profile that is not sRGB's: what was stored, not what it looks like. */
    @Test
    void profilesDoNotBendValues() {
        for (int space : new int[] {ColorSpace.CS_LINEAR_RGB, ColorSpace.CS_GRAY}) {
            var model =
                    new ComponentColorModel(
                            ICC_ColorSpace.getInstance(space),
                            true,
                            false,
                            BufferedImage.TRANSLUCENT,
                            DataBuffer.TYPE_BYTE);
            int colors = model.getNumColorComponents();
            var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 2, 1, colors + 1, null);
            Arrays.stream(new int[] {0, 1})
                    .forEach(x ->
                            raster.setPixel(
                                    x, 0, colors == 3 ? new int[] {10, 100, 200, 255 * x} : new int[] {77, 255 * x}));
            Tensor t = Images.toTensor(new BufferedImage(model, raster, false, null));
            assertThat(t.select(2, 0).toLongArray()).containsOnly(255);
            assertThat(t.select(2, 1).toLongArray())
                    .containsExactly(colors == 3 ? new long[] {10, 100, 200} : new long[] {77});
        }
    }

    // ---- files that are refused -----------------------------------------------------------------------------------

    private static void isRefused(byte[] file, String reason) {
        assertThatThrownBy(() -> Images.read(new ByteArrayInputStream(file), "x"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("x: ")
                .hasMessageContaining(reason)
                .message()
                .hasSizeLessThan(400);
    }

    private static byte[] png(int width, int height, byte[] pixels) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).put((byte) 2);
        chunk(out, "IHDR", header.array());
        chunk(out, "IDAT", pixels);
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
        byte[] body =
                ByteBuffer.allocate(4 + data.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data).array();
        var crc = new CRC32();
        crc.update(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    @Test
    void sizesThatCannotBeAreRefusedBeforeMemoryIsTaken() throws IOException {
        isRefused(png(100_000, 100_000, new byte[10]), "100000 x 100000 pixels are more than can be read");
        isRefused(png(Integer.MAX_VALUE, Integer.MAX_VALUE, new byte[10]), "are more than can be read");
        isRefused(png(16_000, 16_000, new byte[10]), "16000 x 16000 pixels are more than its 67 bytes can hold");
        isRefused(png(0, 5, new byte[10]), "the image is damaged");
        isRefused(png(5, -1, new byte[10]), "the image is damaged");
        // what deflate makes of nothing is small, but may be read
        var zeros = new ByteArrayOutputStream();
        try (var deflater = new DeflaterOutputStream(zeros)) {
            deflater.write(new byte[(3 * 1500 + 1) * 1500]);
        }
        assertThat(zeros.size()).isLessThan(10_000);
        Tensor black = Images.read(new ByteArrayInputStream(png(1500, 1500, zeros.toByteArray())), "x");
        assertThat(black.shape().dims()).containsExactly(3, 1500, 1500);
        assertThat(black.max().itemLong()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.jpg", "grey.jpg", "cmyk.jpg", "rgb8.png", "rgb.bmp", "rgb.tiff", "palette.gif"})
    void aTruncatedFileIsRefused(String name) throws IOException {
        byte[] whole = file(name);
        for (int length = 0; length < whole.length - 20; length += 1 + whole.length / 60) {
            isRefused(Arrays.copyOf(whole, length), length == 0 ? "it is empty" : "");
        }
        if (name.endsWith("jpg")) {
            isRefused(Arrays.copyOf(whole, whole.length - 2), "truncated");
        }
    }

    @Test
    void samplesThatPixelsDoNotHaveAreRefused() {
        var model =
                new ComponentColorModel(
                        ColorSpace.getInstance(ColorSpace.CS_GRAY),
                        false,
                        false,
                        BufferedImage.OPAQUE,
                        DataBuffer.TYPE_FLOAT);
        var image = new BufferedImage(model, model.createCompatibleWritableRaster(2, 2), false, null);
        assertThatThrownBy(() -> Images.toTensor(image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its samples have 32 bits, floating-point; 1 to 16 are supported");
        var xyz =
                new ComponentColorModel(
                        ColorSpace.getInstance(ColorSpace.CS_CIEXYZ),
                        false,
                        false,
                        BufferedImage.OPAQUE,
                        DataBuffer.TYPE_BYTE);
        var other = new BufferedImage(xyz, xyz.createCompatibleWritableRaster(2, 2), false, null);
        assertThatThrownBy(() -> Images.toTensor(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its colour space is neither grey, RGB nor CMYK");
    }

    @Test
    void whatIsNoPictureIsSaidToBeNone() throws IOException {
        isRefused("hello".getBytes(StandardCharsets.US_ASCII), "not an image of a known format (bmp, gif, jpeg");
        isRefused("hello".getBytes(StandardCharsets.US_ASCII), "it begins with \"hello\"");
        assertThatThrownBy(() -> Images.read(folder)).hasMessage(folder + ": it is a folder, not a file");
    }
}
