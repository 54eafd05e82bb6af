// Adds the sums over the parts of k, which lie in a, [parts, batches, m, n]; cPart is from one part to the next.
extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
    const i64 i = (i64) blockIdx.x * 256 + threadIdx.x;
    if (i >= a.cPart) return;
    const i64 n = i % a.n, row = i / a.n;
    const i64 m = row % a.m;
    const Batch o = batch_at(a, row / a.m);
    SUM sum = 0;
#pragma unroll 4
    for (i64 p = 0; p < a.part; p++) sum += a.a[p * a.cPart + i];
    a.c[o.c + m * a.cm + n * a.cn] = STORE(with_bias(a, sum, m, n));
}
