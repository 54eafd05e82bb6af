package fathom.plot;

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

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
