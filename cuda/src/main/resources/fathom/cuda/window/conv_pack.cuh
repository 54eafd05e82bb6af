// Copies a weight to [group, tap, summed channel, result channel], padded with zeros along the last.

struct Arguments {
    const T* w; ACC* to;
    i64 n, padded, summed, taps;
    i64 results, group_stride, row_stride;
    i64 from_group, from_summed, from_result;
    i64 rows, columns, plane_stride, row_step, column_step;
};

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= (UIX) a.n) return;
    UIX result = t % (UIX) a.padded; t /= (UIX) a.padded;
    UIX summed = t % (UIX) a.summed; t /= (UIX) a.summed;
    UIX tap = t % (UIX) a.taps;
    UIX group = t / (UIX) a.taps;
    ACC value = 0;
    if (result < (UIX) a.results) {
        UIX column = tap % (UIX) a.columns, row = tap / (UIX) a.columns % (UIX) a.rows;
        UIX plane = tap / (UIX) a.columns / (UIX) a.rows;
        value = LOAD(a.w[(IX) group * (IX) a.from_group + (IX) summed * (IX) a.from_summed
                         + (IX) result * (IX) a.from_result + (IX) plane * (IX) a.plane_stride
                         + (IX) row * (IX) a.row_step + (IX) column * (IX) a.column_step]);
    }
    a.to[group * (UIX) a.group_stride + (tap * (UIX) a.summed + summed) * (UIX) a.row_stride + result] = value;
}
