package fathom.cpu.attention;

import fathom.cpu.attention.TileProducts.Product;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Prepared products of one kind, one per tile size: whole tiles, tiles at the edges, tiles on the diagonal. */
final class ProductTable {
    /** Prepares the product for a tile size. */
    @FunctionalInterface
    interface Maker {
        Product of(int queries, int keys);
    }

    private final Map<Long, Product> products = new HashMap<>();
    private final Maker maker;

    ProductTable(Maker maker) {
        this.maker = maker;
    }

    private static long key(int queries, int keys) {
        return (long) queries << 32 | keys;
    }

    /** Prepares a size. Not thread-safe: must not run concurrently with {@link #get}. */
    void add(int queries, int keys) {
        products.computeIfAbsent(key(queries, keys), _ -> maker.of(queries, keys));
    }

    Product get(int queries, int keys) {
        var product = products.get(key(queries, keys));
        if (product == null) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "no product was prepared for %d queries and %d keys", queries, keys));
        }
        return product;
    }
}
