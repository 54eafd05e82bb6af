package fathom.nn.attention;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The angles of rotary position embeddings for positions that are tensors, as decoders with a cache have them: computed
 * once for all layers, for any positions, with {@linkplain RotaryScaling scaled} wavelengths. Features j and j + d / 2
 * are a pair, as in Hugging Face's Llama.
 *
 * {@snippet :
 * var frequencies = new RotaryFrequencies(64, 10_000, RotaryScaling.none());
 * var angles = frequencies.at(positions);         // int64 [N, L]
 * Tensor q = angles.turn(query);                  // [N, H, L, 64]
 * }
 *
 * @see RotaryEmbedding
 */
public final class RotaryFrequencies {
    private final long width;
    private final double base;
    private final RotaryScaling scaling;

    /** float32 on each device, whatever the type of the network. */
    private record Constants(Tensor frequencies, Tensor exponents) {}

    private final Map<Device, Constants> constants = new ConcurrentHashMap<>();

    /**
     * For heads of a width.
     *
     * @param width an even number
     * @param base the base of the wavelengths
     * @throws IllegalArgumentException if the width is odd, or the base not positive
     */
    public RotaryFrequencies(long width, double base, RotaryScaling scaling) {
        if (width < 2 || width % 2 != 0 || !(base > 0) || Double.isInfinite(base)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "RotaryFrequencies: expected an even width and a positive base, got %d and %s",
                            width,
                            base));
        }
        this.width = width;
        this.base = base;
        this.scaling = scaling;
        on(Device.current());
    }

    private Constants on(Device device) {
        return constants.computeIfAbsent(
                device, d -> d.with(() -> new Constants(kept(scaling.frequencies(width, base)), kept(exponents()))));
    }

    private static Tensor kept(double[] values) {
        return Tensors.tensor(values, DType.FLOAT64).to(DType.FLOAT32).keep();
    }

    /**
     * The cosines and sines of positions.
     *
     * @param cosines float32 {@code [N, 1, L, 1, d / 2]}
     * @param sines float32 {@code [N, 1, L, 2, d / 2]}, first negated, as the first feature of a pair subtracts them
     */
    public record Angles(Tensor cosines, Tensor sines) {
        /**
         * {@return queries or keys, turned by their positions}
         *
         * @param x {@code [N, H, L, d]}
         */
        public Tensor turn(Tensor x) {
            Tensor pairs = x.unflatten(-1, 2, x.size(-1) / 2);
            // one kernel once it is captured, as the reversed copy is part of it
            Tensor turned = pairs.mul(cosines.to(x.dtype())).add(pairs.flip(-2).mul(sines.to(x.dtype())));
            return turned.flatten(-2);
        }
    }

    /** {@return {@code x [..., L, d]}, turned; pairs are features j and j + d / 2} */
    static Tensor turned(Tensor x, Tensor cos, Tensor sin) {
        long half = x.size(-1) / 2;
        Tensor a = x.narrow(-1, 0, half);
        Tensor b = x.narrow(-1, half, half);
        return Tensors.cat(List.of(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))), -1);
    }

    /**
     * {@return the angles of positions}
     *
     * @param positions an integer type, {@code [N, L]}; N may be 1
     */
    public Angles at(Tensor positions) {
        Constants constant = on(positions.device());
        Tensor f = constant.frequencies();
        if (scaling instanceof RotaryScaling.Dynamic d) {
            // base (factor n / max - (factor - 1))^(d / (d - 2)), for the n positions of this call
            Tensor n = positions.max().add(1).clampMin(d.maxPositions()).to(DType.FLOAT32);
            Tensor growth = n.mul(d.factor() / d.maxPositions()).sub(d.factor() - 1);
            f = f.mul(growth.pow(constant.exponents()));
        }
        Tensor angle = positions.to(DType.FLOAT32).unsqueeze(1).unsqueeze(-1).mul(f);
        double factor = scaling.attentionFactor();
        Tensor cos = factor == 1 ? angle.cos() : angle.cos().mul(factor);
        Tensor sin = factor == 1 ? angle.sin() : angle.sin().mul(factor);
        return new Angles(cos.unsqueeze(-2), Tensors.stack(List.of(sin.neg(), sin), -2));
    }

    /** {@return the exponents of the growth of {@link RotaryScaling.Dynamic}} */
    private double[] exponents() {
        var e = new double[Math.toIntExact(width / 2)];
        for (int j = 0; j < e.length; j++) {
            e[j] = width == 2 ? 0 : -2.0 * j / (width - 2);
        }
        return e;
    }
}
