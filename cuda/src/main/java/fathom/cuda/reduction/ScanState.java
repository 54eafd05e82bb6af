package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.ir.ReduceOp;
import fathom.primitive.ArgScan;
import fathom.primitive.Computed;
import fathom.primitive.CumulativeWeights;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.Scan;
import java.util.List;

/**
 * What a scan carries along a line, as the text of {@code struct State}: an associative {@code join}, of which a
 * cleared state is the neutral element; {@code lift} makes a state of one element, {@code lower} the result.
 *
 * @param name of the kernel
 * @param inputs the number of operands
 * @param fields the types and names of the state's fields
 * @param text the functions, after the struct
 */
record ScanState(String name, int inputs, List<String[]> fields, String text) {
    private static final String ARG =
            """
            FATHOM_FN void clear(State& s) { s.v = 0; s.i = -1; }
            // NaN precedes all numbers; among equals, the last one
            FATHOM_FN State join(const State& a, const State& b) {
                bool later = b.i >= 0 && (a.i < 0 || b.v != b.v || (a.v == a.v && b.v OP a.v));
                return later ? b : a;
            }
            FATHOM_FN State lift(T x, i64 i) { State s; s.v = x; s.i = i; return s; }
            FATHOM_FN i64 lower(const State& s, T x) { return s.i; }
            """;

    private static final String LOG_SUM_EXP =
            """
            FATHOM_FN void clear(State& s) { s.m = -FATHOM_INFINITY; s.s = 0; }
            FATHOM_FN State join(const State& a, const State& b) {
                State r;
                r.m = a.m != a.m ? a.m : b.m != b.m ? b.m : a.m > b.m ? a.m : b.m;
                // equal ones may both be infinite
                r.s = (a.m == r.m ? a.s : a.s * exp(a.m - r.m)) + (b.m == r.m ? b.s : b.s * exp(b.m - r.m));
                return r;
            }
            FATHOM_FN State lift(T x, i64 i) { State s; s.m = x; s.s = 1; return s; }
            FATHOM_FN T lower(const State& s, T x) { return (T) (isinf(s.m) && s.s == s.s ? s.m : s.m + log(s.s)); }
            """;

    /** The values are relative to the weight of y; the decay between unequal y never exceeds 1. */
    private static final String WEIGHTS =
            """
            FATHOM_FN void clear(State& s) { s.y = 0; s.s = 0; s.any = 0; }
            FATHOM_FN State join(const State& a, const State& b) {
                if (b.any == 0) return a;
                if (a.any == 0) return b;
                State r;
                r.y = b.y;
                r.s = a.s * (a.y == b.y ? 1.0 : exp(-fabs(b.y - a.y))) + b.s;
                r.any = 1;
                return r;
            }
            FATHOM_FN double weight(T x, T y) { return x == -FATHOM_INFINITY ? 0.0 : exp((double) x - (double) y); }
            """;

    private static final String FORWARD =
            """
            FATHOM_FN State lift(T v, T x, T y, i64 i) { State s; s.y = y; s.s = v * weight(x, y); s.any = 1; return s; }
            FATHOM_FN T lower(const State& s, T v, T x, T y) { return (T) s.s; }
            """;

    private static final String REVERSED =
            """
            FATHOM_FN State lift(T v, T x, T y, i64 i) { State s; s.y = y; s.s = v; s.any = 1; return s; }
            FATHOM_FN T lower(const State& s, T v, T x, T y) { return (T) (s.s * weight(x, y)); }
            """;

    /** {@return the state of a scan over elements of a type} */
    static ScanState of(Computed primitive, DType type) {
        String t = ElementType.computed(type);
        String alias = "typedef " + t + " T;\n";
        return switch (primitive) {
            case Scan s -> {
                String state = type.isFloating() ? "double" : t;
                boolean sums = s.op() == ReduceOp.SUM;
                String joined =
                        type == DType.BOOL
                                ? "a.v " + (sums ? "|" : "&") + " b.v"
                                : type.isFloating()
                                        ? "a.v " + (sums ? "+" : "*") + " b.v"
                                        : (sums ? "wrap_add" : "wrap_mul") + "(a.v, b.v)";
                String text =
                        "FATHOM_FN void clear(State& s) { s.v = "
                                + (sums ? 0 : 1)
                                + "; }\n"
                                + "FATHOM_FN State join(const State& a, const State& b) { State r; r.v = "
                                + joined
                                + "; return r; }\n"
                                + "FATHOM_FN State lift(T x, i64 i) { State s; s.v = x; return s; }\n"
                                + "FATHOM_FN T lower(const State& s, T x) { return (T) s.v; }\n";
                yield new ScanState(
                        "scan", 1, List.<String[]>of(new String[] {state, "v"}), alias + struct(state + " v;") + text);
            }
            case ArgScan s -> {
                String compared = ARG.replace("OP", s.greatest() ? ">=" : "<=");
                yield new ScanState(
                        "arg_scan",
                        1,
                        List.of(new String[] {t, "v"}, new String[] {"i64", "i"}),
                        alias + struct(t + " v; i64 i;") + compared);
            }
            case LogCumSumExp _ ->
                    new ScanState(
                            "log_cum_sum_exp",
                            1,
                            List.of(new String[] {"double", "m"}, new String[] {"double", "s"}),
                            alias + struct("double m, s;") + LOG_SUM_EXP);
            case CumulativeWeights w ->
                    new ScanState(
                            "cumulative_weights",
                            3,
                            List.of(
                                    new String[] {"double", "y"},
                                    new String[] {"double", "s"},
                                    new String[] {"i64", "any"}),
                            alias + struct("double y, s; i64 any;") + WEIGHTS + (w.reversed() ? REVERSED : FORWARD));
            default -> throw new IllegalArgumentException(primitive + " is not a scan");
        };
    }

    private static String struct(String fields) {
        return "struct State { " + fields + " };\n";
    }

    /** {@return the size of the largest state in bytes} */
    static int largest() {
        return 24;
    }
}
