package fathom.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Images as bytes in memory; ImageIO by itself would take a temporary file. */
final class Encoded {
    private static final float QUALITY = 0.92f;

    private Encoded() {}

    static byte[] png(BufferedImage image) {
        return encode("png", image);
    }

    static byte[] jpeg(BufferedImage image) {
        return encode("jpeg", image);
    }

    private static byte[] encode(String format, BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName(format).next();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (format.equals("jpeg")) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(QUALITY);
            }
            writer.write(null, new IIOImage(image, null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory alone
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
