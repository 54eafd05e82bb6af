package fathom.cpu.fourier;

/** Roots of unity. */
final class Roots {
    private Roots() {}

    /**
     * {@return the cosine of {@code k / n} turns}, exact at multiples of a quarter turn
     *
     * @param k from 0 to n
     */
    static double cos(long k, long n) {
        long turn = Math.min(k, n - k); // cos(t) = cos(-t)
        boolean far = 4 * turn > n; // cos(t) = -cos(half a turn - t)
        long quarters = far ? 2 * n - 4 * turn : 4 * turn;
        double value =
                2 * quarters > n ? Math.sin(Math.PI / 2 * (n - quarters) / n) : Math.cos(Math.PI / 2 * quarters / n);
        return far ? -value : value;
    }

    /** {@return the sine of {@code k / n} turns}, exact at multiples of a quarter turn */
    static double sin(long k, long n) {
        // sin(t) = cos(t - a quarter turn), in units of 1 / 4n turns
        return cos(Math.floorMod(4 * k - n, 4 * n), 4 * n);
    }
}
