// The weight gradient of a convolution with few channels in a group: a block has CHANNELS output channels, one input
// channel of their groups, TAPS taps and a slice of the positions, which LANES threads share for each channel.

extern "C" __global__ void __launch_bounds__(THREADS) kernel(const Arguments a) {
    __shared__ int tap_d[TAPS], tap_h[TAPS], tap_w[TAPS];
    __shared__ ACC added[LANES][CHANNELS];
    int t = (int) threadIdx.x;
    int lane = t / CHANNELS, o = (int) blockIdx.x * CHANNELS + t % CHANNELS;
    int input = (int) (blockIdx.z % (u32) a.inputs), tap0 = (int) (blockIdx.z / (u32) a.inputs) * TAPS;
    int lines = (int) a.axis[1].taps, kernel_columns = (int) a.axis[2].taps;
    int taps = lines * kernel_columns * (int) a.axis[0].taps;
    if (t < TAPS) {
        int tap = tap0 + t;
        tap_w[t] = tap % kernel_columns * (int) a.axis[2].dilation - (int) a.axis[2].low;
        tap_h[t] = tap / kernel_columns % lines * (int) a.axis[1].dilation - (int) a.axis[1].low;
        tap_d[t] = tap / kernel_columns / lines * (int) a.axis[0].dilation - (int) a.axis[0].low;
        if (tap >= taps) tap_w[t] = -(1 << 29);
    }
    __syncthreads();
    ACC sum[TAPS];
#pragma unroll
    for (int k = 0; k < TAPS; k++) sum[k] = 0;
    if (o < (int) (a.groups * a.outputs)) {
        UIX m0 = (UIX) blockIdx.y * (UIX) a.each, end = m0 + (UIX) a.each;
        if (end > (UIX) a.positions) end = (UIX) a.positions;
        Position by = position(a, LANES), p = position(a, m0 + (UIX) lane);
        const T* x = a.x + ((IX) (o / (int) a.outputs) * (IX) a.inputs + input) * (IX) a.xs[1];
        const T* g = a.g + (IX) o * (IX) a.gs[1];
        for (UIX m = m0 + (UIX) lane; m < end; m += LANES) {
            ACC grad = LOAD(g[(IX) p.image * (IX) a.gs[0] + (IX) p.d * (IX) a.gs[2] + (IX) p.h * (IX) a.gs[3]
                              + (IX) p.w * (IX) a.gs[4]]);
            int h0 = p.h * (int) a.axis[1].stride, w0 = p.w * (int) a.axis[2].stride;
            const T* image = x + (IX) p.image * (IX) a.xs[0];
#if VOLUME
            int d0 = p.d * (int) a.axis[0].stride;
#endif
#pragma unroll
            for (int k = 0; k < TAPS; k++) {
                int w = w0 + tap_w[k], h = h0 + tap_h[k];
                bool is_inside = (u32) w < (u32) a.axis[2].in && (u32) h < (u32) a.axis[1].in;
                IX from = (IX) h * (IX) a.xs[3] + (IX) w * (IX) a.xs[4];
#if VOLUME
                int d = d0 + tap_d[k];
                is_inside = is_inside && (u32) d < (u32) a.axis[0].in;
                from += (IX) d * (IX) a.xs[2];
#endif
                if (is_inside) sum[k] += grad * LOAD(image[from]);
            }
            advance(a, p, by);
        }
    }
#pragma unroll
    for (int k = 0; k < TAPS; k++) {
        added[lane][t % CHANNELS] = sum[k];
        for (int half = LANES / 2; half > 0; half /= 2) {
            __syncthreads();
            if (lane < half) added[lane][t % CHANNELS] += added[lane + half][t % CHANNELS];
        }
        if (lane == 0 && o < (int) (a.groups * a.outputs) && tap0 + k < taps) {
            u64 row = (u64) blockIdx.y * (u64) (a.groups * a.outputs) + (u64) o;
            a.sums[(row * (u64) taps + (u64) (tap0 + k)) * (u64) a.inputs + (u64) input] = added[0][t % CHANNELS];
        }
        __syncthreads();
    }
}
