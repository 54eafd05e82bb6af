// A convolution or, TRANSPOSED, its input gradient as a product of BM x BN tiles of the result: rows are positions,
// columns are result channels, BK summed channels at a time. A block has one group and, in a gradient, the positions of
// one remainder of the strides.
// FLAT: steps run over taps and channels together, for few channels; else over the channels of one tap after another.
// READING: 0 neighbouring threads read channels, 1 four channels each, 2 positions.

#define TN 4
#define TM (BM / 16)
#define FOURS (READING == 1)
#if READING == 2
#define TILE_ROWS 1
#define TILE_STEPS (BM * BK / THREADS)
#elif FOURS
#define TILE_ROWS (BM * BK / 4 / THREADS)
#define TILE_STEPS 1
#else
#define TILE_ROWS (BM * BK / THREADS)
#define TILE_STEPS 1
#endif

struct __align__(4 * sizeof(T)) FourElements { T v[4]; };
struct __align__(16) FourSums { ACC v[4]; };

extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ __align__(16) ACC left[BK][BM + 4];
    __shared__ __align__(16) ACC right[BK][BN];
    int t = (int) threadIdx.x;
    int group = (int) (blockIdx.z % (u32) a.groups), phase = (int) (blockIdx.z / (u32) a.groups);
    Rows rw = rows_of(a.axis[2], phase), rh = rows_of(a.axis[1], phase);
#if VOLUME
    Rows rd = rows_of(a.axis[0], phase);
#else
    const Rows rd = {1, 1, 0, 1};
#endif
    UIX per_image = (UIX) rd.count * (UIX) rh.count * (UIX) rw.count;
    UIX rows = (UIX) a.images * per_image;
    UIX m0 = (UIX) blockIdx.x * BM;
    if (m0 >= rows) return;
    int n0 = (int) blockIdx.y * BN;
    int summed = (int) a.summed;
    IX channel_step = (IX) a.fs[1];

    // the rows that this thread reads, and its first channel in a step
#if READING == 2
    int row0 = t % BM, step0 = t / BM;
    const int row_jump = 0, step_jump = THREADS / BM;
#elif FOURS
    int row0 = t / (BK / 4), step0 = t % (BK / 4) * 4;
    const int row_jump = THREADS / (BK / 4), step_jump = 0;
#else
    int row0 = t / BK, step0 = t % BK;
    const int row_jump = THREADS / BK, step_jump = 0;
#endif
    IX base[TILE_ROWS];
    int pd[TILE_ROWS], ph[TILE_ROWS], pw[TILE_ROWS];
#pragma unroll
    for (int i = 0; i < TILE_ROWS; i++) {
        UIX m = m0 + (UIX) (row0 + i * row_jump);
        UIX image = m / per_image, rest = m % per_image;
        pw[i] = (int) (rest % (UIX) rw.count) * rw.step; rest /= (UIX) rw.count;
        ph[i] = (int) (rest % (UIX) rh.count) * rh.step; rest /= (UIX) rh.count;
        pd[i] = 0;
#if VOLUME
        pd[i] = (int) rest * rd.step;
#endif
        if (m >= rows) { image = 0; pw[i] = OUTSIDE; }
        base[i] = (IX) image * (IX) a.fs[0] + (IX) group * (IX) summed * channel_step;
    }
    int columns = (int) a.axis[2].taps, lines = (int) a.axis[1].taps;
    int taps = columns * lines;
#if VOLUME
    taps *= (int) a.axis[0].taps;
#endif
    const ACC* weights = a.w + ((UIX) group * (UIX) taps * (UIX) summed * (UIX) a.padded + (UIX) n0);

    ACC acc[TM][TN];
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
        for (int j = 0; j < TN; j++) acc[i][j] = 0;
    }
    ACC next_left[TILE_ROWS * TILE_STEPS * (FOURS ? 4 : 1)];
    FourSums next_right;
    int right_row = t / (BN / 4), right_column = t % (BN / 4) * 4;

    // the position in the sum: k in all taps and channels, or a tap and a channel
    int k = 0, tap = 0, channel = 0;
    int od = 0, oh = 0, ow = 0;
    int all = taps * summed;
#if !FLAT
#define FIND_TAP \
    for (; tap < taps; tap++) { \
        bool is_here = tap_offset(a.axis[2], rw, tap % columns, ow); \
        is_here = tap_offset(a.axis[1], rh, tap / columns % lines, oh) && is_here; \
        FIND_PLANE \
        if (is_here) break; \
    }
#if VOLUME
#define FIND_PLANE is_here = tap_offset(a.axis[0], rd, tap / columns / lines, od) && is_here;
#else
#define FIND_PLANE
#endif
    FIND_TAP
    bool more = tap < taps && summed > 0;
#else
    bool more = all > 0;
#endif

    // the elements of the next tiles, into registers
#define READ_NEXT { \
    _Pragma("unroll") \
    for (int s = 0; s < TILE_STEPS; s++) { \
        int at = step0 + s * step_jump; \
        TAP_OF_STEP \
        _Pragma("unroll") \
        for (int i = 0; i < TILE_ROWS; i++) { \
            int w = pw[i] + ow, h = ph[i] + oh, d = pd[i] + od; \
            bool is_inside = known && (u32) w < (u32) rw.extent && (u32) h < (u32) rh.extent PLANE_INSIDE; \
            IX from = base[i] + (IX) c * channel_step + (IX) d * (IX) a.fs[2] + (IX) h * (IX) a.fs[3] \
                    + (IX) w * (IX) a.fs[4]; \
            READ_ELEMENTS \
        } \
    } \
    int right_at = FIRST_ROW + right_row; \
    if (right_row < BK && right_at < LAST_ROW) { \
        next_right = *(const FourSums*) (weights + ((UIX) right_at * (UIX) a.padded + (UIX) right_column)); \
    } else { \
        next_right.v[0] = next_right.v[1] = next_right.v[2] = next_right.v[3] = 0; \
    } \
}
#if VOLUME
#define PLANE_INSIDE && (u32) d < (u32) rd.extent
#else
#define PLANE_INSIDE
#endif
#if FOURS
#define READ_ELEMENTS \
    FourElements four; \
    if (is_inside) four = *(const FourElements*) (a.from + from); \
    _Pragma("unroll") \
    for (int q = 0; q < 4; q++) next_left[4 * i + q] = is_inside ? LOAD(four.v[q]) : (ACC) 0;
#else
#define READ_ELEMENTS next_left[s * TILE_ROWS + i] = is_inside ? LOAD(a.from[from]) : (ACC) 0;
#endif
#if FLAT
#define TAP_OF_STEP \
    at += k; \
    bool known = at < all; \
    int own = at / summed, c = at - own * summed; \
    known = tap_offset(a.axis[2], rw, own % columns, ow) && known; \
    known = tap_offset(a.axis[1], rh, own / columns % lines, oh) && known; \
    PLANE_OF_STEP
#if VOLUME
#define PLANE_OF_STEP known = tap_offset(a.axis[0], rd, own / columns / lines, od) && known;
#else
#define PLANE_OF_STEP
#endif
#define FIRST_ROW k
#define LAST_ROW all
#else
#define TAP_OF_STEP int c = channel + at; bool known = c < summed;
#define FIRST_ROW (tap * summed + channel)
#define LAST_ROW ((tap + 1) * summed)
#endif

    int ty = t / (BN / TN), tx = t % (BN / TN);
    if (more) READ_NEXT
    while (more) {
#pragma unroll
        for (int s = 0; s < TILE_STEPS; s++) {
#pragma unroll
            for (int i = 0; i < TILE_ROWS; i++) {
#if FOURS
#pragma unroll
                for (int q = 0; q < 4; q++) left[step0 + q][row0 + i * row_jump] = next_left[4 * i + q];
#else
                left[step0 + s * step_jump][row0 + i * row_jump] = next_left[s * TILE_ROWS + i];
#endif
            }
        }
        if (right_row < BK) *(FourSums*) &right[right_row][right_column] = next_right;
        __syncthreads();
#if FLAT
        k += BK;
        more = k < all;
#else
        channel += BK;
        if (channel >= summed) {
            channel = 0;
            tap++;
            FIND_TAP
        }
        more = tap < taps;
#endif
        if (more) READ_NEXT
#pragma unroll
        for (int q = 0; q < BK; q++) {
            ACC l[TM], r[TN];
#pragma unroll
            for (int i = 0; i < TM; i++) l[i] = left[q][ty * TM + i];
#pragma unroll
            for (int j = 0; j < TN; j++) r[j] = right[q][tx * TN + j];
#pragma unroll
            for (int i = 0; i < TM; i++) {
#pragma unroll
                for (int j = 0; j < TN; j++) acc[i][j] += l[i] * r[j];
            }
        }
        __syncthreads();
    }

#pragma unroll
    for (int i = 0; i < TM; i++) {
        UIX m = m0 + (UIX) (ty * TM + i);
        if (m >= rows) continue;
        IX to = result_offset(a, m, per_image, rd, rh, rw);
#pragma unroll
        for (int j = 0; j < TN; j++) {
            int column = n0 + tx * TN + j;
            if (column < (int) a.results) {
                IX c = (IX) group * (IX) a.results + column;
                ACC value = acc[i][j];
#if HAS_BIAS
                value += (ACC) widen(a.bias[c * (IX) a.bias_stride]);
#endif
                a.to[to + c * (IX) a.ts[1]] = OUT_OF(value);
            }
        }
    }
}
