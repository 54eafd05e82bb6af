package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Grey values {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601); bytes are rounded as in Pillow.
 *
 * @param channels the number of equal channels of the result
 */
record Grayscale(int channels) implements ByteTransform {
    private static final int RED = 19595;
    private static final int GREEN = 38470;
    private static final int BLUE = 7471;
    private static final int HALF = 1 << 15;

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("grayscale", x);
        long c = x.size(-3);
        if (c != 1 && c != 3) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "grayscale: expected images of 1 or 3 channels, got %s", x.shape()));
        }
        Tensor grey = c == 1 ? x : x.dtype() == DType.UINT8 ? bytes(x) : floats(x);
        long[] shape = grey.shape().dims();
        shape[shape.length - 3] = channels;
        return channels == 1 ? grey : grey.expand(shape);
    }

    private static Tensor floats(Tensor x) {
        return x.narrow(-3, 0, 1).mul(0.299).add(x.narrow(-3, 1, 1).mul(0.587)).add(x.narrow(-3, 2, 1).mul(0.114));
    }

    private static Tensor bytes(Tensor x) {
        byte[] rgb = x.toByteArray();
        int plane = Math.toIntExact(x.size(-2) * x.size(-1));
        var grey = new byte[rgb.length / 3];
        for (int begin = 0; begin < grey.length; begin += plane) {
            for (int i = 0; i < plane; i++) {
                int at = 3 * begin + i;
                int sum =
                        RED * (rgb[at] & 0xFF) + GREEN * (rgb[at + plane] & 0xFF) + BLUE * (rgb[at + 2 * plane] & 0xFF);
                grey[begin + i] = (byte) (sum + HALF >> 16);
            }
        }
        long[] shape = x.shape().dims();
        shape[shape.length - 3] = 1;
        return Tensors.fromBytes(MemorySegment.ofArray(grey), DType.UINT8, shape).to(x.device());
    }
}
