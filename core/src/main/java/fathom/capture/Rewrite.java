package fathom.capture;

import java.util.function.UnaryOperator;

/** Replaces operands of instructions. */
final class Rewrite {
    private Rewrite() {}

    /** {@return the instruction with every operand replaced} */
    static Instruction buffers(Instruction i, UnaryOperator<BufferOperand> to) {
        return switch (i) {
            case Instruction.Compute c ->
                    new Instruction.Compute(c.primitive(), map(c.in(), to), map(c.out(), to), c.draw(), c.fused());
            case Instruction.Update u ->
                    new Instruction.Update(u.kernel(), u.scalars(), map(u.in(), to), map(u.out(), to));
            case Instruction.Check c -> new Instruction.Check(to.apply(c.value()), c.check());
            case Instruction.Feed f -> new Instruction.Feed(to.apply(f.value()), f.write());
        };
    }

    static BufferOperand[] map(BufferOperand[] places, UnaryOperator<BufferOperand> to) {
        var out = new BufferOperand[places.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = to.apply(places[i]);
        }
        return out;
    }

    private static BufferOperand[][] map(BufferOperand[][] sets, UnaryOperator<BufferOperand> to) {
        var out = new BufferOperand[sets.length][];
        for (int i = 0; i < out.length; i++) {
            out[i] = map(sets[i], to);
        }
        return out;
    }
}
