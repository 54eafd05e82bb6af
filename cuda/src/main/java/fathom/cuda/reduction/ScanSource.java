package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.gpu.KernelSource;

/** Writes the kernels of scans. */
final class ScanSource {
    /** What a kernel does. */
    enum Mode {
        /** Scans whole lines. */
        WHOLE,
        /** Leaves the state at the end of each part of a line in memory. */
        TOTALS,
        /** Scans parts of lines, beginning with the joined states of the parts before. */
        APPLY
    }

    /**
     * What the source is determined by, beside the state.
     *
     * @param columns whether neighbouring threads scan neighbouring lines, rather than share one
     * @param elements the elements that a thread loads at once
     * @param wide whether all operands are dense along the line, aligned for so many elements
     * @param tx the threads of a line, or the lines of a block
     */
    record Shape(Mode mode, boolean columns, int keptRank, int elements, boolean wide, boolean isSmall, int tx) {}

    private static final int THREADS = 256;

    private final StringBuilder c = new StringBuilder();
    private final ScanState state;
    private final Shape v;
    private final DType in;
    private final DType out;

    ScanSource(ScanState state, Shape v, DType in, DType out) {
        this.state = state;
        this.v = v;
        this.in = in;
        this.out = out;
    }

    private void line(String text) {
        c.append(text).append('\n');
    }

    KernelSource write() {
        line("typedef " + (v.isSmall() ? "int" : "i64") + " ix; typedef " + (v.isSmall() ? "u32" : "u64") + " ux;");
        c.append(state.text());
        String stored = ElementType.stored(in);
        int e = v.elements();
        line("struct __align__(" + Math.min(16, e * in.size()) + ") WideIn { " + stored + " v[" + e + "]; };");
        line(
                "struct __align__("
                        + Math.min(16, e * out.size())
                        + ") WideOut { "
                        + ElementType.stored(out)
                        + " v["
                        + e
                        + "]; };");
        line("struct Arguments {\n    i64 rows, n, part, parts; unsigned char* partial; i64 ks[" + v.keptRank() + "];");
        for (int o = 0; o <= state.inputs(); o++) {
            line(
                    "    "
                            + (o == 0 ? ElementType.stored(out) : "const " + stored)
                            + "* p"
                            + o
                            + "; i64 k"
                            + o
                            + "["
                            + v.keptRank()
                            + "], r"
                            + o
                            + ";");
        }
        line("};");
        if (!v.columns()) {
            shuffles();
        }
        line("extern \"C\" __global__ void __launch_bounds__(" + THREADS + ") kernel(const Arguments a) {");
        if (v.columns()) {
            line("    ux row = (ux) blockIdx.x * " + THREADS + " + threadIdx.x;");
            line("    if (row >= (ux) a.rows) return;");
        } else {
            line("    const int tx = threadIdx.x;");
            line("    ux row = (ux) blockIdx.x * " + THREADS / v.tx() + " + threadIdx.y;");
            line("    const bool active = row < (ux) a.rows;\n    if (!active) row = (ux) a.rows - 1;");
        }
        line("    ux rest = row;");
        for (int d = v.keptRank() - 1; d >= 0; d--) {
            line(
                    "    const ux i"
                            + d
                            + " = "
                            + (d == 0 ? "rest" : "rest % (ux) a.ks[" + d + "]")
                            + ";"
                            + (d == 0 ? "" : " rest /= (ux) a.ks[" + d + "];"));
        }
        for (int o = 0; o <= state.inputs(); o++) {
            var offset = new StringBuilder();
            for (int d = 0; d < v.keptRank(); d++) {
                offset.append(d == 0 ? "" : " + ").append("(ix) i" + d + " * (ix) a.k" + o + "[" + d + "]");
            }
            line("    const ix b" + o + " = " + offset + ";");
        }
        line("    State carry;\n    clear(carry);");
        line("    const ux begin = (ux) blockIdx.y * (ux) a.part;");
        line("    const ux end = begin + (ux) a.part < (ux) a.n ? begin + (ux) a.part : (ux) a.n;");
        if (v.columns()) {
            columns();
        } else {
            rows();
        }
        line("}");
        return new KernelSource(state.name(), c.toString());
    }

    private void shuffles() {
        line("FATHOM_FN State from_lane(const State& s, int lane, int width) {\n    State r;");
        for (String[] f : state.fields()) {
            line("    r." + f[1] + " = (" + f[0] + ") __shfl_sync(0xffffffffu, s." + f[1] + ", lane, width);");
        }
        line("    return r;\n}");
        int lanes = Math.min(32, v.tx());
        int warps = v.tx() / 32;
        line("// the states of the line's threads before this one, joined; and of all");
        line("FATHOM_FN void scan_line(const State& own, int tx, State* shared, State& before, State& all) {");
        line("    const int lane = tx % " + lanes + ";\n    State s = own;");
        line("    for (int d = 1; d < " + lanes + "; d *= 2) {");
        line("        State o = from_lane(s, lane >= d ? lane - d : lane, " + lanes + ");");
        line("        if (lane >= d) s = join(o, s);\n    }");
        line("    before = from_lane(s, lane > 0 ? lane - 1 : 0, " + lanes + ");");
        line("    if (lane == 0) clear(before);");
        line("    all = from_lane(s, " + (lanes - 1) + ", " + lanes + ");");
        if (warps > 1) {
            line("    __syncthreads();\n    if (lane == 0) shared[tx / 32] = all;\n    __syncthreads();");
            line("    State first;\n    clear(first);\n    clear(all);");
            line("    for (int w = 0; w < " + warps + "; w++) {");
            line("        if (w == tx / 32) first = all;\n        all = join(all, shared[w]);\n    }");
            line("    before = join(first, before);");
        }
        line("}");
    }

    private String arguments(String values) {
        var s = new StringBuilder();
        for (int o = 1; o <= state.inputs(); o++) {
            s.append(s.isEmpty() ? "" : ", ").append("x").append(o).append(values);
        }
        return s.toString();
    }

    private String element(int operand, String index) {
        return "a.p" + operand + "[b" + operand + " + (ix) (" + index + ") * (ix) a.r" + operand + "]";
    }

    private void columns() {
        int e = v.elements();
        if (v.mode() == Mode.APPLY) {
            line(
                    "    for (int q = 0; q < (int) blockIdx.y; q++) carry = join(carry, ((const State*) a.partial)[(u64) q * (u64) a.rows + row]);");
        }
        line("    for (ux j = begin; j < end; j += " + e + ") {");
        load("        ");
        line("#pragma unroll\n        for (int e = 0; e < " + e + "; e++) if (j + e < end) {");
        line("            carry = join(carry, lift(" + arguments("[e]") + ", (i64) (j + e)));");
        if (v.mode() != Mode.TOTALS) {
            line(
                    "            "
                            + element(0, "j + e")
                            + " = "
                            + ElementType.store(out, "lower(carry, " + arguments("[e]") + ")")
                            + ";");
        }
        line("        }\n    }");
        if (v.mode() == Mode.TOTALS) {
            line("    ((State*) a.partial)[(u64) blockIdx.y * (u64) a.rows + row] = carry;");
        }
    }

    /** Loads elements from {@code j}; those from {@code end} on are those before it again, and are not used. */
    private void load(String indent) {
        int e = v.elements();
        for (int o = 1; o <= state.inputs(); o++) {
            line(indent + "T x" + o + "[" + e + "];");
            if (v.wide()) {
                line(
                        indent
                                + "{\n"
                                + indent
                                + "    WideIn w = *(const WideIn*) (a.p"
                                + o
                                + " + b"
                                + o
                                + " + (ix) (j < end ? j : 0));");
                line(
                        "#pragma unroll\n"
                                + indent
                                + "    for (int e = 0; e < "
                                + e
                                + "; e++) x"
                                + o
                                + "[e] = "
                                + ElementType.load(in, "w.v[e]")
                                + ";\n"
                                + indent
                                + "}");
            } else {
                line(
                        "#pragma unroll\n"
                                + indent
                                + "for (int e = 0; e < "
                                + e
                                + "; e++) x"
                                + o
                                + "[e] = "
                                + ElementType.load(in, element(o, "j + e < end ? j + e : end - 1"))
                                + ";");
            }
        }
    }

    private void rows() {
        int e = v.elements();
        int tile = e * v.tx();
        line("    __shared__ State shared[" + Math.max(1, v.tx() / 32) + "];");
        line("    State before, all;");
        if (v.mode() == Mode.APPLY) {
            line("    {\n        const int each = ((int) blockIdx.y + " + (v.tx() - 1) + ") / " + v.tx() + ";");
            line("        State own;\n        clear(own);");
            line(
                    "        for (int q = tx * each; q < (tx + 1) * each && q < (int) blockIdx.y; q++) own = join(own, ((const State*) a.partial)[(u64) q * (u64) a.rows + row]);");
            line("        scan_line(own, tx, shared, before, carry);\n    }");
        }
        line("    for (ux first = begin; first < end; first += " + tile + ") {");
        line("        const ux j = first + tx * " + e + ";");
        load("        ");
        line("        State s[" + e + "];");
        line("#pragma unroll\n        for (int e = 0; e < " + e + "; e++) {");
        line("            if (j + e < end) s[e] = lift(" + arguments("[e]") + ", (i64) (j + e)); else clear(s[e]);");
        line("            if (e > 0) s[e] = join(s[e - 1], s[e]);\n        }");
        line("        scan_line(s[" + (e - 1) + "], tx, shared, before, all);");
        if (v.mode() != Mode.TOTALS) {
            line("        before = join(carry, before);");
            if (v.wide()) {
                line(
                        "        WideOut w;\n#pragma unroll\n        for (int e = 0; e < "
                                + e
                                + "; e++) w.v[e] = "
                                + ElementType.store(out, "lower(join(before, s[e]), " + arguments("[e]") + ")")
                                + ";");
                line("        if (active && j < end) *(WideOut*) (a.p0 + b0 + (ix) j) = w;");
            } else {
                line(
                        "#pragma unroll\n        for (int e = 0; e < "
                                + e
                                + "; e++) if (active && j + e < end) "
                                + element(0, "j + e")
                                + " = "
                                + ElementType.store(out, "lower(join(before, s[e]), " + arguments("[e]") + ")")
                                + ";");
            }
        }
        line("        carry = join(carry, all);\n    }");
        if (v.mode() == Mode.TOTALS) {
            line("    if (active && tx == 0) ((State*) a.partial)[(u64) blockIdx.y * (u64) a.rows + row] = carry;");
        }
    }
}
