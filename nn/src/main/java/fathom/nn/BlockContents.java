package fathom.nn;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The blocks and tensors in the value of a field: the value itself, or the elements of lists, arrays, maps and records,
 * nested to any depth in use.
 */
final class BlockContents {
    /** Deeper nesting is not searched: it could be a cycle. */
    private static final int MAX_DEPTH = 8;

    private BlockContents() {}

    /**
     * {@return the block that a value is; for a list, array, map or record that holds blocks, a collection of them;
     * else null}
     *
     * @param owner the block that has the field
     * @param field the field, for messages
     */
    static @Nullable Block child(Block owner, BlockFields.Named field, @Nullable Object value) {
        if (value instanceof Block b) {
            return b;
        }
        return value != null && holdsBlocks(field, value, 0) ? collection(owner, value) : null;
    }

    private static boolean holdsBlocks(BlockFields.Named field, @Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            return false;
        }
        return switch (value) {
            case Block b -> true;
            case Map<?, ?> map -> anyHolds(field, map.values(), depth);
            case Record r -> BlockFields.of(r.getClass()).stream().anyMatch(f -> holdsBlocks(f, f.read(r), depth + 1));
            case Collection<?> c when !(c instanceof List) -> {
                if (c.stream().anyMatch(Block.class::isInstance)) {
                    throw new IllegalStateException(
                            "%s: field %s holds blocks in a %s, which has no indices to name them by: use a List, a Map or a ModuleList"
                                    .formatted(
                                            field.field().getDeclaringClass().getName(),
                                            field.field().getName(),
                                            c.getClass().getSimpleName()));
                }
                yield false;
            }
            case null -> false;
            case Object o -> anyHolds(field, BlockFields.elements(o), depth);
        };
    }

    private static boolean anyHolds(BlockFields.Named field, Collection<?> values, int depth) {
        for (Object v : values) {
            if (holdsBlocks(field, v, depth + 1)) {
                return true;
            }
        }
        return false;
    }

    /** {@return a collection of the blocks in a list, array, map or record} */
    private static Block collection(Block owner, Object value) {
        switch (value) {
            case Map<?, ?> map -> {
                var blocks = new LinkedHashMap<Object, Object>();
                map.forEach((k, v) -> blocks.put(k, element(owner, v)));
                return ModuleMap.of(blocks).ofFieldOf(owner);
            }
            case Record r -> {
                var blocks = new LinkedHashMap<Object, Object>();
                for (BlockFields.Named f : BlockFields.of(r.getClass())) {
                    Block child = child(owner, f, f.read(r));
                    if (child != null) {
                        blocks.put(f.name(), child);
                    }
                }
                return ModuleMap.of(blocks).ofFieldOf(owner);
            }
            default -> {
                var blocks = new ArrayList<Object>();
                BlockFields.elements(value).forEach(v -> blocks.add(element(owner, v)));
                return ModuleList.of(blocks).ofFieldOf(owner);
            }
        }
    }

    /** {@return the block or the collection that an element is; containers may be empty} */
    private static Object element(Block owner, @Nullable Object value) {
        return switch (value) {
            case Block b -> b;
            case Map<?, ?> map -> collection(owner, map);
            case Record r -> collection(owner, r);
            case List<?> list -> collection(owner, list);
            case Object[] array -> collection(owner, array);
            case null -> "null";
            default -> value;
        };
    }

    /** Visits the tensors in a value, named as the field, with indices, keys and components appended. */
    static void tensors(String name, @Nullable Object value, BiConsumer<String, Tensor> visit) {
        tensors(name, value, visit, 0);
    }

    private static void tensors(String name, @Nullable Object value, BiConsumer<String, Tensor> visit, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        switch (value) {
            case Tensor t -> visit.accept(name, t);
            case Map<?, ?> map -> map.forEach((k, v) -> tensors(name + "." + k, v, visit, depth + 1));
            case Record r ->
                    BlockFields.of(r.getClass())
                            .forEach(f -> tensors(name + "." + f.name(), f.read(r), visit, depth + 1));
            case null -> {}
            case Object o -> {
                List<?> list = BlockFields.elements(o);
                for (int i = 0; i < list.size(); i++) {
                    tensors(name + "." + i, list.get(i), visit, depth + 1);
                }
            }
        }
    }
}
