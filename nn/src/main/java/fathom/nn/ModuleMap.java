package fathom.nn;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of blocks, named by its keys; prints as PyTorch's {@code ModuleDict}. */
final class ModuleMap extends Block {
    private final transient Map<String, Block> blocks = new LinkedHashMap<>();

    static ModuleMap of(Map<?, ?> values) {
        var map = new ModuleMap();
        values.forEach((k, v) -> {
            if (!(v instanceof Block b)) {
                throw new IllegalStateException("a map of blocks holds a value that is no block: " + v);
            }
            map.blocks.put(k.toString(), b);
        });
        return map;
    }

    @Override
    protected String reprName() {
        return "ModuleDict";
    }

    @Override
    public Map<String, Block> namedChildren() {
        return new LinkedHashMap<>(blocks);
    }
}
