package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.ExprPrinter;
import fathom.cuda.code.Scalars;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.reduction.RowLayout.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Writes the kernels of a {@link FoldProgram} for a layout. */
final class RowSource {
    /** What a kernel does of the program. */
    enum Mode {
        /** All of it; elements are read anew for each group of folds, from the cache. */
        LOOP,
        /** All of it; a thread keeps its elements in registers. */
        REGISTERS,
        /** One group of folds of a part of each row, which is left in memory. */
        PARTIAL,
        /** Merges the parts of one group, and computes the per-row values that follow. */
        FINISH,
        /** The values of elements, once all per-row values are in memory. */
        ELEMENTS
    }

    /**
     * What the source is determined by.
     *
     * @param program identifies the program: something with a fast {@code equals}
     * @param group the group of folds of the modes that have one, from 1
     * @param chunk the vectors that a thread loads at once
     * @param tx the threads of a block along the vector axis
     * @param ty the threads of a block along the other axis
     */
    record Variant(
            Object program,
            Mode mode,
            int group,
            boolean columns,
            int keptRank,
            int reducedRank,
            List<Access> access,
            int width,
            boolean isSmall,
            int chunk,
            int tx,
            int ty) {}

    private final StringBuilder c = new StringBuilder();
    private final FoldProgram program;
    private final Variant v;
    private final DType[] types;
    private final int outputs;
    private int printed;

    /** What is known in the scope being written, by value number. */
    private Map<Integer, String> known = new HashMap<>();

    /**
     * @param types the types of the outputs, then of the inputs
     */
    RowSource(FoldProgram program, Variant v, DType[] types) {
        this.program = program;
        this.v = v;
        this.types = types;
        outputs = program.results().length;
    }

    KernelSource write(String name) {
        Accumulators all = null;
        c.append("typedef ").append(v.isSmall() ? "int" : "i64").append(" ix; typedef ");
        c.append(v.isSmall() ? "u32" : "u64").append(" ux;\n");
        for (int o = 0; o < types.length; o++) {
            int size = Math.min(16, elements(o) * types[o].size());
            c.append(
                    "struct __align__("
                            + size
                            + ") Wide"
                            + o
                            + " { "
                            + ElementType.stored(types[o])
                            + " v["
                            + elements(o)
                            + "]; };\n");
        }
        var groups = new ArrayList<Integer>();
        switch (v.mode()) {
            case LOOP, REGISTERS -> {
                for (int g = 1; g <= program.groups(); g++) {
                    groups.add(g);
                }
            }
            case PARTIAL, FINISH -> groups.add(v.group());
            case ELEMENTS -> {}
        }
        boolean shuffles = v.mode() == Mode.FINISH || !v.columns() && v.tx() > 1;
        // one struct holds the accumulators of any group: most programs have one or two
        List<Integer> folds = new ArrayList<>();
        for (int g : groups) {
            folds.addAll(program.folds(g));
        }
        var structs = new HashMap<Integer, Accumulators>();
        boolean helpers = false;
        for (int g : groups) {
            structs.put(g, new Accumulators(program, program.folds(g)));
        }
        for (int g : groups) {
            if (!helpers) {
                Accumulators.helpers(c);
                helpers = true;
            }
            of(structs, g).declare(c, "Acc" + g, shuffles);
        }
        arguments();
        c.append(
                "extern \"C\" __global__ void __launch_bounds__("
                        + v.tx() * v.ty()
                        + ") kernel(const Arguments a) {\n");
        c.append("    const int tx = threadIdx.x, ty = threadIdx.y;\n");
        if (v.mode() == Mode.FINISH) {
            finish(of(structs, v.group()));
        } else {
            line();
            values();
            if (v.mode() == Mode.REGISTERS) {
                registers(groups, structs);
            } else {
                for (int g : groups) {
                    fold(g, of(structs, g));
                }
                if (v.mode() == Mode.PARTIAL) {
                    partial(v.group());
                } else {
                    stores(groups);
                    elements();
                }
            }
        }
        c.append("}\n");
        return new KernelSource(name, c.toString());
    }

    private void line(String text) {
        c.append(text).append('\n');
    }

    // ---- declarations -----------------------------------------------------------------------------------------------

    private int elements(int operand) {
        return v.access().get(operand) == Access.CONSTANT || v.access().get(operand) == Access.PER_ROW ? 1 : v.width();
    }

    private void arguments() {
        line("struct Arguments {");
        line("    i64 rows, lines, steps, part, splits; double count; unsigned char* partial; unsigned char* values;");
        line("    i64 ks[" + v.keptRank() + "], rs[" + v.reducedRank() + "];");
        for (int o = 0; o < types.length; o++) {
            String type = ElementType.stored(types[o]);
            line(
                    "    "
                            + (o < outputs ? "" : "const ")
                            + type
                            + "* p"
                            + o
                            + "; i64 k"
                            + o
                            + "["
                            + v.keptRank()
                            + "], r"
                            + o
                            + "["
                            + v.reducedRank()
                            + "], s"
                            + o
                            + ";");
        }
        Scalars.declare(c, program.scalars(), "s_");
        line("};");
    }

    /** The line of this thread, and where each operand begins there. */
    private void line() {
        int lines = v.columns() ? v.tx() : v.ty();
        line("    ux line = (ux) blockIdx.x * " + lines + " + " + (v.columns() ? "tx" : "ty") + ";");
        line("    const bool active = line < (ux) a.lines;");
        line("    if (!active) line = (ux) a.lines - 1;");
        bases("line");
    }

    private void bases(String of) {
        indices("    ", of, "n", "ks", v.keptRank());
        for (int o = 0; o < types.length; o++) {
            line("    const ix b" + o + " = " + offset("n", "k" + o, v.keptRank()) + ";");
        }
    }

    /** The index of each dimension, from the innermost outwards. */
    private void indices(String indent, String of, String name, String sizes, int rank) {
        if (rank == 1) {
            line(indent + "const ux " + name + "0 = " + of + ";");
            return;
        }
        line(indent + "ux " + name + "_ = " + of + ";");
        for (int d = rank - 1; d > 0; d--) {
            String size = "(ux) a." + sizes + "[" + d + "]";
            line(indent + "const ux " + name + d + " = " + name + "_ % " + size + "; " + name + "_ /= " + size + ";");
        }
        line(indent + "const ux " + name + "0 = " + name + "_;");
    }

    private static String offset(String index, String strides, int rank) {
        var s = new StringBuilder();
        for (int d = 0; d < rank; d++) {
            s.append(d == 0 ? "" : " + ").append("(ix) " + index + d + " * (ix) a." + strides + "[" + d + "]");
        }
        return s.toString();
    }

    private boolean isPerRow(int value) {
        return program.isInput(value) ? v.access().get(outputs + value) == Access.PER_ROW : program.isPerRow(value);
    }

    private String type(int value) {
        return ElementType.computed(program.isInput(value) ? types[outputs + value] : program.step(value).type());
    }

    /** Loads per-row inputs, the per-row values of earlier kernels, and computes those that depend on no fold. */
    private void values() {
        Set<Integer> used = new TreeSet<>();
        boolean whole = v.mode() == Mode.LOOP || v.mode() == Mode.REGISTERS;
        for (int value = program.inputCount(); value < program.valueCount(); value++) {
            boolean here =
                    whole
                            || switch (v.mode()) {
                                case PARTIAL, FINISH ->
                                        program.level(value) == v.group()
                                                && (program.isFold(value)
                                                        || v.mode() == Mode.FINISH && program.isPerRow(value));
                                default -> !program.isPerRow(value) && isResult(value);
                            };
            if (here && !(v.mode() == Mode.FINISH && program.isFold(value))) {
                used.addAll(program.sources(List.of(value)));
            }
        }
        // maps of rows that no fold precedes are computed anew: add what they need
        for (int value = program.valueCount() - 1; value >= program.inputCount(); value--) {
            if (used.contains(value) && program.level(value) == 0) {
                used.addAll(program.sources(List.of(value)));
            }
        }
        boolean one = !v.columns() || v.mode() == Mode.FINISH;
        for (int value : used) {
            if (!isPerRow(value)) {
                continue;
            }
            String t = type(value);
            if (program.isInput(value)) {
                int o = outputs + value;
                rowVariable(
                        one,
                        t,
                        "c" + value,
                        ElementType.load(types[o], "a.p" + o + "[b" + o + (one ? "]" : " + w * (ix) a.s" + o + "]")));
            } else if (program.level(value) == 0) {
                rowMap(value, one);
            } else if (!whole && program.level(value) < (v.mode() == Mode.ELEMENTS ? Integer.MAX_VALUE : v.group())) {
                rowVariable(
                        one,
                        t,
                        "q" + value,
                        "((const "
                                + t
                                + "*) (a.values + 8 * a.rows * "
                                + (value - program.inputCount())
                                + "))["
                                + (one ? row() : "line * " + v.width() + " + w")
                                + "]");
            }
        }
    }

    private String row() {
        return v.mode() == Mode.FINISH ? "row" : "line";
    }

    private boolean isResult(int value) {
        for (int r : program.results()) {
            if (r == value) {
                return true;
            }
        }
        return false;
    }

    private void rowVariable(boolean one, String type, String name, String value) {
        if (one) {
            line("    const " + type + " " + name + " = " + value + ";");
        } else {
            line("    " + type + " " + name + "[" + v.width() + "];");
            line("#pragma unroll\n    for (int w = 0; w < " + v.width() + "; w++) " + name + "[w] = " + value + ";");
        }
    }

    /** A per-row value computed from others. */
    private void rowMap(int value, boolean one) {
        String t = type(value);
        known = new HashMap<>();
        if (one) {
            line("    " + t + " q" + value + ";\n    {");
        } else {
            line("    " + t + " q" + value + "[" + v.width() + "];");
            line("#pragma unroll\n    for (int w = 0; w < " + v.width() + "; w++) {");
        }
        String result = print("        ", value, one);
        line("        q" + value + (one ? "" : "[w]") + " = " + result + ";\n    }");
    }

    // ---- values of elements -----------------------------------------------------------------------------------------

    /** {@return the variable that holds a step's value, after the statements appended} */
    private String print(String indent, int value, boolean one) {
        String name = known.get(value);
        if (name != null) {
            return name;
        }
        var step = program.step(value);
        var printer =
                new ExprPrinter(
                        c,
                        indent,
                        "e" + printed++ + "_",
                        i -> operand(indent, step.arguments()[i], one),
                        i -> "a.s_" + i);
        name = printer.print(step.kernel().body());
        known.put(value, name);
        return name;
    }

    /** {@return a variable that holds an argument of a step} */
    private String operand(String indent, int value, boolean one) {
        if (isPerRow(value)) {
            return (program.isInput(value) ? "c" : "q") + value + (one ? "" : "[w]");
        }
        String name = known.get(value);
        if (name != null) {
            return name;
        }
        if (!program.isInput(value)) {
            return print(indent, value, one);
        }
        int o = outputs + value;
        name = "x" + value;
        String at = "w" + o + "[k].v[" + (v.access().get(o) == Access.CONSTANT ? "0" : "w") + "]";
        line(indent + "const " + type(value) + " " + name + " = " + ElementType.load(types[o], at) + ";");
        known.put(value, name);
        return name;
    }

    private Set<Integer> loaded(Iterable<Integer> values) {
        Set<Integer> inputs = new TreeSet<>();
        for (int value : program.sources(values)) {
            if (program.isInput(value) && !isPerRow(value)) {
                inputs.add(value);
            }
        }
        return inputs;
    }

    private void declareLoads(String indent, Set<Integer> inputs) {
        for (int i : inputs) {
            line(indent + "Wide" + (outputs + i) + " w" + (outputs + i) + "[" + v.chunk() + "];");
        }
    }

    private int threads() {
        return v.columns() ? v.ty() : v.tx();
    }

    /** The offsets of vector {@code k} along the row. */
    private void steps(String indent, List<Integer> operands) {
        indices(indent, "j + k * " + threads(), "m", "rs", v.reducedRank());
        for (int o : operands) {
            line(indent + "const ix o" + o + " = b" + o + " + " + offset("m", "r" + o, v.reducedRank()) + ";");
        }
    }

    private void load(String indent, String count, Set<Integer> inputs) {
        if (inputs.isEmpty()) {
            return;
        }
        loop(indent, count);
        List<Integer> operands = inputs.stream().map(i -> outputs + i).toList();
        steps(indent + "    ", operands);
        for (int o : operands) {
            String at = "a.p" + o + "[o" + o;
            switch (v.access().get(o)) {
                case WIDE -> line(indent + "    w" + o + "[k] = *(const Wide" + o + "*) (a.p" + o + " + o" + o + ");");
                case CONSTANT -> line(indent + "    w" + o + "[k].v[0] = " + at + "];");
                default -> {
                    line("#pragma unroll");
                    line(
                            indent
                                    + "    for (int w = 0; w < "
                                    + v.width()
                                    + "; w++) w"
                                    + o
                                    + "[k].v[w] = "
                                    + at
                                    + " + w * (ix) a.s"
                                    + o
                                    + "];");
                }
            }
        }
        line(indent + "}");
    }

    private void loop(String indent, String count) {
        line("#pragma unroll");
        String guard = count.equals(Integer.toString(v.chunk())) ? "" : "if (k < " + count + ") ";
        line(indent + "for (int k = 0; k < " + v.chunk() + "; k++) " + guard + "{");
    }

    // ---- folds ------------------------------------------------------------------------------------------------------

    /** A pass over the elements, in chunks: whole ones, then what is left. */
    private void pass(Iterable<Integer> values, java.util.function.Consumer<String> body) {
        line("    {");
        if (v.mode() == Mode.LOOP) {
            line("        const ux begin = 0, end = (ux) a.steps;");
        } else {
            line("        const ux begin = (ux) blockIdx.y * (ux) a.part;");
            line("        const ux end = begin + (ux) a.part < (ux) a.steps ? begin + (ux) a.part : (ux) a.steps;");
        }
        int stride = threads();
        line("        ux j = begin + " + (v.columns() ? "ty" : "tx") + ";");
        Set<Integer> inputs = loaded(values);
        if (v.chunk() > 1) {
            line("        for (; j + " + (v.chunk() - 1) * stride + " < end; j += " + v.chunk() * stride + ") {");
            declareLoads("            ", inputs);
            load("            ", Integer.toString(v.chunk()), inputs);
            body.accept(Integer.toString(v.chunk()));
            line("        }");
            line("        if (j < end) {");
            line("            const int kc = (int) ((end - j + " + (stride - 1) + ") / " + stride + ");");
        } else {
            line("        for (; j < end; j += " + stride + ") {");
        }
        String count = v.chunk() > 1 ? "kc" : "1";
        declareLoads("            ", inputs);
        load("            ", count, inputs);
        body.accept(count);
        line("        }\n    }");
    }

    /** Takes the chunk's elements into the accumulators. */
    private void take(String indent, Accumulators acc, String count, int group) {
        int width = v.width();
        int n = v.columns() ? v.chunk() : v.chunk() * width;
        String in = indent;
        if (v.columns()) {
            line("#pragma unroll");
            line(indent + "for (int w = 0; w < " + width + "; w++) {");
            in += "    ";
        } else {
            line(indent + "{");
            in += "    ";
        }
        for (int f : acc.folds()) {
            line(in + type(f) + " u" + f + "[" + n + "];");
        }
        line("#pragma unroll");
        line(in + "for (int k = 0; k < " + v.chunk() + "; k++) {");
        String inner = in + "    ";
        if (!v.columns()) {
            line("#pragma unroll");
            line(inner + "for (int w = 0; w < " + width + "; w++) {");
            inner += "    ";
        }
        String at = v.columns() ? "[k]" : "[k * " + width + " + w]";
        boolean guarded = !count.equals(Integer.toString(v.chunk()));
        if (guarded) {
            for (int f : acc.folds()) {
                line(inner + "u" + f + at + " = " + acc.identity(f) + ";");
            }
            line(inner + "if (k < " + count + ") {");
        }
        known = new HashMap<>(materialised);
        for (int f : acc.folds()) {
            String value = print(inner + (guarded ? "    " : ""), f, !v.columns());
            line(inner + (guarded ? "    " : "") + "u" + f + at + " = " + value + ";");
            known.remove(f);
        }
        if (guarded) {
            line(inner + "}");
        }
        if (!v.columns()) {
            line(inner.substring(4) + "}");
        }
        line(in + "}");
        String values =
                guarded && !v.columns() && width > 1
                        ? count + " * " + width
                        : v.columns() || guarded ? count : Integer.toString(n);
        String index =
                v.columns()
                        ? "(i64) (j + i * " + threads() + ")"
                        : "(i64) ((j + i / " + width + " * " + threads() + ") * " + width + " + i % " + width + ")";
        for (int f : acc.folds()) {
            acc.take(c, in, f, "acc" + group + (v.columns() ? "[w]" : ""), "u" + f, n, values, index);
        }
        line(indent + "}");
    }

    private final Map<Integer, String> materialised = new HashMap<>();

    private void declareAccumulators(int group) {
        if (v.columns()) {
            line("    Acc" + group + " acc" + group + "[" + v.width() + "];");
            line("#pragma unroll\n    for (int w = 0; w < " + v.width() + "; w++) clear(acc" + group + "[w]);");
        } else {
            line("    Acc" + group + " acc" + group + ";\n    clear(acc" + group + ");");
        }
    }

    private void fold(int group, Accumulators acc) {
        declareAccumulators(group);
        pass(acc.folds(), count -> take("            ", acc, count, group));
        combine(group);
        if (v.mode() == Mode.LOOP) {
            rowValues(group, acc, !v.columns());
        }
    }

    /** Merges the accumulators of a line's threads, so that all of them have the result. */
    private void combine(int group) {
        String acc = "acc" + group;
        if (v.columns()) {
            if (v.ty() > 1) {
                line("    __shared__ Acc" + group + " shared" + group + "[" + v.tx() * v.ty() + "];");
                line("#pragma unroll\n    for (int w = 0; w < " + v.width() + "; w++) {");
                line("        shared" + group + "[ty * " + v.tx() + " + tx] = " + acc + "[w];");
                line("        __syncthreads();");
                line("        for (int h = " + v.ty() / 2 + "; h > 0; h /= 2) {");
                line(
                        "            if (ty < h) merge(shared"
                                + group
                                + "[ty * "
                                + v.tx()
                                + " + tx], shared"
                                + group
                                + "[(ty + h) * "
                                + v.tx()
                                + " + tx]);");
                line("            __syncthreads();");
                line("        }");
                line("        " + acc + "[w] = shared" + group + "[tx];");
                line("        __syncthreads();");
                line("    }");
            }
            return;
        }
        if (v.tx() > 1) {
            line("    merge_lanes(" + acc + ", tx, " + Math.min(32, v.tx()) + ");");
        }
        if (v.tx() > 32) {
            int warps = v.tx() / 32;
            line("    __shared__ Acc" + group + " shared" + group + "[" + warps + "];");
            line("    if (tx % 32 == 0) shared" + group + "[tx / 32] = " + acc + ";");
            line("    __syncthreads();");
            if (warps <= 4) {
                line("    " + acc + " = shared" + group + "[0];");
                line(
                        "#pragma unroll\n    for (int i = 1; i < "
                                + warps
                                + "; i++) merge("
                                + acc
                                + ", shared"
                                + group
                                + "[i]);");
            } else {
                line("    " + acc + " = shared" + group + "[tx % " + warps + "];");
                line("    merge_lanes(" + acc + ", tx, " + warps + ");");
            }
        }
    }

    /** Computes the per-row values that follow a group. */
    private void rowValues(int group, Accumulators acc, boolean one) {
        for (int value : program.rowValues(group)) {
            if (program.isFold(value)) {
                String type = program.isArg() ? "i64" : type(value);
                rowVariable(one, type, "q" + value, acc.result(value, "acc" + group + (one ? "" : "[w]")));
            } else {
                rowMap(value, one);
            }
        }
    }

    private void partial(int group) {
        String to = "    if (active && " + (v.columns() ? "ty" : "tx") + " == 0) ";
        String at = "((Acc" + group + "*) a.partial)[(u64) blockIdx.y * (u64) a.rows + ";
        if (v.columns()) {
            line(
                    to
                            + "{\n#pragma unroll\n        for (int w = 0; w < "
                            + v.width()
                            + "; w++) "
                            + at
                            + "line * "
                            + v.width()
                            + " + w] = acc"
                            + group
                            + "[w];\n    }");
        } else {
            line(to + at + "line] = acc" + group + ";");
        }
    }

    // ---- results ----------------------------------------------------------------------------------------------------

    /** Stores the per-row results. */
    private void stores(List<Integer> groups) {
        for (int o = 0; o < outputs; o++) {
            int value = program.results()[o];
            if (!program.isPerRow(value)) {
                continue;
            }
            if (program.level(value) > 0 && !groups.contains(program.level(value))) {
                continue;
            }
            if (v.columns() && v.mode() != Mode.FINISH) {
                line("    if (active && ty == 0) {\n#pragma unroll");
                line(
                        "        for (int w = 0; w < "
                                + v.width()
                                + "; w++) a.p"
                                + o
                                + "[b"
                                + o
                                + " + w * (ix) a.s"
                                + o
                                + "] = "
                                + ElementType.store(types[o], "q" + value + "[w]")
                                + ";\n    }");
            } else {
                line(
                        "    if (active && tx == 0) a.p"
                                + o
                                + "[b"
                                + o
                                + "] = "
                                + ElementType.store(types[o], "q" + value)
                                + ";");
            }
        }
    }

    private void elements() {
        List<Integer> maps = program.mapResults();
        if (!maps.isEmpty()) {
            pass(maps, count -> map("            ", count));
        }
    }

    /** Computes and stores the chunk's elements. */
    private void map(String indent, String count) {
        loop(indent, count);
        String in = indent + "    ";
        List<Integer> operands = new ArrayList<>();
        for (int o = 0; o < outputs; o++) {
            if (!program.isPerRow(program.results()[o])) {
                operands.add(o);
                line(in + "Wide" + o + " w" + o + ";");
            }
        }
        line("#pragma unroll");
        line(in + "for (int w = 0; w < " + v.width() + "; w++) {");
        known = new HashMap<>(materialised);
        for (int o : operands) {
            String value = print(in + "    ", program.results()[o], !v.columns());
            line(
                    in
                            + "    w"
                            + o
                            + ".v["
                            + (elements(o) == 1 ? "0" : "w")
                            + "] = "
                            + ElementType.store(types[o], value)
                            + ";");
        }
        line(in + "}");
        steps(in, operands);
        for (int o : operands) {
            if (v.access().get(o) == Access.WIDE) {
                line(in + "if (active) *(Wide" + o + "*) (a.p" + o + " + o" + o + ") = w" + o + ";");
            } else if (elements(o) == 1) {
                line(in + "if (active) a.p" + o + "[o" + o + "] = w" + o + ".v[0];");
            } else {
                line("#pragma unroll");
                line(
                        in
                                + "for (int w = 0; w < "
                                + v.width()
                                + "; w++) if (active) a.p"
                                + o
                                + "[o"
                                + o
                                + " + w * (ix) a.s"
                                + o
                                + "] = w"
                                + o
                                + ".v[w];");
            }
        }
        line(indent + "}");
    }

    // ---- other modes ------------------------------------------------------------------------------------------------

    /** {@return the accumulators of a group, which has some} */
    private static Accumulators of(Map<Integer, Accumulators> structs, int group) {
        return Objects.requireNonNull(structs.get(group));
    }

    private void registers(List<Integer> groups, Map<Integer, Accumulators> structs) {
        line("    const ux j = tx;");
        line(
                "    const int kc = j < (ux) a.steps ? (int) (((ux) a.steps - j + "
                        + (v.tx() - 1)
                        + ") / "
                        + v.tx()
                        + ") : 0;");
        List<Integer> folds = new ArrayList<>();
        groups.forEach(g -> folds.addAll(of(structs, g).folds()));
        Set<Integer> inputs = loaded(folds);
        declareLoads("    ", inputs);
        load("    ", "kc", inputs);
        Set<Integer> maps = program.maps(folds);
        for (int g : groups) {
            materialise(maps, g - 1);
            declareAccumulators(g);
            line("    if (kc > 0)");
            take("    ", of(structs, g), "kc", g);
            combine(g);
            rowValues(g, of(structs, g), true);
        }
        materialise(maps, program.groups());
        stores(groups);
        List<Integer> results = program.mapResults();
        if (!results.isEmpty()) {
            Set<Integer> more = loaded(results);
            more.removeAll(inputs);
            declareLoads("    ", more);
            load("    ", "kc", more);
            map("    ", "kc");
        }
    }

    /** Computes maps of elements that several steps use, into registers. */
    private void materialise(Set<Integer> maps, int level) {
        for (int value : maps) {
            if (program.level(value) != level) {
                continue;
            }
            line("    " + type(value) + " t" + value + "[" + v.chunk() * v.width() + "];");
            loop("    ", "kc");
            line("#pragma unroll\n        for (int w = 0; w < " + v.width() + "; w++) {");
            known = new HashMap<>(materialised);
            String result = print("            ", value, true);
            line("            t" + value + "[k * " + v.width() + " + w] = " + result + ";\n        }\n    }");
            materialised.put(value, "t" + value + "[k * " + v.width() + " + w]");
        }
    }

    private void finish(Accumulators acc) {
        int g = v.group();
        line("    ux row = (ux) blockIdx.x * " + v.ty() + " + ty;");
        line("    const bool active = row < (ux) a.rows;");
        line("    if (!active) row = (ux) a.rows - 1;");
        bases("row");
        values();
        line("    Acc" + g + " acc" + g + ";\n    clear(acc" + g + ");");
        line(
                "#pragma unroll 4\n    for (int s = tx; s < (int) a.splits; s += "
                        + v.tx()
                        + ") merge(acc"
                        + g
                        + ", ((const Acc"
                        + g
                        + "*) a.partial)[(u64) s * (u64) a.rows + row]);");
        combine(g);
        rowValues(g, acc, true);
        List<Integer> groups = List.of(g);
        stores(groups);
        for (int value : program.rowValues(g)) {
            if (!program.isArg()) {
                line(
                        "    if (active && tx == 0) (("
                                + type(value)
                                + "*) (a.values + 8 * a.rows * "
                                + (value - program.inputCount())
                                + "))[row] = q"
                                + value
                                + ";");
            }
        }
    }
}
