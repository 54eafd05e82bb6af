// A convolution or, TRANSPOSED, its input gradient by tensor cores: BM x BN tiles of the result, BK channels of one tap at
// a time, four of which a thread reads at once. Eight warps: four along rows, two along columns. The weight is packed as
// [group, tap, result channel, summed channel], both padded.

#define TILE_ROWS (BM * BK / 4 / THREADS)
#define RIGHT_ROWS (BN * BK / 4 / THREADS)
#define M_TILES (BM / 64)
#define N_TILES (BN / 16)
struct __align__(4 * sizeof(T)) FourElements { T v[4]; };
struct __align__(16 / PER_WORD) FourWords { u32 v[4 / PER_WORD]; };

FATHOM_FN FourWords words_of(const FourElements& x) {
    FourWords r;
#if TF32
    for (int q = 0; q < 4; q++) r.v[q] = word_of(x.v[q]);
#else
    for (int q = 0; q < 2; q++) r.v[q] = word_of(x.v[2 * q], x.v[2 * q + 1]);
#endif
    return r;
}

extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ __align__(16) u32 left[BM][PITCH];
    __shared__ __align__(16) u32 right[BN][PITCH];
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
    int row0 = t / (BK / 4), step0 = t % (BK / 4) * 4;
    const int row_jump = THREADS / (BK / 4);
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
    int padded_sum = (summed + BK - 1) / BK * BK;
    const T* weights = a.w + (UIX) group * (UIX) taps * (UIX) a.padded * (UIX) padded_sum;

    float acc[M_TILES][N_TILES][4];
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
        for (int j = 0; j < N_TILES; j++) {
#pragma unroll
            for (int r = 0; r < 4; r++) acc[i][j][r] = 0;
        }
    }
    const T zero = {0};
    FourElements next_left[TILE_ROWS], next_right[RIGHT_ROWS];
    int tap = 0, channel = 0, od = 0, oh = 0, ow = 0;
#if VOLUME
#define FIND_PLANE is_here = tap_offset(a.axis[0], rd, tap / columns / lines, od) && is_here;
#define PLANE_INSIDE && (u32) d < (u32) rd.extent
#else
#define FIND_PLANE
#define PLANE_INSIDE
#endif
#define FIND_TAP \
    for (; tap < taps; tap++) { \
        bool is_here = tap_offset(a.axis[2], rw, tap % columns, ow); \
        is_here = tap_offset(a.axis[1], rh, tap / columns % lines, oh) && is_here; \
        FIND_PLANE \
        if (is_here) break; \
    }
#define READ_NEXT { \
    int c = channel + step0; \
    _Pragma("unroll") \
    for (int i = 0; i < TILE_ROWS; i++) { \
        int w = pw[i] + ow, h = ph[i] + oh, d = pd[i] + od; \
        bool is_inside = c < summed && (u32) w < (u32) rw.extent && (u32) h < (u32) rh.extent PLANE_INSIDE; \
        IX from = base[i] + (IX) c + (IX) d * (IX) a.fs[2] + (IX) h * (IX) a.fs[3] + (IX) w * (IX) a.fs[4]; \
        if (is_inside) { \
            next_left[i] = *(const FourElements*) (a.from + from); \
        } else { \
            next_left[i].v[0] = next_left[i].v[1] = next_left[i].v[2] = next_left[i].v[3] = zero; \
        } \
    } \
    _Pragma("unroll") \
    for (int i = 0; i < RIGHT_ROWS; i++) { \
        UIX row = (UIX) tap * (UIX) a.padded + (UIX) (n0 + row0 + i * row_jump); \
        next_right[i] = *(const FourElements*) (weights + (row * (UIX) padded_sum + (UIX) c)); \
    } \
}
    FIND_TAP
    bool more = tap < taps && summed > 0;
    int lane = t % 32, warp = t / 32, g = lane / 4, l = lane % 4;
    int wm = warp % 4 * (BM / 4), wn = warp / 4 * (BN / 2);
    if (more) READ_NEXT
    while (more) {
#pragma unroll
        for (int i = 0; i < TILE_ROWS; i++) *(FourWords*) &left[row0 + i * row_jump][step0 / PER_WORD] = words_of(next_left[i]);
#pragma unroll
        for (int i = 0; i < RIGHT_ROWS; i++) *(FourWords*) &right[row0 + i * row_jump][step0 / PER_WORD] = words_of(next_right[i]);
        __syncthreads();
        channel += BK;
        if (channel >= summed) {
            channel = 0;
            tap++;
            FIND_TAP
        }
        more = tap < taps;
        if (more) READ_NEXT
        MULTIPLY_STEP(left, right, wm, wn)
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            UIX m = m0 + (UIX) (wm + 16 * i + g + 8 * half);
            if (m >= rows) continue;
            IX to = result_offset(a, m, per_image, rd, rh, rw);
#pragma unroll
            for (int j = 0; j < N_TILES; j++) {
#pragma unroll
                for (int q = 0; q < 2; q++) {
                    int column = n0 + wn + 8 * j + 2 * l + q;
                    if (column < (int) a.results) {
                        IX c = (IX) group * (IX) a.results + column;
                        float value = acc[i][j][2 * half + q];
#if HAS_BIAS
                        value += widen(a.bias[c * (IX) a.bias_stride]);
#endif
                        a.to[to + c * (IX) a.ts[1]] = OUT_OF(value);
                    }
                }
            }
        }
    }
}
