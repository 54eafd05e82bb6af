package fathom;

import fathom.guard.StateReader;
import java.util.ArrayList;
import java.util.List;

/** The code of a captured step, from which its state is collected. */
final class StepCode {
    private final Object step;
    private final List<Object> roots = new ArrayList<>();

    /**
     * @param step the user's function
     */
    StepCode(Object step) {
        this.step = step;
    }

    /** Adds an object that the step depends on. */
    void add(Object root) {
        roots.add(root);
    }

    void read(StateReader reader) {
        reader.code(step);
        roots.forEach(reader::hook);
    }
}
