package fathom.testkit;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Numbers made of names, as {@code tools/golden/models.py} makes them, so that no file has to hold weights. */
public final class Formula {
    private static final long MASK = 0xFFFFFFFFL;

    private Formula() {}

    /** {@return float64 numbers from -1 to 1 that look random: a hash of the name and the element's number} */
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

    /**
     * {@return the values of a parameter or buffer, as {@code weights} of {@code tools/golden/vision_models.py}: by
     * fan-in, with scales about 1 and small biases}
     */
    public static Tensor weights(String name, long... shape) {
        Tensor u = of(name, shape);
        if (shape.length > 1) {
            return u.mul(Math.sqrt(6.0 / ((double) u.numel() / shape[0])));
        }
        return name.endsWith("running_var")
                ? u.mul(0.5).add(1)
                : name.endsWith("weight") ? u.mul(0.25).add(1) : u.mul(0.1);
    }

    /** {@return tensors of the names and shapes of others, with the values of {@link #weights}} */
    public static StateDict weights(StateDict like) {
        var state = new StateDict();
        like.entries().forEach((name, t) -> state.put(name, weights(name, t.shape().dims())));
        return state;
    }
}
