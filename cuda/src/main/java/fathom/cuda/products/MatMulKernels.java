package fathom.cuda.products;

import fathom.DType;
import fathom.cuda.code.Geometry;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.cuda.products.ProductSource.Kind;
import fathom.cuda.products.ProductSource.Tile;
import fathom.primitive.Computed;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products: in tiles, on tensor cores for 16-bit types; products with a few rows or columns read the matrix
 * once. Where there are fewer tiles than a card needs, k is split into parts, whose sums are added in a fixed order.
 */
public final class MatMulKernels implements KernelFamily {
    /** Products with so few rows or columns are bound by reading the matrix. */
    private static final int FEW = 4;

    private static final Tile[] TILES = {
        new Tile(128, 128, 16, 256, 8), new Tile(64, 64, 16, 256, 4), new Tile(32, 32, 16, 64, 4)
    };
    private static final Tile[] TENSOR_TILES = {new Tile(128, 128, 32, 256, 64), new Tile(64, 64, 32, 128, 32)};

    /** The most memory for the sums of parts. */
    private static final long PARTS_BYTES = 64 << 20;

    /** For the list of families. */
    public MatMulKernels() {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(MatMul.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        DType type = in[0].dtype();
        if (type == DType.BOOL || in[1].dtype() != type || !mayBeside(type, out[0].dtype())) {
            return null;
        }
        if (in.length > 2 && !mayBeside(type, in[2].dtype())) {
            return null;
        }
        var p = Product.of(in, out);
        if (p.m() == 0 || p.n() == 0 || p.batches() == 0) {
            return () -> {};
        }
        if (p.n() <= FEW && (p.m() > FEW || p.n() < p.m())) {
            p = p.transposed();
        }
        if (p.m() <= FEW) {
            return few(gpu, p);
        }
        return tiled(gpu, p.cn() != 1 && p.cm() == 1 ? p.transposed() : p);
    }

    private static boolean mayBeside(DType type, DType other) {
        return type == other || is16(type) && other == DType.FLOAT32;
    }

    private static boolean is16(DType type) {
        return type == DType.BFLOAT16 || type == DType.FLOAT16;
    }

    private static Work few(Gpu gpu, Product p) {
        int size = p.in().size();
        int most = 16 / size;
        int rows = (int) p.m();
        if (p.bk() == 1 && p.k() > 1) {
            int width = p.width(1, p.b(), p.in(), p.bk(), p.k(), p.bn(), most);
            int widthA = p.width(0, p.a(), p.in(), p.ak(), p.k(), p.am(), width);
            // few columns with many elements are spread over a block's warps
            int warps = p.n() * p.batches() < 8L * gpu.properties().multiprocessors() && p.k() >= 512 ? 8 : 1;
            var source =
                    new ProductSource(
                            Kind.DOTS,
                            p.in(),
                            p.biasType(),
                            p.out(),
                            p.batch().rank(),
                            new Tile(rows, 0, warps, 256, 0),
                            3,
                            widthA == width ? width : 0,
                            width,
                            false);
            return run(gpu, source, p, ceil(p.n(), 8 / warps), 256, 1);
        }
        int width = p.width(1, p.b(), p.in(), p.bn(), p.n(), p.bk(), most);
        long blocks = ceil(p.n(), 32 * width) * p.batches();
        long parts = parts(gpu, p, blocks, 64);
        var source =
                new ProductSource(
                        Kind.SUMS,
                        p.in(),
                        parts > 1 ? null : p.biasType(),
                        parts > 1 ? null : p.out(),
                        p.batch().rank(),
                        new Tile(rows, 0, 0, 256, 0),
                        0,
                        1,
                        width,
                        false);
        return run(gpu, source, p, ceil(p.n(), 32 * width), 256, parts);
    }

    private static Work tiled(Gpu gpu, Product p) {
        boolean tensor = is16(p.in());
        Tile[] tiles = tensor ? TENSOR_TILES : TILES;
        boolean wide = p.in() == DType.FLOAT64 || !p.in().isFloating();
        Tile tile = tiles[tiles.length - 1];
        for (int i = wide ? 1 : 0; i < tiles.length; i++) {
            Tile t = tiles[i];
            boolean fits = p.m() > t.m() / 2 && p.n() > t.n() / 2;
            if (fits && (count(p, t) >= gpu.properties().multiprocessors() || i == 1)) {
                tile = t;
                break;
            }
        }
        int most = 16 / p.in().size();
        boolean aAlongK = p.ak() == 1;
        boolean bAlongK = p.bk() == 1 && p.bn() != 1;
        int widthA =
                aAlongK
                        ? p.width(0, p.a(), p.in(), p.ak(), p.k(), p.am(), most)
                        : p.width(0, p.a(), p.in(), p.am(), p.m(), p.ak(), most);
        int widthB =
                bAlongK
                        ? p.width(1, p.b(), p.in(), p.bk(), p.k(), p.bn(), most)
                        : p.width(1, p.b(), p.in(), p.bn(), p.n(), p.bk(), most);
        // each thread loads at least one chunk
        while (widthA * tile.threads() > tile.m() * tile.k()) {
            widthA /= 2;
        }
        while (widthB * tile.threads() > tile.n() * tile.k()) {
            widthB /= 2;
        }
        long parts = parts(gpu, p, count(p, tile), 8L * tile.k());
        int store = tensor ? 2 : 4;
        int widthC =
                parts > 1 ? (p.n() % store == 0 ? store : 1) : p.width(2, p.c(), p.out(), p.cn(), p.n(), p.cm(), store);
        var source =
                new ProductSource(
                        tensor ? Kind.TENSOR : Kind.TILED,
                        p.in(),
                        parts > 1 ? null : p.biasType(),
                        parts > 1 ? null : p.out(),
                        p.batch().rank(),
                        tile,
                        (aAlongK ? 1 : 0) + (bAlongK ? 2 : 0),
                        widthA,
                        widthB,
                        widthC == store);
        return run(gpu, source, p, ceil(p.m(), tile.m()) * ceil(p.n(), tile.n()), tile.threads(), parts);
    }

    private static long count(Product p, Tile t) {
        return ceil(p.m(), t.m()) * ceil(p.n(), t.n()) * p.batches();
    }

    private static long ceil(long a, long b) {
        return (a + b - 1) / b;
    }

    /** {@return into how many parts k is split} */
    private static long parts(Gpu gpu, Product p, long blocks, long least) {
        long wanted = 2L * gpu.properties().multiprocessors();
        if (blocks >= wanted / 2 || p.k() < 2 * least) {
            return 1;
        }
        long bytes = p.m() * p.n() * p.batches() * (p.in().size() == 8 || !p.in().isFloating() ? 8 : 4);
        return Math.max(1, Math.min(Math.min(ceil(wanted, blocks), p.k() / least), Math.min(64, PARTS_BYTES / bytes)));
    }

    private static Work run(Gpu gpu, ProductSource source, Product p, long blocks, int threads, long parts) {
        KernelFunction function = gpu.function(source, source::make);
        // parts are multiples of any slice, so that loads stay aligned
        long part = parts == 1 ? p.k() : ceil(ceil(p.k(), parts), 64) * 64;
        long used = parts == 1 ? 1 : ceil(p.k(), part);
        int[] grid = {Math.toIntExact(blocks), (int) used, (int) Math.min(p.batches(), 65535)};
        int[] block = {threads, 1, 1};
        if (parts == 1) {
            var launch = new Launch(function, grid, block, 0, arguments(p, part, 0));
            return () -> gpu.launch(launch);
        }
        long area = p.m() * p.n();
        long all = area * p.batches();
        int size = p.in().isFloating() && p.in() != DType.FLOAT64 ? 4 : 8;
        long[] sizes = p.batch().sizes();
        var dense = new long[sizes.length];
        long step = area;
        for (int d = sizes.length - 1; d >= 0; d--) {
            dense[d] = step;
            step *= sizes[d];
        }
        long[][] s = p.batch().strides();
        var sums =
                new Product(
                        p.in(),
                        null,
                        p.out(),
                        p.a(),
                        p.b(),
                        0,
                        0,
                        p.m(),
                        p.n(),
                        p.k(),
                        p.am(),
                        p.ak(),
                        p.bk(),
                        p.bn(),
                        p.n(),
                        1,
                        0,
                        0,
                        new Geometry(sizes, new long[][] {s[0], s[1], dense}));
        var combine =
                new ProductSource(
                        Kind.COMBINE,
                        p.in(),
                        p.biasType(),
                        p.out(),
                        sizes.length,
                        new Tile(0, 0, 0, 0, 0),
                        0,
                        1,
                        1,
                        false);
        KernelFunction combining = gpu.function(combine, combine::make);
        long[] first = arguments(sums, part, all);
        long[] second = arguments(p, used, all);
        var launch = new Launch(function, grid, block, 0, first);
        var last = Launch.linear(combining, ceil(all, 256), 256, second);
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(used * all * size);
                first[3] = scratch;
                second[0] = scratch;
                gpu.launch(launch);
                gpu.launch(last);
            }
        };
    }

    /** {@return the fields of {@code Arguments} in product.cuh} */
    private static long[] arguments(Product p, long part, long partStep) {
        int rank = p.batch().rank();
        var a = new long[18 + 4 * rank];
        long[] fixed = {
            p.a(),
            p.b(),
            p.bias(),
            p.c(),
            p.m(),
            p.n(),
            p.k(),
            p.am(),
            p.ak(),
            p.bk(),
            p.bn(),
            p.cm(),
            p.cn(),
            p.biasM(),
            p.biasN(),
            p.batches(),
            part,
            partStep
        };
        System.arraycopy(fixed, 0, a, 0, fixed.length);
        System.arraycopy(p.batch().sizes(), 0, a, 18, rank);
        for (int o = 0; o < 3; o++) {
            System.arraycopy(p.batch().strides()[o], 0, a, 18 + (o + 1) * rank, rank);
        }
        return a;
    }
}
