package fathom.vision;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/** Numbers made of names, as {@code tools/golden/models.py} makes them, so that no file has to hold them. */
public final class Formula {
    private static final long MASK = 0xFFFFFFFFL;

    private Formula() {}

    /** {@return float64 numbers from -1 to 1 that look random} */
    public static Tensor of(String name, long... shape) {
        var crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        long n = 1;
        for (long extent : shape) {
            n *= extent;
        }
        var values = new double[Math.toIntExact(n)];
        for (int i = 0; i < n; i++) {
            long h = i * 0x9E3779B1L + crc.getValue() & MASK;
            for (int round = 0; round < 2; round++) {
                h = (h ^ h >>> 16) * 0x45D9F3BL & MASK;
            }
            h ^= h >>> 16;
            values[i] = h / 0x1p31 - 1;
        }
        return Tensors.tensor(values, DType.FLOAT64).reshape(shape);
    }

    /** Gives every parameter and buffer values that keep signals alive. */
    public static void fill(Layer net) {
        try (var off = Autograd.noGrad()) {
            net.stateDict()
                    .entries()
                    .forEach((name, t) -> {
                        if (t.dtype().isFloating()) {
                            t.copy_(weights(name, t.shape().dims()));
                        }
                    });
        }
    }

    /** {@return the values that {@link #fill} gives a parameter or buffer} */
    public static Tensor weights(String name, long... shape) {
        Tensor u = of(name, shape);
        if (shape.length > 1) {
            return u.mul(Math.sqrt(6.0 / ((double) u.numel() / shape[0])));
        }
        return name.endsWith("running_var")
                ? u.mul(0.5).add(1)
                : name.endsWith("weight") ? u.mul(0.25).add(0.5) : u.mul(0.1);
    }

    /**
     * As {@link #fill}, with the values of {@code tools/golden/vision_models.py}, whose scale suits deep networks.
     *
     * @param tensors the parameters and buffers to fill, by name
     */
    public static void fillDeep(Map<String, Tensor> tensors) {
        try (var off = Autograd.noGrad()) {
            tensors.forEach((name, t) -> {
                if (t.dtype().isFloating()) {
                    t.copy_(deepWeights(name, t.shape().dims()));
                }
            });
        }
    }

    private static Tensor deepWeights(String name, long... shape) {
        return shape.length == 1 && name.endsWith("weight") ? of(name, shape).mul(0.25).add(1) : weights(name, shape);
    }
}
