// The weight gradient of a convolution by tensor cores: TILE output channels by TILE columns (taps and input channels), over
// BK positions at a time, of operands whose channels are neighbours in memory. Eight warps: two along rows, four along
// columns.

#define M_TILES (TILE / 32)
#define N_TILES (TILE / 32)
#define EACH (TILE * WORDS / THREADS)

extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ __align__(16) u32 left[TILE][PITCH];
    __shared__ __align__(16) u32 right[TILE][PITCH];
    int t = (int) threadIdx.x;
    int group = (int) (blockIdx.z % (u32) a.groups);
    int o0 = (int) (blockIdx.z / (u32) a.groups) * TILE;
    int j0 = (int) blockIdx.x * TILE;
    int inputs = (int) a.inputs, lines = (int) a.axis[1].taps, kernel_columns = (int) a.axis[2].taps;
    int columns = inputs * lines * kernel_columns * (int) a.axis[0].taps;
    UIX m0 = (UIX) blockIdx.y * (UIX) a.each, end = m0 + (UIX) a.each;
    if (end > (UIX) a.positions) end = (UIX) a.positions;

    // a thread reads one channel and one column; every fourth word of positions, beginning with word0
    int channel = t % 16 + t / 32 % 4 * 16, word0 = t / 16 % 2 + t / 128 * 2;
    int j = j0 + channel, c = j % inputs, tap = j / inputs, o = o0 + channel;
    int tw = tap % kernel_columns * (int) a.axis[2].dilation - (int) a.axis[2].low;
    int th = tap / kernel_columns % lines * (int) a.axis[1].dilation - (int) a.axis[1].low;
    if (j >= columns) tw = -(1 << 29);
#if VOLUME
    int td = tap / kernel_columns / lines * (int) a.axis[0].dilation - (int) a.axis[0].low;
#endif
    const T* x = a.x + ((IX) group * inputs + c) * (IX) a.xs[1];
    const T* g_from = a.g + ((IX) group * (IX) a.outputs + o) * (IX) a.gs[1];
    bool has_output = o < (int) a.outputs;
    UIX m = m0 + (UIX) (word0 * PER_WORD);
    Position at = position(a, m);
    const Position jump = position(a, 4 * PER_WORD - (PER_WORD - 1));
#if TF32
    const T zero = 0;
#else
    const T zero = {0};
    const Position one = position(a, 1);
#endif
    u32 next_left[EACH], next_right[EACH];
#define READ(left_value, right_value) \
    T left_value = zero, right_value = zero; \
    if (m < end) { \
        if (has_output) { \
            left_value = g_from[(IX) at.image * (IX) a.gs[0] + (IX) at.d * (IX) a.gs[2] + (IX) at.h * (IX) a.gs[3] \
                                + (IX) at.w * (IX) a.gs[4]]; \
        } \
        int w = at.w * (int) a.axis[2].stride + tw, h = at.h * (int) a.axis[1].stride + th; \
        bool is_inside = (u32) w < (u32) a.axis[2].in && (u32) h < (u32) a.axis[1].in; \
        IX from = (IX) at.image * (IX) a.xs[0] + (IX) h * (IX) a.xs[3] + (IX) w * (IX) a.xs[4]; \
        ADD_PLANE \
        if (is_inside) right_value = x[from]; \
    }
#if VOLUME
#define ADD_PLANE \
    int d = at.d * (int) a.axis[0].stride + td; \
    is_inside = is_inside && (u32) d < (u32) a.axis[0].in; \
    from += (IX) d * (IX) a.xs[2];
#else
#define ADD_PLANE
#endif
#if TF32
#define READ_WORD(i) \
    READ(first_left, first_right) \
    next_left[i] = word_of(first_left); \
    next_right[i] = word_of(first_right);
#else
#define READ_WORD(i) \
    READ(first_left, first_right) \
    m++; \
    advance(a, at, one); \
    READ(second_left, second_right) \
    next_left[i] = word_of(first_left, second_left); \
    next_right[i] = word_of(first_right, second_right);
#endif
#define READ_NEXT \
    _Pragma("unroll") \
    for (int i = 0; i < EACH; i++) { \
        READ_WORD(i) \
        m += 4 * PER_WORD - (PER_WORD - 1); \
        advance(a, at, jump); \
    }

    float acc[M_TILES][N_TILES][4];
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
        for (int n = 0; n < N_TILES; n++) {
#pragma unroll
            for (int r = 0; r < 4; r++) acc[i][n][r] = 0;
        }
    }
    int lane = t % 32, warp = t / 32, g = lane / 4, l = lane % 4;
    int wm = warp % 2 * (TILE / 2), wn = warp / 2 * (TILE / 4);
    UIX step = m0;
    bool more = step < end;
    if (more) { READ_NEXT }
    while (more) {
#pragma unroll
        for (int i = 0; i < EACH; i++) {
            left[channel][word0 + 4 * i] = next_left[i];
            right[channel][word0 + 4 * i] = next_right[i];
        }
        __syncthreads();
        step += BK;
        more = step < end;
        if (more) { READ_NEXT }
        MULTIPLY_STEP(left, right, wm, wn)
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
        for (int r = 0; r < 4; r++) {
            int output = o0 + wm + 16 * i + g + r / 2 * 8;
            if (output >= (int) a.outputs) continue;
            u64 row = ((u64) blockIdx.y * (u64) a.groups + (u64) group) * (u64) a.outputs + (u64) output;
#pragma unroll
            for (int n = 0; n < N_TILES; n++) {
                int column = j0 + wn + 8 * n + 2 * l + r % 2;
                if (column < columns) a.sums[row * (u64) columns + (u64) column] = acc[i][n][r];
            }
        }
    }
}
