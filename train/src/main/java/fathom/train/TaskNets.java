package fathom.train;

import fathom.nn.Block;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The networks of a task, as children of one block. */
final class TaskNets extends Block {
    private final transient Map<String, Block> nets = new LinkedHashMap<>();

    /** {@return the only network itself, or several as children named by their number} */
    static Block of(List<? extends Block> nets) {
        if (nets.isEmpty()) {
            throw new IllegalArgumentException("Task: expected at least one network to train");
        }
        if (nets.size() == 1) {
            return nets.getFirst();
        }
        var all = new TaskNets();
        for (int i = 0; i < nets.size(); i++) {
            all.add(String.format(Locale.ROOT, "%d", i), nets.get(i));
        }
        return all;
    }

    /** {@return several networks as children with these names} */
    static Block of(Map<String, ? extends Block> nets) {
        var all = new TaskNets();
        nets.forEach(all::add);
        if (all.nets.isEmpty()) {
            throw new IllegalArgumentException("Task: expected at least one network to train");
        }
        return all;
    }

    /** Adds a network, once. */
    void add(String name, Block net) {
        if (nets.values().stream().noneMatch(n -> n == net)) {
            nets.put(name, net);
        }
    }

    @Override
    protected String reprName() {
        return "Networks";
    }

    @Override
    public Map<String, Block> namedChildren() {
        return new LinkedHashMap<>(nets);
    }
}
