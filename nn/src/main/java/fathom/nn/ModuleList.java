package fathom.nn;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A list of blocks, named by their indices. It is not a layer: its owner calls the blocks.
 *
 * @param <B> the type of the blocks
 */
@WholeState
public final class ModuleList<B extends Block> extends Block implements Iterable<B> {
    private final transient List<B> blocks = new ArrayList<>();

    /** A list of the given blocks. */
    @SafeVarargs
    public ModuleList(B... blocks) {
        this(List.of(blocks));
    }

    /** A list of the given blocks. */
    public ModuleList(Iterable<? extends B> blocks) {
        blocks.forEach(this.blocks::add);
    }

    static ModuleList<Block> of(List<?> values) {
        var list = new ModuleList<>();
        for (Object v : values) {
            if (!(v instanceof Block b)) {
                throw new IllegalStateException("a list of blocks holds an element that is no block: " + v);
            }
            list.add(b);
        }
        return list;
    }

    /** Appends a block. */
    public ModuleList<B> add(B block) {
        blocks.add(block);
        return this;
    }

    /**
     * Replaces block {@code i}.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public ModuleList<B> set(int i, B block) {
        blocks.set(i, block);
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // a block of another type fails where it is used, as in any list
    void setChild(String name, Block with) {
        if (isFieldWrapper()) {
            super.setChild(name, with);
        }
        blocks.set(Integer.parseInt(name), (B) with);
    }

    /** {@return block {@code i}} */
    public B get(int i) {
        return blocks.get(i);
    }

    /** {@return the number of blocks} */
    public int size() {
        return blocks.size();
    }

    @Override
    public Iterator<B> iterator() {
        return List.copyOf(blocks).iterator();
    }

    @Override
    public Map<String, Block> namedChildren() {
        var children = new LinkedHashMap<String, Block>();
        for (int i = 0; i < blocks.size(); i++) {
            children.put(Integer.toString(i), blocks.get(i));
        }
        return children;
    }
}
