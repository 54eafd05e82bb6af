package fathom.capture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Dead code elimination: removes writes of temporaries that are not read afterwards. */
final class DeadCode {
    private DeadCode() {}

    /**
     * {@return the live instructions}
     *
     * @param results the operands read at the end
     */
    static List<Instruction> removed(List<Instruction> instructions, List<BufferOperand> results) {
        Set<Buffer> read = Collections.newSetFromMap(new IdentityHashMap<>());
        results.forEach(p -> read.add(p.buffer()));
        var kept = new ArrayList<Instruction>();
        for (Instruction i : instructions.reversed()) {
            boolean matters =
                    i.writes().isEmpty()
                            || i
                                    instanceof
                                    Instruction.Feed // the supplier may have a side effect, such as counting a step
                            || i.writes().stream()
                                    .anyMatch(p -> !p.buffer().isTemporary() || read.contains(p.buffer()));
            if (matters) {
                kept.add(i);
                i.reads().forEach(p -> read.add(p.buffer()));
            }
        }
        Collections.reverse(kept);
        return kept;
    }
}
