package fathom.cuda.kernels;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.ExprPrinter;
import fathom.cuda.code.Geometry;
import fathom.cuda.code.IntegerDivision;
import fathom.cuda.code.Places;
import fathom.cuda.code.Scalars;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Element-wise kernels of operands that are dense along different dimensions: copies of transposed tensors, changes
 * between channels-first and channels-last. A block reads a square tile of such an input along the input's dense
 * dimension into shared memory, and writes the outputs along theirs.
 */
public final class TiledPointwise implements KernelFamily {
    private static final int THREADS = 32;
    private static final int ROWS = 8;

    /** Below this size of either dimension, tiles would be mostly empty. */
    private static final long LEAST = 16;

    private static final int MOST_TILED = 4;

    /**
     * @param tile the edge of a tile
     * @param tiled the operands that are read by tiles
     */
    private record Variant(Kernel kernel, int rank, int tile, List<Integer> tiled, boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Pointwise.class);
    }

    /** {@return the work; null if all operands are dense along one dimension, or none is} */
    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (Pointwise) primitive;
        if (!differs(out[0], in, p.kernel().inputCount()) || IntegerDivision.isIn(p.kernel())) {
            return null;
        }
        List<Operand> operands = new ArrayList<>(Arrays.asList(out));
        operands.addAll(Arrays.asList(in).subList(0, p.kernel().inputCount()));
        Geometry g = Geometry.of(operands, 0);
        int inner = g.rank() - 1;
        if (g.rank() < 2 || g.sizes()[inner] < LEAST || g.numel() == 0) {
            return null;
        }
        int across = -1;
        List<Integer> tiled = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            long[] s = g.strides()[i];
            boolean isOutput = i < out.length;
            if (isOutput && s[inner] != 1) {
                return null;
            }
            if (Math.abs(s[inner]) > 1) {
                for (int d = 0; d < inner && across < 0; d++) {
                    if (s[d] == 1 && g.sizes()[d] >= LEAST) {
                        across = d;
                    }
                }
                if (across >= 0 && s[across] == 1) {
                    tiled.add(i);
                }
            }
        }
        if (tiled.isEmpty() || tiled.size() > MOST_TILED) {
            return null;
        }
        int bytes = tiled.stream().mapToInt(i -> operands.get(i).dtype().size()).sum();
        // larger tiles keep more loads in flight
        boolean isLarge = g.sizes()[inner] >= 64 && g.sizes()[across] >= 64;
        int tile = bytes <= 2 || bytes <= 4 && isLarge ? 64 : 32;
        int q = across;
        int[] others = IntStream.range(0, inner).filter(d -> d != q).toArray();
        Geometry rest = others.length == 0 ? single(operands.size()) : only(g, others);
        var variant = new Variant(p.kernel(), rest.rank(), tile, List.copyOf(tiled), g.isSmall());
        var function = gpu.function(variant, () -> source(variant, operands, out.length));
        int count = operands.size();
        DType[] types = Scalars.types(p.kernel());
        var arguments = new long[4 + 3 * count + rest.rank() * (1 + count) + types.length];
        long innerTiles = (g.sizes()[inner] + tile - 1) / tile;
        long acrossTiles = (g.sizes()[across] + tile - 1) / tile;
        arguments[0] = g.sizes()[inner];
        arguments[1] = g.sizes()[across];
        arguments[2] = innerTiles;
        arguments[3] = acrossTiles;
        int a = 4;
        for (int i = 0; i < count; i++) {
            arguments[a++] = operands.get(i).address();
            arguments[a++] = g.strides()[i][inner];
            arguments[a++] = g.strides()[i][across];
        }
        a = Places.put(arguments, a, rest);
        for (int i = 0; i < types.length; i++) {
            arguments[a++] = Scalars.bits(types[i], p.scalars()[i]);
        }
        int[] grid = {Math.toIntExact(rest.numel() * acrossTiles * innerTiles), 1, 1};
        var launch = new Launch(function, grid, new int[] {THREADS, ROWS, 1}, 0, arguments);
        return () -> gpu.launch(launch);
    }

    /** Whether an input steps otherwise than the output along a dimension that is long enough: a fast check. */
    private static boolean differs(Operand out, Operand[] in, int count) {
        for (int d = 0; d < out.rank(); d++) {
            if (out.shape()[d] >= LEAST) {
                for (int i = 0; i < count; i++) {
                    long step = in[i].strides()[d];
                    if (step != 0 && step != out.strides()[d]) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static Geometry single(int operands) {
        return new Geometry(new long[] {1}, new long[operands][1]);
    }

    private static Geometry only(Geometry g, int[] dims) {
        long[] sizes = IntStream.of(dims).mapToLong(d -> g.sizes()[d]).toArray();
        var strides = new long[g.strides().length][];
        Arrays.setAll(strides, o -> IntStream.of(dims).mapToLong(d -> g.strides()[o][d]).toArray());
        return new Geometry(sizes, strides);
    }

    private static KernelSource source(Variant v, List<Operand> operands, int outputs) {
        List<String> names = IntStream.range(0, operands.size()).mapToObj(i -> "o" + i).toList();
        var places = new Places("p", v.rank, names, v.isSmall);
        String offset = v.isSmall ? "int" : "i64";
        DType[] scalars = Scalars.types(v.kernel);
        var code = new StringBuilder("struct Arguments {\n    i64 inner, across, inner_tiles, across_tiles;\n");
        for (int i = 0; i < operands.size(); i++) {
            code.append(i < outputs ? "    " : "    const ").append(ElementType.stored(operands.get(i).dtype()));
            code.append("* o").append(i).append("; i64 inner").append(i).append(", across").append(i).append(";\n");
        }
        places.declare(code);
        Scalars.declare(code, scalars, "s");
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n");
        for (int i : v.tiled) {
            DType type = operands.get(i).dtype();
            // rows an odd number of 4-byte banks apart
            int pitch = v.tile + Math.max(1, 4 / type.size());
            code.append("    __shared__ ").append(ElementType.stored(type)).append(" tile").append(i).append('[');
            code.append(v.tile).append("][").append(pitch).append("];\n");
        }
        code.append("    const u32 lane = threadIdx.x, row = threadIdx.y;\n    u32 block = blockIdx.x;\n");
        code.append("    const ").append(offset).append(" inner0 = (").append(offset);
        code.append(") (block % (u32) a.inner_tiles) * ")
                .append(v.tile)
                .append(";\n    block /= (u32) a.inner_tiles;\n");
        code.append("    const ").append(offset).append(" across0 = (").append(offset);
        code.append(") (block % (u32) a.across_tiles) * ").append(v.tile);
        code.append(";\n    block /= (u32) a.across_tiles;\n");
        places.locate(code, "    ", "block", names);
        String loops =
                """
                #pragma unroll
                    for (u32 r0 = 0; r0 < %1$d; r0 += 8) {
                #pragma unroll
                        for (u32 c0 = 0; c0 < %1$d; c0 += 32) {
                            const u32 r = r0 + row, c = c0 + lane;
                """
                        .replace("%1$d", String.valueOf(v.tile));
        int rounds = v.tile / ROWS * v.tile / THREADS;
        for (int i : v.tiled) {
            // all loads come before the first of them is waited for
            code.append("    ").append(ElementType.stored(operands.get(i).dtype())).append(" loaded").append(i);
            code.append('[').append(rounds).append("];\n");
        }
        for (int i : v.tiled) {
            code.append(loops);
            code.append("            const ").append(offset).append(" inner = inner0 + r, across = across0 + c;\n");
            code.append("            if (inner < (").append(offset).append(") a.inner && across < (").append(offset);
            code.append(") a.across) loaded").append(i).append('[').append(round(v)).append("] = a.o").append(i);
            code.append("[p_o").append(i).append(" + inner * (").append(offset).append(") a.inner").append(i);
            code.append(" + across];\n        }\n    }\n");
        }
        for (int i : v.tiled) {
            code.append(loops).append("            tile").append(i).append("[r][c] = loaded").append(i).append('[');
            code.append(round(v)).append("];\n        }\n    }\n");
        }
        code.append("    __syncthreads();\n").append(loops);
        code.append("            const ").append(offset).append(" inner = inner0 + c, across = across0 + r;\n");
        code.append("            if (inner >= (").append(offset).append(") a.inner || across >= (").append(offset);
        code.append(") a.across) continue;\n");
        for (int i = outputs; i < operands.size(); i++) {
            DType type = operands.get(i).dtype();
            code.append("            const ").append(ElementType.computed(type)).append(" x").append(i).append(" = ");
            String from = v.tiled.contains(i) ? "tile" + i + "[c][r]" : element(i, offset);
            code.append(ElementType.load(type, from)).append(";\n");
        }
        var printer = new ExprPrinter(code, "            ", "v", i -> "x" + (outputs + i), i -> "a.s" + i);
        List<String> values = new ArrayList<>();
        for (Expr e : v.kernel.outputs()) {
            values.add(printer.print(e));
        }
        for (int i = 0; i < outputs; i++) {
            code.append("            ").append(element(i, offset)).append(" = ");
            code.append(ElementType.store(operands.get(i).dtype(), values.get(i))).append(";\n");
        }
        code.append("        }\n    }\n}\n");
        return new KernelSource("tiled_" + new Pointwise(v.kernel).name(), code.toString());
    }

    private static String round(Variant v) {
        return "r0 / %s * %s + c0 / %s".formatted(ROWS, v.tile / THREADS, THREADS);
    }

    private static String element(int i, String offset) {
        return "a.o%1$s[p_o%1$s + inner * (%2$s) a.inner%1$s + across * (%2$s) a.across%1$s]".formatted(i, offset);
    }
}
