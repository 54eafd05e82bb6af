// The positions that contribute to a point of a grid, their weights, and the weights' slopes.
// MODE: 0 linear, 1 nearest, 2 cubic; PADDING: 0 zeros, 1 border, 2 reflection; ALIGN: corners are centres of pixels;
// SINGLE: positions in single precision; VOLUME: three coordinates.

#if MODE == 1
#define TAPS 1
#elif MODE == 0
#define TAPS 2
#else
#define TAPS 4
#endif
#define COORDINATES (2 + VOLUME)
#if VOLUME
#define TERMS (TAPS * TAPS * TAPS)
#else
#define TERMS (TAPS * TAPS)
#endif
// products that are not contracted with the sum after them: positions are the CPU's to the last bit
#ifdef FATHOM_ON_HOST
#define PRODUCT_F(x, y) ((x) * (y))
#define PRODUCT_D(x, y) ((x) * (y))
#else
#define PRODUCT_F(x, y) __fmul_rn(x, y)
#define PRODUCT_D(x, y) __dmul_rn(x, y)
#endif

struct Taps { int index[TAPS]; double weight[TAPS], slope[TAPS]; };

// A position that is not a number, of an infinite coordinate along an axis of one pixel, counts as 0.
FATHOM_FN int grid_inside(double place, int more, int size) {
    i64 i = saturating_i64(place) + more;
    return i >= 0 && i < size ? (int) i : -1;
}
FATHOM_FN double grid_clamp(double place, int size) {
    return place < 0 ? 0 : place > size - 1 ? (double) (size - 1) : place;
}
#define GRID_LOW (ALIGN ? 0.0 : -0.5)
#define GRID_SPAN(size) ((double) (ALIGN ? (size) - 1 : (size)))
FATHOM_FN double grid_reflected(double place, int size) {
    double span = GRID_SPAN(size);
    if (span == 0) return 0;
    double rest = fmod(fabs(place - GRID_LOW), 2 * span);
    double other = 2 * span - rest;
    return (rest < other ? rest : other) + GRID_LOW;
}
FATHOM_FN double grid_reflection_sign(double place, int size) {
    double span = GRID_SPAN(size);
    if (span == 0) return 0;
    double away = place - GRID_LOW;
    double flips = floor(fabs(away) / span);
    return (fmod(flips, 2.0) == 0 ? 1 : -1) * (away < 0 ? -1 : 1);
}
FATHOM_FN Taps taps_of(T given, int size) {
    Taps r;
    bool is_nan = given != given;
#if SINGLE
    float moved = (is_nan ? -1.0f : given) + 1.0f;
    double place = ALIGN ? PRODUCT_F(moved, (float) (size - 1) / 2.0f) : PRODUCT_F(moved, (float) size / 2.0f) - 0.5f;
#else
    double moved = (is_nan ? -1.0 : given) + 1.0;
    double place = ALIGN ? PRODUCT_D(moved, (size - 1) / 2.0) : PRODUCT_D(moved, size / 2.0) - 0.5;
#endif
    double rate = is_nan ? 0 : (ALIGN ? size - 1 : size) / 2.0;
    const double most = 1073741824.0;
    if (fabs(place) > most) {
        place = copysign(most, place);
        rate = 0;
    }
#if MODE == 2
    const double A = -0.75;
    double low = floor(place), t = place - low;
#pragma unroll
    for (int k = 0; k < 4; k++) {
        double d = fabs(t + 1 - k), sign = t + 1 - k < 0 ? -1 : 1;
        if (d <= 1) {
            r.weight[k] = ((A + 2) * d - (A + 3)) * d * d + 1;
            r.slope[k] = sign * rate * (3 * (A + 2) * d - 2 * (A + 3)) * d;
        } else {
            r.weight[k] = ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
            r.slope[k] = sign * rate * ((3 * A * d - 10 * A) * d + 8 * A);
        }
        double there = low - 1 + k;
#if PADDING == 2
        there = grid_reflected(there, size);
#endif
#if PADDING != 0
        there = grid_clamp(there, size);
#endif
        r.index[k] = grid_inside(there, 0, size);
    }
#else
#if PADDING == 2
    rate *= grid_reflection_sign(place, size);
    place = grid_reflected(place, size);
#endif
#if PADDING != 0
    if (place <= 0 || place >= size - 1) rate = 0;
    place = grid_clamp(place, size);
#endif
#if MODE == 1
    r.index[0] = grid_inside(rint(place), 0, size);
    r.weight[0] = 1;
    r.slope[0] = 0;
#else
    double low = floor(place), fraction = place - low;
    r.index[0] = grid_inside(low, 0, size);
    r.index[1] = grid_inside(low, 1, size);
    r.weight[0] = 1 - fraction;
    r.weight[1] = fraction;
    r.slope[0] = -rate;
    r.slope[1] = rate;
#endif
#endif
    return r;
}
