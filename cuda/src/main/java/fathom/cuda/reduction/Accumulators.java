package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram.Kind;
import java.util.List;

/**
 * The sums, extrema and moments of one pass over a row, as {@code struct Acc} with functions that clear, merge and
 * shuffle it. Moments are merged by the method of Chan, Golub and LeVeque (1979).
 */
record Accumulators(FoldProgram program, List<Integer> folds) {
    private static final String HELPERS =
            """
            template <class T> struct Moments { T n, mean, m2; };
            template <class T> struct Arg { T v; i64 i; };
            struct OpSum {
                FATHOM_FN float of(float a, float b) { return a + b; }
                FATHOM_FN double of(double a, double b) { return a + b; }
                FATHOM_FN i64 of(i64 a, i64 b) { return wrap_add(a, b); }
                FATHOM_FN bool of(bool a, bool b) { return a | b; }
            };
            struct OpProd {
                FATHOM_FN float of(float a, float b) { return a * b; }
                FATHOM_FN double of(double a, double b) { return a * b; }
                FATHOM_FN i64 of(i64 a, i64 b) { return wrap_mul(a, b); }
                FATHOM_FN bool of(bool a, bool b) { return a & b; }
            };
            struct OpMax {
                FATHOM_FN float of(float a, float b) { return f_max(a, b); }
                FATHOM_FN double of(double a, double b) { return f_max(a, b); }
                FATHOM_FN i64 of(i64 a, i64 b) { return a > b ? a : b; }
                FATHOM_FN bool of(bool a, bool b) { return a | b; }
            };
            struct OpMin {
                FATHOM_FN float of(float a, float b) { return f_min(a, b); }
                FATHOM_FN double of(double a, double b) { return f_min(a, b); }
                FATHOM_FN i64 of(i64 a, i64 b) { return a < b ? a : b; }
                FATHOM_FN bool of(bool a, bool b) { return a & b; }
            };
            template <class Op, int N, class T> FATHOM_FN T fold_tree(T* u) {
            #pragma unroll
                for (int h = N / 2; h > 0; h /= 2) {
            #pragma unroll
                    for (int i = 0; i < N / 2; i++) if (i < h) u[i] = Op::of(u[i], u[i + h]);
                }
                return u[0];
            }
            template <class T> FATHOM_FN void merge_moments(Moments<T>& s, T n, T mean, T m2) {
                if (n == 0) return;
                T total = s.n + n, d = mean - s.mean, part = n / total;
                s.mean = s.n == 0 ? mean : s.mean + d * part;
                s.m2 = s.n == 0 ? m2 : s.m2 + m2 + d * d * s.n * part;
                s.n = total;
            }
            // two passes over values in registers, relative to the first one: exact for equal values
            template <int N, class T> FATHOM_FN void fold_moments(Moments<T>& s, const T* u, int count) {
                T first = u[0], d[N], e[N];
            #pragma unroll
                for (int i = 0; i < N; i++) d[i] = i < count ? u[i] - first : (T) 0;
                T scale = count == N ? (T) 1 / N : (T) 1 / count;
            #pragma unroll
                for (int i = 0; i < N; i++) e[i] = d[i];
                T mean = fold_tree<OpSum, N>(e) * scale;
            #pragma unroll
                for (int i = 0; i < N; i++) e[i] = i < count ? (d[i] - mean) * (d[i] - mean) : (T) 0;
                merge_moments(s, (T) count, first + mean, fold_tree<OpSum, N>(e));
            }
            // NaN precedes all numbers, the first index wins among equals
            template <bool GREATEST, class T> FATHOM_FN void take_arg(Arg<T>& s, T v, i64 i) {
                bool better = s.i < 0 || (i >= 0 && (s.v != s.v ? v != v && i < s.i
                        : v != v || (v == s.v ? i < s.i : GREATEST ? v > s.v : v < s.v)));
                if (better) { s.v = v; s.i = i; }
            }
            """;

    private String type(int fold) {
        return ElementType.computed(program.step(fold).type());
    }

    private static String operator(ReduceOp op) {
        return switch (op) {
            case SUM -> "OpSum";
            case PROD -> "OpProd";
            case MAX, ANY -> "OpMax";
            case MIN, ALL -> "OpMin";
        };
    }

    private static String identity(ReduceOp op, DType type) {
        boolean real = type.isFloating();
        boolean bool = type == DType.BOOL;
        return switch (op) {
            case SUM -> "0";
            case PROD -> "1";
            case MAX, ANY -> real ? "-FATHOM_INFINITY" : bool ? "false" : "0x8000000000000000ULL";
            case MIN, ALL -> real ? "FATHOM_INFINITY" : bool ? "true" : "0x7fffffffffffffffULL";
        };
    }

    private boolean isMoments(int fold) {
        return program.isMeanOfVariance(fold);
    }

    /** {@return the value of an element that changes nothing} */
    String identity(int fold) {
        ReduceOp op = program.step(fold).op();
        return "(" + type(fold) + ") " + (isMoments(fold) ? "0" : identity(op, program.step(fold).type()));
    }

    /** Appends what all structs' functions use. */
    static void helpers(StringBuilder c) {
        c.append(HELPERS);
    }

    /** Appends the struct and its functions. */
    void declare(StringBuilder c, String name, boolean shuffles) {
        c.append("struct ").append(name).append(" {\n");
        for (int f : folds) {
            String t = type(f);
            String as = isMoments(f) ? "Moments<" + t + ">" : program.isArg() ? "Arg<" + t + ">" : t;
            c.append("    ").append(as).append(" a").append(f).append(";\n");
        }
        c.append("};\nFATHOM_FN void clear(" + name + "& s) {\n");
        for (int f : folds) {
            if (isMoments(f)) {
                c.append("    s.a" + f + ".n = s.a" + f + ".mean = s.a" + f + ".m2 = 0;\n");
            } else if (program.isArg()) {
                c.append("    s.a" + f + ".v = 0; s.a" + f + ".i = -1;\n");
            } else {
                c.append("    s.a" + f + " = " + identity(f) + ";\n");
            }
        }
        c.append("}\nFATHOM_FN void merge(" + name + "& s, const " + name + "& o) {\n");
        for (int f : folds) {
            String a = "a" + f;
            if (isMoments(f)) {
                c.append("    merge_moments(s." + a + ", o." + a + ".n, o." + a + ".mean, o." + a + ".m2);\n");
            } else if (program.isArg()) {
                c.append("    take_arg<" + isGreatest(f) + ">(s." + a + ", o." + a + ".v, o." + a + ".i);\n");
            } else {
                c.append("    s." + a + " = " + operator(program.step(f).op()) + "::of(s." + a + ", o." + a + ");\n");
            }
        }
        c.append("}\n");
        if (shuffles) {
            c.append(
                    "FATHOM_FN "
                            + name
                            + " from_lane(const "
                            + name
                            + "& s, int lane, int width) {\n    "
                            + name
                            + " r;\n");
            for (int f : folds) {
                String[] parts =
                        isMoments(f)
                                ? new String[] {".n", ".mean", ".m2"}
                                : program.isArg() ? new String[] {".v", ".i"} : new String[] {""};
                for (String p : parts) {
                    String at = ".a" + f + p;
                    c.append("    r" + at + " = __shfl_sync(0xffffffffu, s" + at + ", lane, width);\n");
                }
            }
            // the lower lanes' values come first, so that all lanes compute the same bits
            c.append(
                    """
                        return r;
                    }
                    FATHOM_FN void merge_lanes(ACC& s, int lane, int width) {
                        for (int m = 1; m < width; m *= 2) {
                            ACC o = from_lane(s, lane ^ m, width);
                            if (lane & m) { ACC t = s; s = o; o = t; }
                            merge(s, o);
                        }
                    }
                    """
                            .replace("ACC", name));
        }
    }

    private boolean isGreatest(int fold) {
        return program.step(fold).op() == ReduceOp.MAX;
    }

    /**
     * Appends the statements that take {@code count} values of an array; the others hold the identity.
     *
     * @param n the size of the array
     * @param index the index of value {@code i} in the row
     */
    void take(StringBuilder c, String indent, int fold, String acc, String values, int n, String count, String index) {
        String a = acc + ".a" + fold;
        if (isMoments(fold)) {
            c.append(indent + "fold_moments<" + n + ">(" + a + ", " + values + ", " + count + ");\n");
        } else if (program.isArg()) {
            c.append(
                    "#pragma unroll\n"
                            + indent
                            + "for (int i = 0; i < "
                            + n
                            + "; i++) if (i < "
                            + count
                            + ") take_arg<");
            c.append(isGreatest(fold) + ">(" + a + ", " + values + "[i], " + index + ");\n");
        } else {
            String op = operator(program.step(fold).op());
            c.append(indent + a + " = " + op + "::of(" + a + ", fold_tree<" + op + ", " + n + ">(" + values + "));\n");
        }
    }

    /** {@return the value of a fold, or of the variance after it, from the merged accumulator} */
    String result(int fold, String acc) {
        boolean isVariance = program.step(fold).kind() == Kind.VARIANCE;
        String a = acc + ".a" + (isVariance ? fold - 1 : fold);
        String count = "(" + type(fold) + ") a.count";
        if (isVariance) {
            return a + ".m2 / " + count;
        }
        if (isMoments(fold)) {
            return a + ".n == 0 ? (" + type(fold) + ") FATHOM_NAN : " + a + ".mean";
        }
        if (program.isArg()) {
            return a + ".i";
        }
        return program.step(fold).kind() == Kind.MEAN ? a + " / " + count : a;
    }
}
