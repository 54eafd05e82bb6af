// The sum of a query's weights times their gradients, which is that of its result times the result's gradient: a warp each.
extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
    const i64 query = (i64) blockIdx.x * 8 + threadIdx.x / 32;
    for (i64 item = blockIdx.z; item < a.batches; item += gridDim.z) {
        const View<const T> y(a, a.m[Y], item), g(a, a.m[G], item);
        float sum = 0;
        if (query < a.queries) {
            for (i64 c = threadIdx.x % 32; c < a.valueWidth; c += 32) sum += LOAD(y.at(query, c)) * LOAD(g.at(query, c));
        }
#pragma unroll
        for (int d = 16; d > 0; d /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, d);
        if (query < a.queries && threadIdx.x % 32 == 0) View<float>(a, a.m[DELTA], item).at(query, 0) = sum;
    }
}
