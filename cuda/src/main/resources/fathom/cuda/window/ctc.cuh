// The sums over alignments of CTC, a block per sequence, in double. GRADIENT: also the posterior probability of each
// state in each frame, into scratch memory. Of each sequence there: frames x states sums, two rows, and, as numbers of
// 8 bytes, a status (0 possible, 1 impossible, 2 invalid), the start of its labels, and for the label of each odd state
// the next state like it (its top bit says that there is one before).

struct Arguments {
    const T* x; const i64* targets; const i64* heard; const i64* lengths;
    i64 frames, examples, classes;
    i64 xs[3];
    i64 is_rows, room, target_row, target_step, heard_step, length_step;
    i64 blank, zero_infinity, states;
    T* out; i64 out_step; double* scratch;
};
#define NEVER (-FATHOM_INFINITY)
#define HAS_BEFORE (1LL << 40)

FATHOM_FN double log_add(double a, double b, double c) {
    double most = a > b ? a : b;
    most = c > most ? c : most;
    if (most == NEVER) return a + b + c; // NaN if one is
    return most + log(exp(a - most) + exp(b - most) + exp(c - most));
}
struct Sequence {
    const T* x; const i64* labels;
    i64 frame_step, class_step, label_step;
    i64 blank;
};
FATHOM_FN i64 label_of(const Sequence& q, int s) { return s & 1 ? q.labels[(s >> 1) * q.label_step] : q.blank; }
FATHOM_FN double log_prob(const Sequence& q, i64 frame, int s) {
    return (double) q.x[frame * q.frame_step + label_of(q, s) * q.class_step];
}
FATHOM_FN bool skips(const Sequence& q, int s) { return s > 2 && (s & 1) && label_of(q, s) != label_of(q, s - 2); }

extern "C" __global__ void kernel(const Arguments a) {
    __shared__ i64 before[128];
    __shared__ int invalid;
    int t = (int) threadIdx.x, threads = (int) blockDim.x;
    i64 n = blockIdx.x;
    i64 frames = a.heard[n * a.heard_step], length = a.lengths[n * a.length_step];
    i64 start = 0;
    if (!a.is_rows) {
        for (i64 i = t; i < n; i += threads) start += a.lengths[i * a.length_step];
        before[t] = start;
        __syncthreads();
        start = 0;
        for (int i = 0; i < threads; i++) start += before[i];
    }
    i64 room = a.is_rows ? a.room : a.room - start;
    bool is_valid = frames >= 0 && frames <= a.frames && length >= 0 && length <= room && start >= 0;
    Sequence q;
    q.x = a.x + n * a.xs[1];
    q.labels = a.targets + (a.is_rows ? n * a.target_row : start * a.target_step);
    q.frame_step = a.xs[0];
    q.class_step = a.xs[2];
    q.label_step = a.target_step;
    q.blank = a.blank;
    if (t == 0) invalid = is_valid ? 0 : 1;
    __syncthreads();
    if (is_valid) {
        for (i64 i = t; i < length; i += threads) {
            i64 label = q.labels[i * q.label_step];
            if (label < 0 || label >= a.classes) invalid = 1;
        }
    }
    __syncthreads();
    is_valid = invalid == 0;
    bool is_possible = is_valid && length <= frames;
#if GRADIENT
    u64 per_sequence = (u64) (a.frames + 2) * (u64) a.states + (u64) a.states + 2;
    double* sums = a.scratch + (u64) n * per_sequence;
    double* row = sums + (u64) a.frames * (u64) a.states;
    i64* notes = (i64*) (row + 2 * a.states);
    if (t == 0) {
        notes[0] = is_valid ? (is_possible ? 0 : 1) : 2;
        notes[1] = q.labels - a.targets;
    }
    if (!is_possible || frames == 0) return;
    for (int s = 2 * t + 1; s < 2 * (int) length; s += 2 * threads) {
        i64 own = label_of(q, s), note = 0;
        for (int u = s + 2; u < 2 * (int) length && note == 0; u += 2) if (label_of(q, u) == own) note = u;
        for (int u = s - 2; u > 0; u -= 2) {
            if (label_of(q, u) == own) {
                note |= HAS_BEFORE;
                break;
            }
        }
        notes[2 + s] = note;
    }
#else
    T* out = a.out + n * a.out_step;
    if (!is_possible || frames == 0) {
        double loss = !is_valid ? FATHOM_NAN : is_possible ? 0 : a.zero_infinity ? 0 : FATHOM_INFINITY;
        if (t == 0) *out = (T) loss;
        return;
    }
#if SHARED
    DYNAMIC_SHARED(double, row);
#else
    double* row = a.scratch + (u64) n * 2 * (u64) a.states;
#endif
#endif
    int states = 2 * (int) length + 1;
    double* last = row;
    double* next = row + a.states;
    for (int s = t; s < states; s += threads) {
        last[s] = s < 2 ? log_prob(q, 0, s) : NEVER;
#if GRADIENT
        sums[s] = last[s];
#endif
    }
    __syncthreads();
    for (i64 frame = 1; frame < frames; frame++) {
        for (int s = t; s < states; s += threads) {
            double sum = s == 0 ? last[0] : log_add(last[s], last[s - 1], skips(q, s) ? last[s - 2] : NEVER);
            next[s] = sum == NEVER ? NEVER : sum + log_prob(q, frame, s);
#if GRADIENT
            sums[(u64) frame * (u64) a.states + (u64) s] = next[s];
#endif
        }
        __syncthreads();
        double* swap = last;
        last = next;
        next = swap;
    }
    double total = states == 1 ? last[0] : log_add(last[states - 1], last[states - 2], NEVER);
#if !GRADIENT
    if (t == 0) {
        double loss = -total;
        *out = (T) (a.zero_infinity && loss == FATHOM_INFINITY ? 0 : loss);
    }
#else
    if (total == NEVER) {
        if (t == 0) notes[0] = 1;
        return;
    }
    __syncthreads();
    // from behind: sums without the frame's own probability
    for (int s = t; s < states; s += threads) last[s] = s >= states - 2 ? 0 : NEVER;
    __syncthreads();
    for (i64 frame = frames - 1; frame >= 0; frame--) {
        for (int s = t; s < states; s += threads) {
            double* at = sums + ((u64) frame * (u64) a.states + (u64) s);
            double after = last[s];
            *at = *at == NEVER || after == NEVER ? 0 : exp(*at + after - total);
            next[s] = after == NEVER ? NEVER : after + log_prob(q, frame, s);
        }
        __syncthreads();
        for (int s = t; s < states; s += threads) {
            last[s] = s + 1 == states ? next[s]
                    : log_add(next[s], next[s + 1], s + 2 < states && skips(q, s + 2) ? next[s + 2] : NEVER);
        }
        __syncthreads();
    }
#endif
}
