package fathom.plot;

import java.util.Locale;

/** Colours as {@code 0xAARRGGBB}, and the perceptual space Oklab in which they are mixed and compared. */
final class Colors {
    private Colors() {}

    /**
     * {@return the opaque colour of {@code #RRGGBB}}
     *
     * @throws IllegalArgumentException if it has another form
     */
    static int parse(String color) {
        if (!color.matches("#[0-9a-fA-F]{6}")) {
            throw new IllegalArgumentException("color: must be #RRGGBB, such as #1f77b4, got " + color);
        }
        return 0xFF000000 | Integer.parseInt(color.substring(1), 16);
    }

    static String hex(int color) {
        return String.format(Locale.ROOT, "#%06x", color & 0xFFFFFF);
    }

    static double alpha(int color) {
        return (color >>> 24) / 255.0;
    }

    /** {@return the colour with another opacity, from 0 to 1} */
    static int withAlpha(int color, double alpha) {
        return (int) Math.round(Math.clamp(alpha, 0, 1) * 255) << 24 | color & 0xFFFFFF;
    }

    /** {@return lightness, and the green-red and blue-yellow components} */
    static double[] oklab(int color) {
        double r = linear(color >> 16 & 0xFF);
        double g = linear(color >> 8 & 0xFF);
        double b = linear(color & 0xFF);
        double l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        double m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        double s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        return new double[] {
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        };
    }

    /** {@return the opaque colour of Oklab components, with clamped channels} */
    static int ofOklab(double light, double a, double b) {
        double l = cube(light + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(light - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(light - 0.0894841775 * a - 1.2914855480 * b);
        return 0xFF000000
                | gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) << 16
                | gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) << 8
                | gamma(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    /** {@return the interpolation of two colours at {@code t}, in Oklab} */
    static int mix(int from, int to, double t) {
        double[] p = oklab(from);
        double[] q = oklab(to);
        return ofOklab(p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]), p[2] + t * (q[2] - p[2]));
    }

    /** {@return the WCAG contrast of two opaque colours, from 1 to 21} */
    static double contrast(int one, int other) {
        double p = luminance(one) + 0.05;
        double q = luminance(other) + 0.05;
        return Math.max(p / q, q / p);
    }

    /** {@return relative luminance, from 0 to 1} */
    static double luminance(int color) {
        return 0.2126 * linear(color >> 16 & 0xFF) + 0.7152 * linear(color >> 8 & 0xFF) + 0.0722 * linear(color & 0xFF);
    }

    private static double cube(double x) {
        return x * x * x;
    }

    static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }

    static int gamma(double c) {
        double v = c <= 0.0031308 ? 12.92 * c : 1.055 * Math.pow(c, 1 / 2.4) - 0.055;
        return (int) Math.round(Math.clamp(v, 0, 1) * 255);
    }
}
