// The weight gradient of a convolution: TILE output channels by TILE columns (taps and input channels), over BK
// positions at a time. CHANNELS_INSIDE: neighbouring threads read channels, else positions.

#define EACH (TILE * BK / THREADS)
#define TN 4

extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ __align__(16) ACC left[BK][TILE + 4];
    __shared__ __align__(16) ACC right[BK][TILE + 4];
    int t = (int) threadIdx.x;
    int group = (int) (blockIdx.z % (u32) a.groups);
    int o0 = (int) (blockIdx.z / (u32) a.groups) * TILE;
    int j0 = (int) blockIdx.x * TILE;
    int inputs = (int) a.inputs, lines = (int) a.axis[1].taps, kernel_columns = (int) a.axis[2].taps;
    int columns = inputs * lines * kernel_columns * (int) a.axis[0].taps;
    UIX m0 = (UIX) blockIdx.y * (UIX) a.each, end = m0 + (UIX) a.each;
    if (end > (UIX) a.positions) end = (UIX) a.positions;

    // each thread reads EACH elements of both tiles: of one column and several positions, or the other way round
#if CHANNELS_INSIDE
    int lane = t % TILE, step0 = t / TILE;
    const int lane_jump = 0, step_jump = THREADS / TILE;
#define LANES 1
#define STEPS EACH
#else
    int lane = t / BK, step0 = t % BK;
    const int lane_jump = THREADS / BK, step_jump = 0;
#define LANES EACH
#define STEPS 1
#endif
    IX column_base[LANES];
    int td[LANES], th[LANES], tw[LANES];
#pragma unroll
    for (int i = 0; i < LANES; i++) {
        int j = j0 + lane + i * lane_jump;
        int c = j % inputs, tap = j / inputs;
        tw[i] = tap % kernel_columns * (int) a.axis[2].dilation - (int) a.axis[2].low;
        th[i] = tap / kernel_columns % lines * (int) a.axis[1].dilation - (int) a.axis[1].low;
        td[i] = tap / kernel_columns / lines * (int) a.axis[0].dilation - (int) a.axis[0].low;
        column_base[i] = ((IX) group * inputs + c) * (IX) a.xs[1];
        if (j >= columns) tw[i] = -(1 << 29);
    }
    Position by = position(a, BK);
    Position at[STEPS];
#pragma unroll
    for (int s = 0; s < STEPS; s++) at[s] = position(a, m0 + (UIX) (step0 + s * step_jump));
    ACC acc[TN][TN];
#pragma unroll
    for (int i = 0; i < TN; i++) {
#pragma unroll
        for (int j = 0; j < TN; j++) acc[i][j] = 0;
    }
    ACC next_left[EACH], next_right[EACH];
    UIX m = m0;
    int ty = t / (TILE / TN), tx = t % (TILE / TN);

#define READ_NEXT { \
    _Pragma("unroll") \
    for (int s = 0; s < STEPS; s++) { \
        bool known = m + (UIX) (step0 + s * step_jump) < end; \
        IX g_base = (IX) at[s].image * (IX) a.gs[0] + (IX) at[s].d * (IX) a.gs[2] + (IX) at[s].h * (IX) a.gs[3] \
                + (IX) at[s].w * (IX) a.gs[4]; \
        IX x_base = (IX) at[s].image * (IX) a.xs[0]; \
        _Pragma("unroll") \
        for (int i = 0; i < LANES; i++) { \
            int o = o0 + lane + i * lane_jump; \
            next_left[s * LANES + i] = known && o < (int) a.outputs \
                    ? LOAD(a.g[g_base + ((IX) group * (IX) a.outputs + o) * (IX) a.gs[1]]) : (ACC) 0; \
            int w = at[s].w * (int) a.axis[2].stride + tw[i], h = at[s].h * (int) a.axis[1].stride + th[i]; \
            bool is_inside = known && (u32) w < (u32) a.axis[2].in && (u32) h < (u32) a.axis[1].in; \
            IX from = x_base + column_base[i] + (IX) h * (IX) a.xs[3] + (IX) w * (IX) a.xs[4]; \
            ADD_PLANE \
            next_right[s * LANES + i] = is_inside ? LOAD(a.x[from]) : (ACC) 0; \
        } \
    } \
}
#if VOLUME
#define ADD_PLANE \
    int d = at[s].d * (int) a.axis[0].stride + td[i]; \
    is_inside = is_inside && (u32) d < (u32) a.axis[0].in; \
    from += (IX) d * (IX) a.xs[2];
#else
#define ADD_PLANE
#endif

    bool more = m < end;
    if (more) READ_NEXT
    while (more) {
#pragma unroll
        for (int s = 0; s < STEPS; s++) {
#pragma unroll
            for (int i = 0; i < LANES; i++) {
                left[step0 + s * step_jump][lane + i * lane_jump] = next_left[s * LANES + i];
                right[step0 + s * step_jump][lane + i * lane_jump] = next_right[s * LANES + i];
            }
        }
        __syncthreads();
        m += BK;
        more = m < end;
#pragma unroll
        for (int s = 0; s < STEPS; s++) advance(a, at[s], by);
        if (more) READ_NEXT
#pragma unroll
        for (int q = 0; q < BK; q++) {
            ACC l[TN], r[TN];
#pragma unroll
            for (int i = 0; i < TN; i++) l[i] = left[q][ty * TN + i];
#pragma unroll
            for (int j = 0; j < TN; j++) r[j] = right[q][tx * TN + j];
#pragma unroll
            for (int i = 0; i < TN; i++) {
#pragma unroll
                for (int j = 0; j < TN; j++) acc[i][j] += l[i] * r[j];
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < TN; i++) {
        int o = o0 + ty * TN + i;
        if (o >= (int) a.outputs) continue;
        u64 row = ((u64) blockIdx.y * (u64) a.groups + (u64) group) * (u64) a.outputs + (u64) o;
#pragma unroll
        for (int j = 0; j < TN; j++) {
            int column = j0 + tx * TN + j;
            if (column < columns) a.sums[row * (u64) columns + (u64) column] = acc[i][j];
        }
    }
}
