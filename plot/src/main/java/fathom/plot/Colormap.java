package fathom.plot;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/** A colour map: perceptually uniform (mixed in Oklab) and monotonic in lightness. */
public enum Colormap {
    /** Dark violet over teal to yellow, for measured values; the default. */
    SPECTRUM("#2a0a4a", "#3b3f8c", "#1f7f8e", "#3dbb74", "#f4e61e"),
    /** White to dark blue, for amounts. */
    BLUES("#f7fbff", "#9ecae8", "#3f8fc7", "#08306b"),
    /** White to dark red, for weights, such as those of attention. */
    REDS("#fff5f0", "#fbb094", "#e2483a", "#67000d"),
    /** Black to white, for grey images. */
    GRAYS("#000000", "#ffffff"),
    /** Blue over white to orange, for values on both sides of a centre. */
    DIVERGING("#0a4a86", "#6fb0dc", "#f7f7f7", "#f0a060", "#9a3d00");

    private static final int STEPS = 256;

    private final int[] table = new int[STEPS];

    Colormap(String... stops) {
        for (int i = 0; i < STEPS; i++) {
            if (stops.length == 2) {
                // grey levels are not mixed in Oklab
                table[i] = 0xFF000000 | i << 16 | i << 8 | i;
                continue;
            }
            double t = (double) i / (STEPS - 1) * (stops.length - 1);
            int at = Math.min((int) t, stops.length - 2);
            table[i] = Colors.mix(Colors.parse(stops[at]), Colors.parse(stops[at + 1]), t - at);
        }
    }

    /** {@return the colour at a fraction of the range, which is clamped to [0, 1]} */
    int at(double part) {
        return table[(int) Math.round(Math.clamp(part, 0, 1) * (STEPS - 1))];
    }

    /**
     * {@return the colours of fractions of the range as an image, float32 [3, H, W] from 0 to 1}
     *
     * @param fractions [H, W]; clamped to [0, 1], NaN is 0
     * @throws IllegalArgumentException if it does not have two dimensions
     */
    public Tensor of(Tensor fractions) {
        double[][] values = Numbers.matrix(fractions, "Colormap");
        int plane = Math.toIntExact(fractions.numel());
        var samples = new float[Math.multiplyExact(3, plane)];
        int i = 0;
        for (double[] row : values) {
            for (double value : row) {
                int color = at(Double.isNaN(value) ? 0 : value);
                samples[i] = (color >> 16 & 0xFF) / 255f;
                samples[plane + i] = (color >> 8 & 0xFF) / 255f;
                samples[2 * plane + i] = (color & 0xFF) / 255f;
                i++;
            }
        }
        return Tensors.tensor(samples).reshape(3, fractions.size(0), fractions.size(1));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
