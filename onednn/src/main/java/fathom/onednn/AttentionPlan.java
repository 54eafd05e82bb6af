package fathom.onednn;

import fathom.cpu.attention.AttentionBackward;
import fathom.cpu.attention.AttentionForward;
import fathom.cpu.attention.AttentionKernel;
import fathom.cpu.attention.TileProducts;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import java.util.HashMap;
import java.util.Map;

/** Tiled attention with oneDNN's matrix products. */
final class AttentionPlan extends Plan {
    /** Runs the tiles. */
    @FunctionalInterface
    private interface Tiles {
        void run(Operand[] in, Operand[] out);
    }

    private final Products products;
    private final Tiles tiles;

    private AttentionPlan(Products products, Tiles tiles) {
        this.products = products;
        this.tiles = tiles;
    }

    /** {@return a plan, or {@link Plan#UNSUPPORTED}} */
    static Plan of(Attention p, Operand[] in, Operand[] out) {
        if (!AttentionKernel.supports(p, in, out)) {
            return UNSUPPORTED;
        }
        return tryMake(products -> new AttentionForward(p, in, out, products)::run);
    }

    /** {@return a plan, or {@link Plan#UNSUPPORTED}} */
    static Plan of(AttentionGrad p, Operand[] in, Operand[] out) {
        if (!AttentionKernel.supports(p, in, out)) {
            return UNSUPPORTED;
        }
        return tryMake(products -> new AttentionBackward(p, in, out, products)::run);
    }

    /** Creates the tiled computation on some products. */
    @FunctionalInterface
    private interface Maker {
        Tiles of(TileProducts products);
    }

    private static Plan tryMake(Maker maker) {
        var products = new Products();
        try {
            return new AttentionPlan(products, maker.of(products));
        } catch (DnnlException e) {
            products.close();
            return UNSUPPORTED;
        }
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        tiles.run(in, out);
    }

    @Override
    void dispose() {
        products.close();
    }

    /** The compiled products. All are created before the first run. */
    private static final class Products implements TileProducts {
        private final Map<Key, Prepared> prepared = new HashMap<>();

        /** The parameters for which a product is compiled. */
        private record Key(int m, int n, int k, Layout a, Layout b, Layout c) {}

        @Override
        public Product of(int m, int n, int k, Layout a, Layout b, Layout c) {
            var key = new Key(m, n, k, a, b, c);
            var known = prepared.get(key);
            if (known == null) {
                known = make(key);
                prepared.put(key, known);
                if (known.isReference()) {
                    throw new DnnlException("oneDNN has only a reference implementation for " + key);
                }
            }
            return known::run;
        }

        private static Prepared make(Key p) {
            try (var descs = new Descs()) {
                long a = matrix(descs, p.m, p.k, p.a);
                long b = matrix(descs, p.k, p.n, p.b);
                long c = matrix(descs, p.m, p.n, p.c);
                return Prepared.product(Dnnl.matmul(a, b, 0, c), a, b, c);
            }
        }

        private static long matrix(Descs descs, int rows, int columns, Layout layout) {
            long[] steps = Descs.steps(rows, columns, layout.rowStep(), layout.columnStep());
            boolean byRows = steps[1] == 1 && steps[0] >= columns;
            if (!byRows && !(steps[0] == 1 && steps[1] >= rows)) {
                throw new DnnlException("neither the rows nor the columns of a matrix are contiguous");
            }
            return descs.strided(Types.of(layout.type()), new long[] {rows, columns}, steps);
        }

        void close() {
            prepared.values().forEach(Prepared::close);
        }
    }
}
