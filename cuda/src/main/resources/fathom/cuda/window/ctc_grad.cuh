// The gradient of CTC, a block per frame and sequence: each class' probability minus that of its states. The scratch
// memory is that of ctc.cuh.

struct Arguments {
    const T* x; const i64* targets; const i64* heard; const i64* lengths;
    i64 frames, examples, classes;
    i64 xs[3];
    i64 is_rows, room, target_row, target_step, heard_step, length_step;
    i64 blank, zero_infinity, states;
    const T* g; i64 g_step; const double* scratch;
    T* out; i64 os[3];
};
#define HAS_BEFORE (1LL << 40)

extern "C" __global__ void kernel(const Arguments a) {
    __shared__ double added[128];
    int t = (int) threadIdx.x, threads = (int) blockDim.x;
    i64 n = blockIdx.x % a.examples, frame = blockIdx.x / a.examples;
    i64 frames = a.heard[n * a.heard_step], length = a.lengths[n * a.length_step];
    u64 per_sequence = (u64) (a.frames + 2) * (u64) a.states + (u64) a.states + 2;
    const double* sums = a.scratch + (u64) n * per_sequence;
    const i64* notes = (const i64*) (sums + (u64) (a.frames + 2) * (u64) a.states);
    i64 status = notes[0];
    T* out = a.out + (frame * a.os[0] + n * a.os[1]);
    if (status != 0 || frame >= frames) {
        double value = status == 2 ? FATHOM_NAN : frame >= frames || a.zero_infinity ? 0 : FATHOM_NAN;
        for (i64 c = t; c < a.classes; c += threads) out[c * a.os[2]] = (T) value;
        return;
    }
    const T* x = a.x + (frame * a.xs[0] + n * a.xs[1]);
    const i64* labels = a.targets + notes[1];
    const double* shares = sums + (u64) frame * (u64) a.states;
    double grad = (double) a.g[n * a.g_step];
    int states = 2 * (int) length + 1;
    double blank = 0;
    for (int s = t; s < states; s += threads) {
        if (!(s & 1) || labels[(s >> 1) * a.target_step] == a.blank) blank += shares[s];
    }
    added[t] = blank;
    for (int half = threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (t < half) added[t] += added[t + half];
    }
    for (i64 c = t; c < a.classes; c += threads) out[c * a.os[2]] = (T) (grad * exp((double) x[c * a.xs[2]]));
    __syncthreads();
    for (int s = 2 * t + 1; s < states; s += 2 * threads) {
        i64 label = labels[(s >> 1) * a.target_step], note = notes[2 + s];
        if (label == a.blank || note & HAS_BEFORE) continue;
        double share = 0;
        for (i64 u = s; u != 0; u = notes[2 + u] & (HAS_BEFORE - 1)) share += shares[u];
        out[label * a.os[2]] = (T) (grad * (exp((double) x[label * a.xs[2]]) - share));
    }
    if (t == 0) out[a.blank * a.os[2]] = (T) (grad * (exp((double) x[a.blank * a.xs[2]]) - added[0]));
}
