package fathom.capture;

import java.util.function.UnaryOperator;

/** Replaces operands of instructions. */
final class Rewrite {
    private Rewrite() {}

    /** {@return the instruction with every operand replaced} */
    static Instruction buffers(Instruction i, UnaryOperator<Place> to) {
        return switch (i) {
            case Instruction.Compute c ->
                    new Instruction.Compute(c.primitive(), map(c.in(), to), map(c.out(), to), c.draw(), c.fused());
            case Instruction.Update u ->
                    new Instruction.Update(u.kernel(), u.scalars(), map(u.in(), to), map(u.out(), to));
            case Instruction.Check c -> new Instruction.Check(to.apply(c.value()), c.check());
            case Instruction.Feed f -> new Instruction.Feed(to.apply(f.value()), f.write());
        };
    }

    static Place[] map(Place[] places, UnaryOperator<Place> to) {
        var out = new Place[places.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = to.apply(places[i]);
        }
        return out;
    }

    private static Place[][] map(Place[][] sets, UnaryOperator<Place> to) {
        var out = new Place[sets.length][];
        for (int i = 0; i < out.length; i++) {
            out[i] = map(sets[i], to);
        }
        return out;
    }
}
