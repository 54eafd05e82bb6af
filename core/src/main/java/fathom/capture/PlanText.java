package fathom.capture;

import fathom.primitive.Primitive;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A plan as a table: the kernels in order, the operations fused into each, shapes, memory traffic, and the peak. */
final class PlanText {
    private PlanText() {}

    static String of(List<Instruction> instructions, int traced, long peak) {
        var text = new StringBuilder();
        long total = 0;
        int n = 0;
        for (Instruction i : instructions) {
            long bytes = bytes(i.reads()) + bytes(i.writes());
            total += bytes;
            text.append(String.format(Locale.ROOT, "%4d  %-40s %-24s %10s%n", ++n, name(i), shape(i), amount(bytes)));
        }
        return String.format(
                Locale.ROOT,
                "%d kernels of %d traced operations; %s moved, %s of temporaries at the peak%n%s",
                instructions.size(),
                traced,
                amount(total),
                amount(peak),
                text);
    }

    private static String name(Instruction i) {
        return switch (i) {
            case Instruction.Compute c -> {
                String name = displayName(c.primitive());
                yield c.fused().size() > 1 ? name + " of " + String.join("+", c.fused()) : name;
            }
            case Instruction.Update u -> String.format(Locale.ROOT, "update of %d tensors", u.out().length);
            case Instruction.Check c -> "check";
            case Instruction.Feed f -> "number from Java";
        };
    }

    private static String displayName(Primitive p) {
        return switch (p) {
            case fathom.primitive.Reduce r ->
                    r.op().name().toLowerCase(Locale.ROOT) + " over " + Arrays.toString(r.dims());
            default -> p.name();
        };
    }

    private static String shape(Instruction i) {
        List<BufferOperand> of = i.writes().isEmpty() ? i.reads() : i.writes();
        return i instanceof Instruction.Update || of.isEmpty() ? "" : Arrays.toString(of.getFirst().shape());
    }

    private static long bytes(List<BufferOperand> places) {
        return places.stream().mapToLong(BufferOperand::bytes).sum();
    }

    private static String amount(long bytes) {
        return bytes < 10_000 ? bytes + " B" : bytes < 10_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
    }
}
