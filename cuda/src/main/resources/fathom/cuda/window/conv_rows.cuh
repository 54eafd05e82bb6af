// What the matrix products of convolutions share: the rows of the left matrix, which are positions of the result.
// TRANSPOSED: an input gradient, whose blocks each have the positions of one remainder of the strides.

#define OUTSIDE (-(1 << 29))

struct Axis { i64 in, out, stride, low, dilation, taps; };
struct Arguments {
    const T* from; OUT* to;
#if HAS_BIAS
    const BIAS* bias;
#else
    i64 bias;
#endif
    const PACKED* w;
    i64 images, groups, summed, results, padded;
    Axis axis[3];
    i64 fs[5], ts[5], bias_stride;
};

// Rows of one axis: how many, and where they and their taps are.
struct Rows { int count, step, phase, extent; };
FATHOM_FN Rows rows_of(const Axis& a, int& phase) {
#if TRANSPOSED
    int stride = (int) a.stride, own = phase % stride;
    phase /= stride;
    int count = ((int) a.in - own + stride - 1) / stride;
    return {count > 0 ? count : 0, 1, own, (int) a.out};
#else
    return {(int) a.out, (int) a.stride, 0, (int) a.in};
#endif
}
// The offset of a tap along one axis; false if the positions of this remainder have no such tap.
FATHOM_FN bool tap_offset(const Axis& a, const Rows& r, int tap, int& offset) {
#if TRANSPOSED
    int at = r.phase + (int) a.low - tap * (int) a.dilation;
    offset = at / (int) a.stride;
    return offset * (int) a.stride == at;
#else
    offset = tap * (int) a.dilation - (int) a.low;
    return true;
#endif
}

// The offset in the result of a row; per_image rows are one image or volume.
FATHOM_FN IX result_offset(const Arguments& a, UIX m, UIX per_image, const Rows& rd, const Rows& rh, const Rows& rw) {
    UIX image = m / per_image, rest = m % per_image;
#if TRANSPOSED
    int jump_w = (int) a.axis[2].stride, jump_h = (int) a.axis[1].stride;
#else
    const int jump_w = 1, jump_h = 1;
#endif
    int w = rw.phase + (int) (rest % (UIX) rw.count) * jump_w; rest /= (UIX) rw.count;
    int h = rh.phase + (int) (rest % (UIX) rh.count) * jump_h; rest /= (UIX) rh.count;
    IX to = (IX) image * (IX) a.ts[0] + (IX) h * (IX) a.ts[3] + (IX) w * (IX) a.ts[4];
#if VOLUME && TRANSPOSED
    to += (IX) (rd.phase + (int) rest * (int) a.axis[0].stride) * (IX) a.ts[2];
#elif VOLUME
    to += (IX) rest * (IX) a.ts[2];
#endif
    return to;
}
