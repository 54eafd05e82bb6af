package fathom.cuda.fourier;

import fathom.DType;
import fathom.cuda.code.Places;
import fathom.cuda.gpu.KernelSource;
import fathom.primitive.FourierTransform.Kind;
import java.util.List;

/**
 * The kernel of transforms of lines, whose length is a power of two, in shared memory: Stockham's algorithm with radix
 * 4 and, for odd powers, a last step of radix 2 (N. Govindaraju and others, High performance discrete Fourier
 * transforms on graphics processors, 2008).
 */
final class LineSource {
    private static final List<String> OPERANDS = List.of("in", "out");

    /** What happens to the result of a line. */
    enum To {
        /** It is multiplied by the factors between columns and rows, and kept. */
        TWIDDLED,
        /** It is multiplied by the transform of the chirp, conjugated and kept. */
        FILTERED,
        /** It is the operation's result. */
        SIGNAL
    }

    /** What the source is determined by, see {@link FourierKernels.Step}. */
    record Variant(DType type, Kind kind, boolean fromSignal, To to, boolean isChirp, boolean isFiltered, int rank) {}

    private LineSource() {}

    static KernelSource of(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, false);
        boolean isInverse = v.kind == Kind.INVERSE || v.kind == Kind.REAL_INVERSE;
        var code =
                new StringBuilder("typedef ").append(v.type == DType.FLOAT64 ? "double" : "float").append(" Real;\n");
        code.append("struct __align__(").append(2 * v.type.size()).append(") Complex { Real x, y; };\n");
        code.append(
                """
                struct Arguments {
                    i64 lines, first, length, each, per, lows, in_step, in_low, out_step, out_low;
                    i64 count_in, count_out, whole, n;
                    const Real* in; i64 in_element, in_pair;
                    Real* out; i64 out_element, out_pair;
                    const Complex* from; Complex* to;
                    const Complex* roots; const Complex* twiddles; const Complex* chirp; const Complex* filter;
                    double interior, scale;
                """);
        places.declare(code);
        code.append(
                """
                };
                FATHOM_FN Complex make(Real x, Real y) { Complex z; z.x = x; z.y = y; return z; }
                FATHOM_FN Complex operator+(Complex a, Complex b) { return make(a.x + b.x, a.y + b.y); }
                FATHOM_FN Complex operator-(Complex a, Complex b) { return make(a.x - b.x, a.y - b.y); }
                FATHOM_FN Complex operator*(Complex a, Complex b) { return make(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
                FATHOM_FN Complex conjugate(Complex a) { return make(a.x, -a.y); }
                // Transforms a line of each group of threads; the result is in one of the two buffers, the same for all.
                FATHOM_FN bool transform(const Arguments& a, Complex* x, Complex* y, u32 lane) {
                    const u32 length = (u32) a.length, per = (u32) a.per;
                    bool swapped = false;
                    for (u32 ns = 1; ns < length;) {
                        __syncthreads();
                        if (ns * 4 <= length) {
                            const u32 part = length / 4, step = part / ns;
                            for (u32 j = lane; j < part; j += per) {
                                const u32 k = j & (ns - 1);
                                const Complex v0 = x[j], v1 = x[j + part] * a.roots[k * step];
                                const Complex v2 = x[j + 2 * part] * a.roots[2 * k * step];
                                const Complex v3 = x[j + 3 * part] * a.roots[3 * k * step];
                                const Complex b0 = v0 + v2, b1 = v0 - v2, b2 = v1 + v3, d = v1 - v3, b3 = make(d.y, -d.x);
                                Complex* to = y + ((j - k) * 4 + k);
                                to[0] = b0 + b2;
                                to[ns] = b1 + b3;
                                to[2 * ns] = b0 - b2;
                                to[3 * ns] = b1 - b3;
                            }
                            ns *= 4;
                        } else {
                            const u32 part = length / 2, step = part / ns;
                            for (u32 j = lane; j < part; j += per) {
                                const u32 k = j & (ns - 1);
                                const Complex v0 = x[j], v1 = x[j + part] * a.roots[k * step];
                                Complex* to = y + ((j - k) * 2 + k);
                                to[0] = v0 + v1;
                                to[ns] = v0 - v1;
                            }
                            ns *= 2;
                        }
                        Complex* swap = x;
                        x = y;
                        y = swap;
                        swapped = !swapped;
                    }
                    __syncthreads();
                    return swapped;
                }
                """);
        load(code, v, places, isInverse);
        store(code, v, places, isInverse);
        code.append(
                """
                extern "C" __global__ void kernel(const Arguments a) {
                    DYNAMIC_SHARED(Complex, shared);
                    const u32 length = (u32) a.length, each = (u32) a.each, per = (u32) a.per, all = length * each;
                    const u32 sub = threadIdx.x / per, lane = threadIdx.x % per;
                    const i64 base = (i64) blockIdx.x * each;
                    const bool across = a.in_low == 1; // neighbours are elements of different lines
                    for (u32 f = threadIdx.x; f < all; f += 256) {
                        const u32 s = across ? f % each : f / length, e = across ? f / each : f % length;
                        const i64 line = base + s;
                        shared[s * length + e] = line < a.lines ? load(a, line / a.lows, line % a.lows, e) : make(0, 0);
                    }
                    bool swapped = transform(a, shared + sub * length, shared + all + sub * length, lane);
                    Complex* result = swapped ? shared + all : shared;
                """);
        if (v.isFiltered) {
            code.append(
                    """
                        for (u32 e = lane; e < length; e += per) {
                            Complex* z = result + sub * length + e;
                            *z = conjugate(*z * a.filter[e]);
                        }
                        Complex* other = swapped ? shared : shared + all;
                        if (transform(a, result + sub * length, other + sub * length, lane)) result = other;
                    """);
        }
        code.append(
                """
                    const bool out_across = a.out_low == 1;
                    for (u32 f = threadIdx.x; f < all; f += 256) {
                        const u32 s = out_across ? f % each : f / length, e = out_across ? f / each : f % length;
                        const i64 line = base + s;
                        if (line < a.lines) store(a, line / a.lows, line % a.lows, e, result[s * length + e]);
                    }
                }
                """);
        return new KernelSource("fourier", code.toString()).contracting();
    }

    private static void load(StringBuilder code, Variant v, Places places, boolean isInverse) {
        code.append("FATHOM_FN Complex load(const Arguments& a, i64 signal, i64 low, u32 e) {\n");
        code.append("    const i64 i = e * a.in_step + low * a.in_low;\n");
        if (!v.fromSignal) {
            code.append("    return a.from[signal * a.whole + i];\n}\n");
            return;
        }
        code.append("    if (i >= a.count_in) return make(0, 0);\n");
        places.locate(code, "    ", "(u64) (a.first + signal)", List.of("in"));
        code.append("    const Real* x = a.in + (p_in + i * a.in_element);\n    Complex z = make(x[0], ");
        code.append(v.kind.takesReal() ? "0" : isInverse ? "-x[a.in_pair]" : "x[a.in_pair]").append(");\n");
        if (v.kind.givesReal()) {
            code.append(
                    "    if (i != 0 && 2 * i != a.n) z = make(z.x * (Real) a.interior, z.y * (Real) a.interior);\n");
        }
        code.append(v.isChirp ? "    return z * a.chirp[i];\n}\n" : "    return z;\n}\n");
    }

    private static void store(StringBuilder code, Variant v, Places places, boolean isInverse) {
        code.append("FATHOM_FN void store(const Arguments& a, i64 signal, i64 low, u32 e, Complex z) {\n");
        code.append("    const i64 i = e * a.out_step + low * a.out_low;\n");
        if (v.to == To.TWIDDLED) {
            code.append("    a.to[signal * a.whole + i] = z * a.twiddles[low * e];\n}\n");
            return;
        }
        if (v.to == To.FILTERED) {
            code.append("    a.to[signal * a.whole + i] = conjugate(z * a.filter[i]);\n}\n");
            return;
        }
        code.append("    if (i >= a.count_out) return;\n");
        if (v.isChirp) {
            code.append("    z = conjugate(z) * a.chirp[i];\n");
        }
        code.append("    Real scale = (Real) a.scale;\n");
        if (v.kind.takesReal()) {
            code.append("    if (i != 0 && 2 * i != a.n) scale *= (Real) a.interior;\n");
        }
        places.locate(code, "    ", "(u64) (a.first + signal)", List.of("out"));
        code.append("    Real* to = a.out + (p_out + i * a.out_element);\n    to[0] = z.x * scale;\n");
        if (!v.kind.givesReal()) {
            code.append("    to[a.out_pair] = ").append(isInverse ? "-z.y" : "z.y").append(" * scale;\n");
        }
        code.append("}\n");
    }
}
