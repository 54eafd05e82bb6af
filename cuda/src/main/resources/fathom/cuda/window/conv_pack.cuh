// Copies a weight by group, tap, summed channel and result channel, padded with zeros along both channels: in the type of
// sums or, RAW, in its own.

#if RAW
#define PACKED T
#else
#define PACKED ACC
#endif

struct Arguments {
    const T* w; PACKED* to;
    i64 n, padded, padded_sum, taps;
    i64 results, summed, group_stride, tap_stride, summed_stride, result_stride;
    i64 from_group, from_summed, from_result;
    i64 rows, columns, plane_stride, row_step, column_step;
};

extern "C" __global__ void kernel(const Arguments a) {
    UIX t = (UIX) blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= (UIX) a.n) return;
#if RAW
    UIX summed = t % (UIX) a.padded_sum; t /= (UIX) a.padded_sum;
    UIX result = t % (UIX) a.padded; t /= (UIX) a.padded;
#else
    UIX result = t % (UIX) a.padded; t /= (UIX) a.padded;
    UIX summed = t % (UIX) a.padded_sum; t /= (UIX) a.padded_sum;
#endif
    UIX tap = t % (UIX) a.taps;
    UIX group = t / (UIX) a.taps;
    PACKED value = {0};
    if (result < (UIX) a.results && summed < (UIX) a.summed) {
        UIX column = tap % (UIX) a.columns, row = tap / (UIX) a.columns % (UIX) a.rows;
        UIX plane = tap / (UIX) a.columns / (UIX) a.rows;
        const T element = a.w[(IX) group * (IX) a.from_group + (IX) summed * (IX) a.from_summed
                              + (IX) result * (IX) a.from_result + (IX) plane * (IX) a.plane_stride
                              + (IX) row * (IX) a.row_step + (IX) column * (IX) a.column_step];
#if RAW
        value = element;
#else
        value = LOAD(element);
#endif
    }
    a.to[group * (UIX) a.group_stride + tap * (UIX) a.tap_stride + summed * (UIX) a.summed_stride
         + result * (UIX) a.result_stride] = value;
}
