package fathom.cpu.attention;

import fathom.cpu.attention.TileProducts.Product;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One kind of product at the few sizes that tiles have: whole ones, those at the edges, those on the diagonal. */
final class ProductTable {
    /** Makes the product for a tile of some queries and keys. */
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

    /** Makes ready for a size; not while others {@link #get}. */
    void add(int queries, int keys) {
        products.computeIfAbsent(key(queries, keys), _ -> maker.of(queries, keys));
    }

    Product get(int queries, int keys) {
        var product = products.get(key(queries, keys));
        if (product == null) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "no product was made for %d queries and %d keys", queries, keys));
        }
        return product;
    }
}
